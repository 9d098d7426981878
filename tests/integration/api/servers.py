"""One API server under FAB, one under SimpleAuthManager; started when first asked for.

A plugin of ``tests/conftest.py``, so that every folder asks the same two.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from dev.stack import AirflowStack
    from tests.integration.api.server import Server

DAGS_FOLDER = Path(__file__).parent / "dags"
# Tests open more in a minute than any person does.
UNHURRIED = {"AIRFLOW__APPROVALS__CHANGES_PER_MINUTE": "0"}


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a migrated database that knows the Dags; both servers start from a copy."""
    from dev.stack import AirflowStack

    home = tmp_path_factory.mktemp("api_prepared")
    stack = AirflowStack(home, dags_folder=DAGS_FOLDER)
    stack.migrate()
    stack.reserialize()
    return home


@pytest.fixture(scope="session")
def fab(prepared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An API server whose people are FAB users."""
    from dev.stack import AirflowStack
    from tests.integration.api.server import FAB_PEOPLE, FAB_ROLE_MEMBERS, FAB_ROLES

    home = _copy(prepared_home, tmp_path_factory.mktemp("api_fab"))
    extra = {
        **UNHURRIED,
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
    from dev.stack import AirflowStack
    from tests.integration.api.server import SIMPLE_PEOPLE, SIMPLE_ROLE_MEMBERS

    home = _copy(prepared_home, tmp_path_factory.mktemp("api_simple"))
    extra = {**UNHURRIED, "AIRFLOW__APPROVALS__ROLE_MEMBERS": json.dumps(SIMPLE_ROLE_MEMBERS)}
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
    from tests.integration.api.server import Server

    stack.start(["api-server"])
    stack.wait_healthy()
    server = Server(stack)
    yield server
    server.close()
