"""Shared fixtures. Airflow is imported, and a database migrated, only when a test asks for one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from airflow_approvals.config import forget
from tests.databases import NO_SKIP, POSTGRES_URL, Databases, PostgresDatabases, SqliteDatabases

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

    from tests.airflow_rows import AirflowRows

pytest_plugins = ["tests.integration.api.servers"]

# Airflow reads its environment when it is first imported: the tests' own, and nothing of the caller's.
_HOME = Path(tempfile.mkdtemp(prefix="approvals-tests-"))
for _name in [name for name in os.environ if name == "AIRFLOW_HOME" or name.startswith("AIRFLOW__")]:
    del os.environ[_name]
os.environ |= {
    "AIRFLOW_HOME": str(_HOME),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__FERNET_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "AIRFLOW__API__SECRET_KEY": "the api secret of the tests, which is long enough",
    "AIRFLOW__API_AUTH__JWT_SECRET": "the jwt secret of the tests, which is more than sixty-four bytes long",
}

_NO_POSTGRES = (
    "PostgreSQL is needed: where its programs are installed, `make test` (or `python -m dev.postgres -- …`) "
    f"starts one; or {POSTGRES_URL} names a server (see CONTRIBUTING.md)"
)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_HOME, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs PostgreSQL where there is none and none is demanded."""
    if os.environ.get(POSTGRES_URL) or os.environ.get(NO_SKIP) == "1":
        return
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason=_NO_POSTGRES))


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """Let no test see the settings of another one."""
    forget()
    yield
    forget()


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """Both kinds of database in turn: makes empty and migrated ones."""
    if request.param == "sqlite":
        made: Databases = SqliteDatabases(tmp_path_factory.mktemp("databases"))
    elif server := os.environ.get(POSTGRES_URL):
        made = PostgresDatabases(server)
    else:
        pytest.fail(_NO_POSTGRES, pytrace=False)
    yield made
    made.close()


@pytest.fixture(scope="session")
def airflow_database(databases: Databases) -> Iterator[str]:
    """The URL of a migrated database that the Airflow of this process works on."""
    from tests.databases import used_by_airflow

    database = databases.migrated()
    with used_by_airflow(database):
        yield database


@pytest.fixture
def sessions(airflow_database: str) -> sessionmaker[Session]:
    """Airflow's own session factory, on a database without Dags and requests."""
    from airflow import settings

    from tests.airflow_rows import clean

    clean(settings.NonScopedSession)
    return settings.NonScopedSession


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One session on the clean database."""
    with sessions() as opened:
        yield opened


@pytest.fixture
def rows(sessions: sessionmaker[Session]) -> AirflowRows:
    """Makes and shows Dag runs and task instances in Airflow's own tables."""
    from tests.airflow_rows import AirflowRows

    return AirflowRows(sessions)


@pytest.fixture
def make_task_instance(rows: AirflowRows) -> Callable[..., UUID]:
    """Makes a task instance as ``AirflowRows.task_instance`` describes; gives its id."""
    return rows.task_instance
