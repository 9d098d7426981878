"""A migrated database is what the tables in the code say."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from airflow_approvals import __version__
from airflow_approvals.domain.approval import Verdict
from airflow_approvals.domain.people import ActorKind, ApproverKind
from airflow_approvals.domain.status import Status
from airflow_approvals.store.db_manager import ApprovalsDBManager
from airflow_approvals.store.tables import metadata, searchable
from tests.databases import Databases, airflow

TABLES = sorted(metadata.tables)
SEARCH = "ix_approval_searchable"
"""An index that only some databases can have, so that it is no part of the tables."""


@pytest.fixture
def connection(airflow_database: str) -> Iterator[sa.Connection]:
    """On a database that `airflow db migrate` made."""
    engine = sa.create_engine(airflow_database, poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def differences(connection: sa.Connection) -> list[Any]:
    """What alembic would have to do to turn the database's tables of ours into those of the code."""

    def ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
        return name in metadata.tables if kind == "table" else name != SEARCH

    options = {"include_object": ours, "compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def test_nothing_differs(connection: sa.Connection) -> None:
    """Columns, types, nullability, keys, indexes and unique constraints."""
    assert differences(connection) == []


def test_a_difference_would_be_seen(databases: Databases) -> None:
    """The comparison above looks at the right tables."""
    with sa.create_engine(databases.migrated(), poolclass=sa.NullPool).connect() as connection:
        connection.execute(sa.text("DROP INDEX ix_approval_created_at_id"))
        connection.execute(sa.text("ALTER TABLE approval_vote ADD COLUMN more INTEGER"))
        found = sorted(difference[0] for difference in differences(connection))
    assert found == ["add_index", "remove_column"]


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("approval", "status", Status),
        ("approval_approver", "kind", ApproverKind),
        ("approval_vote", "verdict", Verdict),
        ("approval_event", "actor_kind", ActorKind),
    ],
)
def test_the_database_knows_the_same_values_as_the_code(
    connection: sa.Connection, table: str, column: str, values: type[Enum]
) -> None:
    """A new member of an enumeration needs a migration."""
    checks = {
        check["name"]: check["sqltext"] for check in sa.inspect(connection).get_check_constraints(table)
    }
    assert set(re.findall(r"'([^']*)'", checks[f"ck_{table}_{column}"])) == {value.value for value in values}


def test_the_database_takes_any_fact(connection: sa.Connection) -> None:
    """A new one needs no migration."""
    checks = sa.inspect(connection).get_check_constraints("approval_event")
    assert [check["name"] for check in checks] == ["ck_approval_event_actor_kind"]


@pytest.mark.parametrize("table", TABLES)
def test_constraints_and_indexes_have_the_names_of_the_code(connection: sa.Connection, table: str) -> None:
    """Later migrations, and the translation of errors, go by name."""
    found = sa.inspect(connection)
    names = {
        found.get_pk_constraint(table)["name"],
        *(constraint["name"] for constraint in found.get_foreign_keys(table)),
        *(constraint["name"] for constraint in found.get_unique_constraints(table)),
        *(constraint["name"] for constraint in found.get_check_constraints(table)),
        *(index["name"] for index in found.get_indexes(table) if not index.get("duplicates_constraint")),
    }
    declared = metadata.tables[table]
    preparer = connection.dialect.identifier_preparer
    assert names - {SEARCH} == {
        *(preparer.format_constraint(constraint) for constraint in declared.constraints),
        *(index.name for index in declared.indexes),
    }


def test_what_queries_rely_on_is_there(connection: sa.Connection) -> None:
    """One request per try, one vote per person, and an index for each way of asking."""
    found = sa.inspect(connection)
    assert [c["column_names"] for c in found.get_unique_constraints("approval_waiter")] == [["ti_id"]]
    assert found.get_pk_constraint("approval_vote")["constrained_columns"] == ["approval_id", "actor_id"]
    assert found.get_pk_constraint("approval_event")["constrained_columns"] == ["approval_id", "seq"]
    indexes = {
        tuple(index["column_names"])
        for table in TABLES
        for index in found.get_indexes(table)
        if not index.get("duplicates_constraint") and index["name"] != SEARCH
    }
    assert indexes == {
        ("status", "expires_at"),
        ("status", "created_at"),
        ("dag_id", "run_id", "task_id"),
        ("dag_id", "team_name"),
        ("created_at", "id"),
        ("resolved_at", "id"),
        ("expires_at", "id"),
        ("kind", "name"),
    }


@pytest.mark.postgres
@pytest.mark.parametrize("databases", ["postgres"], indirect=True)
@pytest.mark.parametrize("may_make", [True, False])
def test_a_search_has_an_index_where_the_database_can_have_it(databases: Databases, may_make: bool) -> None:
    """Where the extension may not be made, the migration goes on without, and a search works all the same."""
    database = databases.empty()
    with sa.create_engine(database, isolation_level="AUTOCOMMIT").connect() as owner:
        name = f"approvals_test_{uuid.uuid4().hex}"
        owner.execute(sa.text(f"CREATE ROLE {name} LOGIN"))
        granted = "CREATE, CONNECT" if may_make else "CONNECT"
        owner.execute(sa.text(f"GRANT {granted} ON DATABASE {owner.engine.url.database} TO {name}"))
        owner.execute(sa.text(f"GRANT ALL ON SCHEMA public TO {name}"))
    try:
        theirs = owner.engine.url.set(username=name).render_as_string(hide_password=False)
        airflow("db", "migrate", database=theirs)
        with sa.create_engine(theirs, poolclass=sa.NullPool).connect() as connected:
            found = {index["name"] for index in sa.inspect(connected).get_indexes("approval")}
            searched = sa.select(metadata.tables["approval"]).where(searchable.icontains("release"))
            assert connected.execute(searched).all() == []
        assert (SEARCH in found) is may_make
    finally:
        with owner.engine.connect() as again:
            again.execute(sa.text(f"DROP OWNED BY {name}"))
            again.execute(sa.text(f"DROP ROLE {name}"))
        owner.engine.dispose()


@pytest.mark.parametrize("table", [name for name in TABLES if name != "approval"])
def test_what_belongs_to_a_request_goes_with_it(connection: sa.Connection, table: str) -> None:
    """And nothing points into Airflow's tables."""
    (key,) = sa.inspect(connection).get_foreign_keys(table)
    assert (key["referred_table"], key["options"]) == ("approval", {"ondelete": "CASCADE"})


def test_nothing_of_ours_points_into_airflows_tables(connection: sa.Connection) -> None:
    """The record outlives the run."""
    assert sa.inspect(connection).get_foreign_keys("approval") == []


def test_the_version_is_kept_in_a_table_of_our_own(connection: sa.Connection) -> None:
    """Airflow's history and ours do not meet."""
    versions = connection.execute(sa.text("SELECT version_num FROM alembic_version_approvals")).all()
    assert versions == [(head(),)]


def test_this_release_is_at_the_newest_revision() -> None:
    """`--to-version` of Airflow's commands goes by this map."""
    assert ApprovalsDBManager.revision_heads_map[__version__] == head()


def head() -> str:
    """The one newest revision."""
    from alembic.script import ScriptDirectory

    (newest,) = ScriptDirectory(ApprovalsDBManager.migration_dir).get_heads()
    return newest
