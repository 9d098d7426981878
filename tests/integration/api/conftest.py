"""One API server under FAB, one under SimpleAuthManager; started when first asked for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.stack import AirflowStack
from tests.integration.api.server import (
    FAB_PEOPLE,
    FAB_ROLE_MEMBERS,
    FAB_ROLES,
    SIMPLE_PEOPLE,
    SIMPLE_ROLE_MEMBERS,
    Server,
)

DAGS_FOLDER = Path(__file__).parent / "dags"


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a migrated database that knows the Dags; both servers start from a copy."""
    home = tmp_path_factory.mktemp("api_prepared")
    stack = AirflowStack(home, dags_folder=DAGS_FOLDER)
    stack.migrate()
    stack.reserialize()
    return home


@pytest.fixture(scope="session")
def fab(prepared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An API server whose people are FAB users."""
    home = _copy(prepared_home, tmp_path_factory.mktemp("api_fab"))
    extra = {
        "AIRFLOW__APPROVALS__ROLE_MEMBERS": json.dumps(FAB_ROLE_MEMBERS),
        # FAB can let people into Airflow who have not signed in: not into this API.
        "AIRFLOW__FAB__AUTH_ROLE_PUBLIC": "Admin",
    }
    with AirflowStack(home, dags_folder=DAGS_FOLDER, auth="fab", extra_env=extra) as stack:
        stack.create_accounts(users=FAB_PEOPLE, roles=FAB_ROLES)
        yield from _serve(stack)


@pytest.fixture(scope="session")
def simple(prepared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An API server with SimpleAuthManager."""
    home = _copy(prepared_home, tmp_path_factory.mktemp("api_simple"))
    extra = {"AIRFLOW__APPROVALS__ROLE_MEMBERS": json.dumps(SIMPLE_ROLE_MEMBERS)}
    with AirflowStack(home, dags_folder=DAGS_FOLDER, auth="simple", extra_env=extra) as stack:
        stack.create_accounts(users=SIMPLE_PEOPLE)
        yield from _serve(stack)


@pytest.fixture(params=["fab", "simple"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the servers in turn."""
    found: Server = request.getfixturevalue(request.param)
    return found


def _copy(prepared: Path, home: Path) -> Path:
    for name in ("airflow.db", "secrets.json"):
        shutil.copy(prepared / name, home / name)
    return home


def _serve(stack: AirflowStack) -> Iterator[Server]:
    stack.start(["api-server"])
    stack.wait_healthy()
    server = Server(stack)
    yield server
    server.close()
