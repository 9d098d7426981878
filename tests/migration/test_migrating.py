"""Airflow's own database commands take care of our tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from airflow.utils.db_manager import RunDBManager
from sqlalchemy.orm import Session

from airflow_approvals.store.db_manager import ApprovalsDBManager
from airflow_approvals.store.tables import metadata
from tests.databases import CommandError, Databases, airflow, python, used_by_airflow

MANAGER = "airflow_approvals.store.db_manager.ApprovalsDBManager"
OURS = set(metadata.tables)
VERSION_TABLE = "alembic_version_approvals"

# Everything that imports or starts this package, in one process; prints the answer of the health route.
START_UP = """
import importlib, pkgutil
from airflow import plugins_manager
from airflow.api_fastapi.app import create_app
from fastapi.testclient import TestClient
import airflow_approvals
for module in pkgutil.walk_packages(airflow_approvals.__path__, "airflow_approvals."):
    if ".migrations" not in module.name:
        importlib.import_module(module.name)
with TestClient(create_app()) as client:
    print("answered", client.get("/approvals/v1/health").status_code)
"""

# What Airflow's `db-manager` commands call for `--show-sql-only`.
SHOW = """
from airflow.utils.session import create_session
from airflow_approvals.store.db_manager import ApprovalsDBManager
with create_session() as session:
    manager = ApprovalsDBManager(session)
    manager.upgradedb(show_sql_only=True)
    print("--- next")
    manager.upgradedb(to_revision="0006", from_revision="base", show_sql_only=True)
    print("--- next")
    manager.downgrade(to_revision="base", show_sql_only=True)
"""


@contextmanager
def connected(database: str) -> Iterator[sa.Connection]:
    """A connection that leaves nothing behind; a copy of the database can be made afterwards."""
    with sa.create_engine(database, poolclass=sa.NullPool).connect() as connection:
        yield connection


def tables(database: str) -> set[str]:
    """The names of all tables."""
    with connected(database) as connection:
        return set(sa.inspect(connection).get_table_names())


def schema(database: str) -> dict[str, Any]:
    """Everything the database tells about our tables."""
    with connected(database) as connection:
        found = sa.inspect(connection)
        return {
            table: {
                "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table)],
                "primary key": found.get_pk_constraint(table),
                "foreign keys": found.get_foreign_keys(table),
                "unique": found.get_unique_constraints(table),
                "checks": sorted(found.get_check_constraints(table), key=str),
                "indexes": sorted(map(_told, found.get_indexes(table))),
            }
            for table in sorted(OURS)
        }


def _told(index: Any) -> str:
    """Write an index; two conditions are never equal as they are."""
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return str({**index, "dialect_options": options})


def migrate(database: str, to: str) -> None:
    """Go up to ``heads`` or down to ``base``, in this process."""
    from airflow.utils.session import create_session

    from airflow_approvals.store.db_manager import ApprovalsDBManager

    with used_by_airflow(database), create_session(scoped=False) as session:
        manager = ApprovalsDBManager(session)
        if to == "base":
            manager.downgrade(to)
        else:
            manager.upgradedb(to)


@pytest.fixture
def migrated(databases: Databases) -> str:
    """A database that `airflow db migrate` made."""
    return databases.migrated()


@pytest.fixture
def before_us(migrated: str) -> str:
    """A database of an Airflow on which this package was never migrated."""
    migrate(migrated, "base")
    with connected(migrated) as connection:
        connection.execute(sa.text(f"DROP TABLE {VERSION_TABLE}"))
        connection.commit()
    return migrated


def test_airflow_finds_the_manager_by_itself() -> None:
    """Through what the provider says of itself; nothing has to be configured."""
    from airflow.providers_manager import ProvidersManager

    assert MANAGER in ProvidersManager().db_managers


def test_a_new_database_is_built_by_running_the_migrations(databases: Databases) -> None:
    """Not from the tables in the code: every database has gone the same way."""
    database, printed = databases.migration
    assert "Running upgrade  -> 0001" in printed
    assert tables(database) >= {*OURS, VERSION_TABLE, "dag_run", "alembic_version"}


def test_down_and_up_again_ends_where_it_began(migrated: str) -> None:
    """Down takes our tables away and nothing else."""
    before, all_tables = schema(migrated), tables(migrated)
    migrate(migrated, "base")
    assert tables(migrated) == all_tables - OURS
    migrate(migrated, "heads")
    assert schema(migrated) == before
    assert tables(migrated) == all_tables


def test_installing_the_package_into_an_existing_airflow(before_us: str) -> None:
    """The check fails until `airflow db migrate` has run once more, and passes from then on."""
    assert not tables(before_us) & {*OURS, VERSION_TABLE}
    with pytest.raises(CommandError, match="unapplied migrations"):
        airflow("db", "check-migrations", "--migration-wait-timeout", "1", database=before_us)
    airflow("db", "migrate", database=before_us)
    assert tables(before_us) >= {*OURS, VERSION_TABLE}
    airflow("db", "check-migrations", "--migration-wait-timeout", "1", database=before_us)


def test_reset_begins_anew(migrated: str) -> None:
    """Our tables are dropped with Airflow's and made again."""
    empty = schema(migrated)
    with connected(migrated) as connection:
        connection.execute(sa.text("ALTER TABLE approval_event ADD COLUMN left_over INTEGER"))
        connection.commit()
    assert schema(migrated) != empty

    airflow("db", "reset", "--yes", database=migrated)

    assert schema(migrated) == empty


