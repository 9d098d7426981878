"""What the API asks of Airflow's auth manager, and what it holds while it waits for the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from airflow import settings
from fastapi.routing import APIRoute
from sqlalchemy import event, text
from sqlalchemy.orm import Session, sessionmaker

from airflow_approvals import tokens
from airflow_approvals.config import Settings
from airflow_approvals.domain.approval import Approval
from airflow_approvals.service.again import again
from tests.airflow_rows import DAG_ID, AirflowRows
from tests.builders import level, policy, ti_id_of, user
from tests.integration.api.inside import (
    APP,
    APPROVER,
    EDITOR,
    READER,
    STRANGER,
    NotingAuthManager,
    bearer,
    call,
    noting_auth_manager,
)
from tests.integration.service.desk import Desk

ROUTES = [
    (method, route.path)
    for route in APP.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]
QUIET_SECONDS = 60.0
TERMS = policy(level(user("somebody-else")), level(user(APPROVER)))


@pytest.fixture
def auth_manager(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> Iterator[NotingAuthManager]:
    """The auth manager of an Airflow inside this process, in which nothing of other tests is left to do."""
    assert again.wait(QUIET_SECONDS)
    with noting_auth_manager(monkeypatch) as manager:
        yield manager


@pytest.fixture
def desk(sessions: sessionmaker[Session], rows: AirflowRows, auth_manager: NotingAuthManager) -> Desk:
    """Makes requests."""
    return Desk(sessions, rows)


@pytest.fixture
def approval(desk: Desk) -> Approval:
    """A request whose second level is the approver."""
    return desk.gate(TERMS)


def _call(auth_manager: NotingAuthManager, method: str, path: str, by: str, json: Any = None) -> int:
    """Call a route of the app; gives the status."""
    return call(method, f"/v1{path}", token=bearer(auth_manager, by), json=json).status_code


@pytest.mark.parametrize("path", ["/approvals/{id}", "/approvals/{id}/events"])
def test_whether_an_approver_sees_a_request_is_not_asked(
    auth_manager: NotingAuthManager, approval: Approval, path: str
) -> None:
    """They may not read the Dag, and see its request all the same, also before their level is reached."""
    assert _call(auth_manager, "GET", path.format(id=approval.id), APPROVER) == 200
    assert auth_manager.asked == []


def test_whether_an_approver_may_decide_is_not_asked(
    auth_manager: NotingAuthManager, approval: Approval
) -> None:
    """That is a matter of the request's own terms."""
    assert _call(auth_manager, "POST", f"/approvals/{approval.id}/approve", APPROVER, {}) == 200
    assert auth_manager.asked == []


@pytest.mark.parametrize(
    ("method", "path", "by", "body", "status", "questions"),
    [
        ("GET", "/approvals/{id}", READER, None, 200, ["GET"]),
        ("GET", "/approvals/{id}", STRANGER, None, 404, ["GET"]),
        ("GET", "/approvals/{id}/events", READER, None, 200, ["GET"]),
        ("POST", "/approvals/{id}/approve", READER, {}, 403, ["GET"]),
        ("PATCH", "/approvals/{id}", EDITOR, {"body": "Changed."}, 200, ["GET", "PUT"]),
        ("PATCH", "/approvals/{id}", APPROVER, {"body": "Changed."}, 403, ["PUT"]),
        ("POST", "/approvals/{id}/cancel", EDITOR, {"reason": "Called off."}, 200, ["GET", "PUT"]),
        ("GET", "/approvals", STRANGER, None, 200, ["GET"]),
        ("GET", "/approvals/metrics", READER, None, 200, ["GET"]),
        ("GET", "/page/approvals", READER, None, 200, ["GET"]),
        ("GET", "/page/approvals/{id}", READER, None, 200, ["GET", "PUT"]),
        ("GET", "/page/choices", READER, None, 200, ["GET"]),
        ("GET", "/badge.svg", READER, None, 200, []),
    ],
)
def test_everybody_else_is_asked_about_once_with_no_connection_in_use(
    auth_manager: NotingAuthManager,
    approval: Approval,
    method: str,
    path: str,
    by: str,
    body: Any,
    status: int,
    questions: list[str],
) -> None:
    """An auth manager may be slow, or needs a connection itself: it must not wait for one that we keep."""
    assert _call(auth_manager, method, path.format(id=approval.id), by, body) == status
    assert auth_manager.asked == [("dag", question, DAG_ID) for question in questions]
    assert set(auth_manager.in_use) <= {0}
    assert auth_manager.taken == auth_manager.given_back > 0


@pytest.mark.parametrize("path", ["/approvals", "/page/approvals", "/page/choices", "/approvals/metrics"])
def test_many_dags_are_asked_about_at_once(
    auth_manager: NotingAuthManager, approval: Approval, desk: Desk, path: str
) -> None:
    """Whatever their number; one that Airflow does not know any more is among them."""
    desk.gate(dag_id="payroll")
    desk.gate(dag_id="gone")
    with desk.sessions.begin() as session:
        for table in ("task_instance", "dag_run", "dag"):
            session.execute(text(f"DELETE FROM {table} WHERE dag_id = 'gone'"))  # noqa: S608
    assert _call(auth_manager, "GET", path, READER) == 200
    assert auth_manager.asked_at_once == [{approval.origin.dag_id, "payroll", "gone"}]
    assert set(auth_manager.in_use) == {0}


