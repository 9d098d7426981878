"""Health is for everybody; what could be set up better is for who runs the platform."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from airflow_approvals.api.app import create_app
from airflow_approvals.config import SHARED
from airflow_approvals.domain.errors import Unavailable
from airflow_approvals.service import health
from airflow_approvals.store import versions
from tests.builders import NOW
from tests.integration.api.conftest import Call
from tests.integration.api.server import COOKIE, NOBODY, Server
from tests.integration.service.desk import work_at

HEALTHY = {"status": "healthy"}
WELL = {**HEALTHY, "problems": []}
BAD_CREDENTIALS = (
    {"Authorization": "Bearer garbage"},
    {"Authorization": "Bearer"},
    {"Authorization": "Basic YWRtaW46YWRtaW4="},
    {"Authorization": b"Bearer \xff\xff"},
    {"Cookie": f"{COOKIE}=garbage"},
    {"Cookie": f"{COOKIE}="},
)


@pytest.mark.e2e
def test_an_administrator_is_told_that_one_secret_signs_all(server: Server) -> None:
    """By token or cookie; nobody else learns it, and wrong credentials are as good as none."""
    for by in (server.person("admin"), server.cookie("admin"), server.person("op")):
        assert server.get("/health", by=by).json() == {**WELL, "warnings": [SHARED]}
    others = [NOBODY, *BAD_CREDENTIALS, server.task(server.new_task().ti_id), server.watcher()]
    for by in (*others, *(server.person(name) for name in ("editor", "viewer", "manager"))):
        answer = server.get("/health", by=by)
        assert (answer.status_code, answer.json()) == (200, HEALTHY), by


def test_a_secret_of_its_own_is_not_warned_of(
    call: Call, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither by health nor in the log of an API server that starts."""
    monkeypatch.setenv("AIRFLOW__APPROVALS__JWT_SECRET", "a secret of its own")
    assert call("GET", "/health", by="ana", role="admin").json() == {**WELL, "warnings": []}
    assert call("GET", "/health", by="ana", role="viewer").json() == HEALTHY
    with caplog.at_level(logging.WARNING):
        create_app()
    assert caplog.messages == []


@pytest.mark.parametrize("own", ["", "the jwt secret of the tests, which is more than sixty-four bytes long"])
def test_the_log_of_the_api_server_warns_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, own: str
) -> None:
    """At its start, without the secret."""
    monkeypatch.setenv("AIRFLOW__APPROVALS__JWT_SECRET", own)
    with caplog.at_level(logging.WARNING):
        create_app()
    assert caplog.messages == [SHARED]


CHANGES = {
    "UPDATE alembic_version_approvals SET version_num = '0001'": (
        f"UPDATE alembic_version_approvals SET version_num = '{versions.NEEDED}'",  # noqa: S608
        f"The tables are at 0001, and this version of the package needs {versions.NEEDED}: run "
        "`airflow db migrate` of the version that is to run, and restart all API servers.",
    ),
    "ALTER TABLE alembic_version_approvals RENAME TO elsewhere": (
        "ALTER TABLE elsewhere RENAME TO alembic_version_approvals",
        health.NO_TABLES,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_database_with_other_tables_is_not_well(
    call: Call, sessions: sessionmaker[Session], change: str
) -> None:
    """Who asks without rights learns that, and no more; an administrator what to do."""
    back, problem = CHANGES[change]
    with sessions.begin() as session:
        session.execute(text(change))
    try:
        told = call("GET", "/health", by="ana", role="admin")
        others = call("GET", "/health"), call("GET", "/health", by="ana", role="viewer")
    finally:
        with sessions.begin() as session:
            session.execute(text(back))
    assert (told.status_code, told.json()["status"]) == (503, "unhealthy")
    assert told.json()["problems"] == [problem]
    assert [(other.status_code, other.json()) for other in others] == [(503, {"status": "unhealthy"})] * 2
    assert call("GET", "/health").status_code == 200


@pytest.mark.parametrize(
    "error", [OperationalError("", {}, Exception("refused")), Unavailable(retry_after_seconds=5)]
)
def test_a_database_that_does_not_answer_is_a_problem(
    sessions: sessionmaker[Session], error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever it is; the log says more."""

    @contextmanager
    def away() -> Iterator[Session]:
        raise error
        yield sessions()

    assert health.problems(work=replace(work_at(NOW), sessions=away)) == [health.NO_DATABASE]
    assert "Not healthy" in caplog.text
