"""What the API asks of Airflow's auth manager, and what it holds while it waits for the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from airflow import settings
from airflow.api_fastapi.app import create_auth_manager, purge_cached_app
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from airflow_approvals.api.app import create_app
from airflow_approvals.domain.approval import Approval
from tests.airflow_rows import DAG_ID, AirflowRows
from tests.builders import level, policy, user
from tests.integration.service.desk import Desk

READER, EDITOR, APPROVER, STRANGER = "reader", "editor", "approver", "stranger"
TERMS = policy(level(user("somebody-else")), level(user(APPROVER)))

Question = tuple[str, str, str | None]
"""Permission, method, Dag."""


class NotingAuthManager(SimpleAuthManager):
    """Lets readers read Dags and editors edit them; notes each question, and the connections in use then."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.asked: list[Question] = []
        self.in_use: list[int] = []
        self.taken = self.given_back = 0
        event.listen(settings.engine, "checkout", self._taken)
        event.listen(settings.engine, "checkin", self._given_back)

    def is_authorized_dag(
        self, *, method: Any, user: Any, access_entity: Any = None, details: Any = None
    ) -> bool:
        """Answer by name."""
        self._note(("dag", method, details.id))
        return user.get_name() in ({READER, EDITOR} if method == "GET" else {EDITOR})

    def is_authorized_connection(self, *, method: Any, user: Any, details: Any = None) -> bool:
        """Let nobody."""
        self._note(("connection", method, None))
        return False

    def forget(self) -> None:
        """No longer count connections."""
        event.remove(settings.engine, "checkout", self._taken)
        event.remove(settings.engine, "checkin", self._given_back)

    def _note(self, question: Question) -> None:
        self.asked.append(question)
        self.in_use.append(self.taken - self.given_back)

    def _taken(self, *_: object) -> None:
        self.taken += 1

    def _given_back(self, *_: object) -> None:
        self.given_back += 1


@pytest.fixture
def auth_manager(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> Iterator[NotingAuthManager]:
    """The auth manager of an Airflow inside this process."""
    monkeypatch.setenv("AIRFLOW__CORE__AUTH_MANAGER", f"{__name__}.{NotingAuthManager.__name__}")
    purge_cached_app()
    manager = create_auth_manager()
    assert isinstance(manager, NotingAuthManager)
    yield manager
    manager.forget()
    purge_cached_app()


@pytest.fixture
def approval(sessions: sessionmaker[Session], rows: AirflowRows, auth_manager: NotingAuthManager) -> Approval:
    """A request whose second level is the approver."""
    return Desk(sessions, rows).gate(TERMS)


def _call(auth_manager: NotingAuthManager, method: str, path: str, by: str, json: Any = None) -> int:
    """Call a route of the app as it is; gives the status."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(create_app())
        token = auth_manager.generate_jwt(SimpleAuthManagerUser(username=by, role="viewer"))
        async with httpx.AsyncClient(transport=transport, base_url="http://airflow") as client:
            headers = {"Authorization": f"Bearer {token}"}
            return await client.request(method, f"/v1{path}", headers=headers, json=json)

    return asyncio.run(send()).status_code


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
        ("DELETE", "/approvals/{id}", EDITOR, None, 409, ["GET", "PUT"]),
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


def test_who_maintains_is_asked_with_no_connection_in_use(
    auth_manager: NotingAuthManager, approval: Approval
) -> None:
    """The question is whether they may edit Airflow's connections."""
    assert _call(auth_manager, "POST", "/maintenance/escalate", EDITOR, {}) == 403
    assert auth_manager.asked == [("connection", "PUT", None)]
    assert auth_manager.in_use == [0]