def test_starting_up_makes_no_table(before_us: str) -> None:
    """Neither an import nor an API server changes the schema; only migrations do. It is not well without."""
    assert "answered 503" in python("-c", START_UP, database=before_us)
    assert not tables(before_us) & {*OURS, VERSION_TABLE}


def test_a_strangers_table_is_not_taken_for_ours(before_us: str) -> None:
    """It is left alone, and the migration says what is in its way."""
    with connected(before_us) as connection:
        connection.execute(sa.text("CREATE TABLE approval (theirs INTEGER)"))
        connection.commit()
    with pytest.raises(sa.exc.DBAPIError, match="already exists"):
        migrate(before_us, "heads")
    with connected(before_us) as connection:
        assert [c["name"] for c in sa.inspect(connection).get_columns("approval")] == ["theirs"]
    assert not tables(before_us) & (OURS - {"approval"})


def test_removing_our_tables_by_airflows_command(migrated: str) -> None:
    """The way to uninstall."""
    down = ("db-manager", "downgrade", MANAGER, "--to-revision", "base", "--yes")
    airflow(*down, database=migrated, AIRFLOW__DATABASE__EXTERNAL_DB_MANAGERS=MANAGER)
    assert not tables(migrated) & OURS


def test_the_statements_can_be_seen_without_being_run(migrated: str) -> None:
    """For those whose database administrators run them; down begins at what the database has."""
    before = schema(migrated)
    up, whole, down = python("-c", SHOW, database=migrated).split("--- next")
    for shown in (up, whole):
        assert all(f"CREATE TABLE {table} (" in shown for table in OURS)
        assert f"INSERT INTO {VERSION_TABLE}" in shown
    assert all(f"DROP TABLE {table};" in down for table in OURS)
    assert schema(migrated) == before


@pytest.mark.parametrize("kind", ["mysql", "mariadb"])
def test_a_database_nobody_tried_is_refused_before_anything_is_made(kind: str) -> None:
    """On every way of making tables, with the sentence that says what to use; no server is asked."""
    driver = SimpleNamespace(paramstyle="format")
    engine = sa.create_engine(f"{kind}+pymysql://user:password@nowhere/airflow", module=driver)
    with Session(engine) as session:
        manager = ApprovalsDBManager(session)
        everybody = RunDBManager()
        everybody._managers = [ApprovalsDBManager]
        ways: tuple[Callable[[], object], ...] = (
            lambda: everybody.initdb(session),  # `airflow db migrate`
            lambda: everybody.upgradedb(session),
            manager.create_db_from_orm,
            lambda: manager.upgradedb(show_sql_only=True),
        )
        for way in ways:
            with pytest.raises(SystemExit, match=f"does not support {kind}: .* Use PostgreSQL 13 or newer"):
                way()
