"""A database that is away, locked, or has no connection left: 503 within seconds, and then all is well."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from airflow import settings
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from airflow_approvals import tokens
from airflow_approvals.config import Settings
from airflow_approvals.domain.approval import Approval
from dev.postgres import PrivateServer, find_programs, prepared_server
from tests.airflow_rows import AirflowRows
from tests.builders import level, policy, ti_id_of, user
from tests.databases import PostgresDatabases, used_by_airflow
from tests.integration.api.inside import (
    APPROVER,
    READER,
    NotingAuthManager,
    bearer,
    call,
    noting_auth_manager,
)
from tests.integration.service.desk import Desk
from tests.integration.service.racing import ONLY_SQLITE

TERMS = policy(level(user(APPROVER), timeout=None))
LONGEST_SECONDS = 10.0
CONNECTIONS = 15  # of Airflow's pool, by default


@pytest.fixture
def auth_manager(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> Iterator[NotingAuthManager]:
    """The auth manager of an Airflow inside this process."""
    with noting_auth_manager(monkeypatch) as manager:
        yield manager


def look(auth_manager: NotingAuthManager, approval: Approval) -> httpx.Response:
    """A person looks at a request."""
    return call("GET", f"/v1/approvals/{approval.id}", token=bearer(auth_manager, READER))


def decide(auth_manager: NotingAuthManager, approval: Approval) -> httpx.Response:
    """A person approves it."""
    path = f"/v1/approvals/{approval.id}/approve"
    return call("POST", path, token=bearer(auth_manager, APPROVER), json={})


def ask(_: NotingAuthManager, approval: Approval) -> httpx.Response:
    """Its task looks."""
    secret = Settings.load().jwt_secret
    token = tokens.for_task_instance(ti_id_of(approval), secret=secret)
    return call("GET", f"/v1/approvals/{approval.id}", token=token)


def advance(_: NotingAuthManager, approval: Approval) -> httpx.Response:
    """Its trigger has it brought up to date."""
    token = tokens.for_task_instance(ti_id_of(approval), secret=Settings.load().jwt_secret)
    return call("POST", f"/v1/approvals/{approval.id}/advance", token=token, json={})


EVERYTHING = (look, decide, ask, advance)


def assert_unavailable(do: Any, auth_manager: NotingAuthManager, approval: Approval) -> None:
    """It says so within seconds, and when to ask again."""
    start = time.monotonic()
    answer = do(auth_manager, approval)
    assert time.monotonic() - start < LONGEST_SECONDS
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) == answer.json()["retry_after_seconds"] > 0


def assert_works(auth_manager: NotingAuthManager, approval: Approval) -> None:
    """Everything is answered as if nothing had happened."""
    assert [do(auth_manager, approval).status_code for do in EVERYTHING] == [200, 200, 200, 200]
    assert settings.engine.pool.checkedout() == 0


@contextmanager
def exhausted_pool() -> Iterator[None]:
    """Others have all the connections there are."""
    with ExitStack() as taken:
        for _ in range(CONNECTIONS):
            taken.enter_context(settings.engine.connect())
        yield


@pytest.mark.parametrize("do", EVERYTHING)
def test_a_pool_that_others_have_emptied(
    sessions: sessionmaker[Session], rows: AirflowRows, auth_manager: NotingAuthManager, do: Any
) -> None:
    """Airflow's sign-in would wait for 30 s inside the event loop: it is not asked."""
    approval = Desk(sessions, rows).gate(TERMS)
    with exhausted_pool():
        assert_unavailable(do, auth_manager, approval)
    assert_works(auth_manager, approval)


def test_a_connection_that_comes_back_in_time_is_used(
    sessions: sessionmaker[Session], rows: AirflowRows, auth_manager: NotingAuthManager
) -> None:
    """A pool that is empty for a moment is nothing to speak of."""
    approval = Desk(sessions, rows).gate(TERMS)
    with ThreadPoolExecutor(1) as thread:
        with exhausted_pool():
            waiting = thread.submit(decide, auth_manager, approval)
            while not (auth_manager.in_use or waiting.running()):
                time.sleep(0.01)
        assert waiting.result().status_code == 200


@ONLY_SQLITE
def test_a_file_that_somebody_writes_for_long(
    sessions: sessionmaker[Session], rows: AirflowRows, auth_manager: NotingAuthManager
) -> None:
    """Who reads, reads; who writes is told to come back."""
    approval = Desk(sessions, rows).gate(TERMS)
    with sessions() as other:
        other.execute(text("BEGIN IMMEDIATE"))
        assert look(auth_manager, approval).status_code == 200
        assert_unavailable(decide, auth_manager, approval)
        other.rollback()
    assert_works(auth_manager, approval)


@pytest.mark.postgres
def test_a_server_that_is_stopped_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Started again, it is used again."""
    programs = find_programs()
    assert programs is not None, "PostgreSQL's programs are needed"
    with prepared_server(programs) as postgres, ExitStack() as running:
        running.enter_context(postgres.running())
        assert_outlives(postgres, running, monkeypatch)


def assert_outlives(postgres: PrivateServer, running: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the server, ask everything, start it, ask everything."""
    database = PostgresDatabases(postgres.url).migrated()
    with used_by_airflow(database), noting_auth_manager(monkeypatch) as auth_manager:
        sessions = settings.NonScopedSession
        approval = Desk(sessions, AirflowRows(sessions)).gate(TERMS)
        assert look(auth_manager, approval).status_code == 200
        running.close()
        for do in EVERYTHING:
            assert_unavailable(do, auth_manager, approval)
        running.enter_context(postgres.running())
        assert_works(auth_manager, approval)
