"""Health is for everybody; what could be set up better is for who runs the platform."""

from __future__ import annotations

import logging

import pytest

from airflow_approvals.api.app import create_app
from airflow_approvals.config import SHARED
from tests.integration.api.conftest import Call
from tests.integration.api.server import COOKIE, NOBODY, Server

HEALTHY = {"status": "healthy"}
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
        assert server.get("/health", by=by).json() == {**HEALTHY, "warnings": [SHARED]}
    others = [NOBODY, *BAD_CREDENTIALS, server.task(server.new_task().ti_id), server.watcher()]
    for by in (*others, *(server.person(name) for name in ("editor", "viewer", "manager"))):
        answer = server.get("/health", by=by)
        assert (answer.status_code, answer.json()) == (200, HEALTHY), by


def test_a_secret_of_its_own_is_not_warned_of(
    call: Call, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither by health nor in the log of an API server that starts."""
    monkeypatch.setenv("AIRFLOW__APPROVALS__JWT_SECRET", "a secret of its own")
    assert call("GET", "/health", by="ana", role="admin").json() == {**HEALTHY, "warnings": []}
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