@pytest.mark.parametrize("path", ["/approvals", "/page/approvals"])
def test_what_waits_for_me_is_asked_nobody(
    auth_manager: NotingAuthManager, approval: Approval, path: str
) -> None:
    """Whom a request waits for sees it, whatever Dags they may read."""
    assert _call(auth_manager, "GET", f"{path}?assigned_to_me=true", APPROVER) == 200
    assert (auth_manager.asked, auth_manager.asked_at_once) == ([], [])


def test_who_maintains_is_asked_with_no_connection_in_use(
    auth_manager: NotingAuthManager, approval: Approval
) -> None:
    """The question is whether they may edit Airflow's connections."""
    assert _call(auth_manager, "POST", "/maintenance/escalate", EDITOR, {}) == 403
    assert auth_manager.asked == [("connection", "PUT", None)]
    assert set(auth_manager.in_use) == {0}


def test_who_deletes_is_asked_with_no_connection_in_use(
    auth_manager: NotingAuthManager, approval: Approval
) -> None:
    """Who may edit the Dag may not wipe out their traces."""
    assert _call(auth_manager, "DELETE", f"/approvals/{approval.id}", EDITOR) == 403
    assert auth_manager.asked == [("dag", "GET", DAG_ID), ("connection", "PUT", None)]
    assert set(auth_manager.in_use) == {0}


@pytest.mark.parametrize("by", [READER, EDITOR, APPROVER, STRANGER, "task", "watcher"])
def test_no_route_holds_a_connection_while_anything_of_airflows_works(
    auth_manager: NotingAuthManager, approval: Approval, by: str
) -> None:
    """Whoever calls: not while they are signed in, nor while it is asked what they may, nor at the end."""
    secret = Settings.load().jwt_secret
    token = {
        "task": lambda: tokens.for_task_instance(ti_id_of(approval), secret=secret),
        "watcher": lambda: tokens.for_watcher([approval.id], secret=secret),
    }.get(by, lambda: bearer(auth_manager, by))()
    bodies = {
        "/v1/approvals": {
            "dag_id": DAG_ID,
            "run_id": approval.origin.run_id,
            "subject": "May I?",
            "approver_role": "manager",
        },
        "/v1/approvals/list": {"ids": [str(approval.id)]},
        "/v1/approvals/{approval_id}/cancel": {"reason": "Called off."},
    }
    changes = {"PATCH": {"body": "Changed."}, "PUT": {"subject": "S", "body": "Changed."}, "POST": {}}
    for method, path in ROUTES:
        body = None if method == "GET" else bodies.get(path, changes.get(method))
        route = path.replace("{approval_id}", str(approval.id))
        assert call(method, route, token=token, json=body).status_code < 500, (method, path)
        assert set(auth_manager.in_use) <= {0}, (method, path)
        assert auth_manager.taken == auth_manager.given_back, (method, path)
    assert auth_manager.in_use or by in {"task", "watcher"}
    assert auth_manager.taken > 0
    assert settings.engine.pool.checkedout() == 0


def _statements(method: str, path: str, *, token: str, json: Any = None) -> list[str]:
    """Call a route; gives what it asked of the database."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(" ".join(statement.split()))

    event.listen(settings.engine, "before_cursor_execute", note)
    try:
        assert call(method, path, token=token, json=json).status_code == 200
    finally:
        event.remove(settings.engine, "before_cursor_execute", note)
    return statements


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/v1/approvals/{id}", {"body": "Changed."}),
        ("POST", "/v1/approvals/{id}/cancel", {"reason": "Called off."}),
        ("GET", "/v1/page/approvals/{id}", None),
    ],
)
def test_the_team_of_a_dag_is_looked_up_once(
    auth_manager: NotingAuthManager, approval: Approval, method: str, path: str, body: Any
) -> None:
    """Though it is asked twice what the person may do to it."""
    token = bearer(auth_manager, EDITOR)
    statements = _statements(method, path.format(id=approval.id), token=token, json=body)
    assert auth_manager.asked == [("dag", "GET", DAG_ID), ("dag", "PUT", DAG_ID)]
    assert len([statement for statement in statements if re.search(r"\bFROM dag\b", statement)]) == 1


def test_a_triggerer_reads_the_columns_it_needs_in_one_statement(
    auth_manager: NotingAuthManager, approval: Approval
) -> None:
    """Not what was asked, which may be long."""
    token = tokens.for_watcher([approval.id], secret=Settings.load().jwt_secret)
    body = {"ids": [str(approval.id)]}
    (statement,) = _statements("POST", "/v1/approvals/list", token=token, json=body)
    columns = re.findall(r"(\w+)\.(\w+)", statement.split(" FROM ")[0])
    assert [name for _, name in columns] == ["id", "status", "level", "expires_at", "ti_id", "ended_at"]


def test_advance_answers_what_a_trigger_reads(auth_manager: NotingAuthManager, approval: Approval) -> None:
    """And nothing of what was asked."""
    token = tokens.for_task_instance(ti_id_of(approval), secret=Settings.load().jwt_secret)
    answer = call("POST", f"/v1/approvals/{approval.id}/advance", token=token, json={})
    assert answer.json().keys() == {"id", "status", "level", "expires_at", "resumed_at", "settled"}
