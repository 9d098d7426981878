"""The app inside this process, on the database of the tests, with an auth manager that answers by name."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from airflow import settings
from airflow.api_fastapi.app import create_auth_manager, purge_cached_app
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from sqlalchemy import event

from airflow_approvals.api.app import create_app
from airflow_approvals.service.again import THREAD

APP = create_app()
READER, EDITOR, APPROVER, STRANGER = "reader", "editor", "approver", "stranger"

Question = tuple[str, str, str | None]
"""Permission, method, Dag."""


class NotingAuthManager(SimpleAuthManager):
    """Lets readers read Dags and editors edit them; notes each question, and the connections in use then."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.asked: list[Question] = []
        self.asked_at_once: list[set[str]] = []
        self.in_use: list[int] = []
        self.taken = self.given_back = 0
        event.listen(settings.engine, "checkout", self._taken)
        event.listen(settings.engine, "checkin", self._given_back)

    def deserialize_user(self, token: dict[str, Any]) -> SimpleAuthManagerUser:
        """Say who it is, as other auth managers look it up in a database or ask a server."""
        self.in_use.append(self.taken - self.given_back)
        return super().deserialize_user(token)

    def is_authorized_dag(
        self, *, method: Any, user: Any, access_entity: Any = None, details: Any = None
    ) -> bool:
        """Answer by name."""
        self._note(("dag", method, details.id))
        return user.get_name() in ({READER, EDITOR} if method == "GET" else {EDITOR})

    def filter_authorized_dag_ids(self, *, dag_ids: set[str], **more: Any) -> set[str]:
        """Answer for many Dags, as a manager that asks a server does in one call."""
        self.asked_at_once.append(set(dag_ids))
        return super().filter_authorized_dag_ids(dag_ids=dag_ids, **more)

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
        self.taken += not _in_the_background()

    def _given_back(self, *_: object) -> None:
        self.given_back += not _in_the_background()


def _in_the_background() -> bool:
    """Tell whether this is the thread that tries again what requests have left, with its own connection."""
    return threading.current_thread().name == THREAD


@contextmanager
def noting_auth_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[NotingAuthManager]:
    """Make it the auth manager of the Airflow inside this process."""
    monkeypatch.setenv("AIRFLOW__CORE__AUTH_MANAGER", f"{__name__}.{NotingAuthManager.__name__}")
    purge_cached_app()
    manager = create_auth_manager()
    assert isinstance(manager, NotingAuthManager)
    yield manager
    manager.forget()
    purge_cached_app()


def bearer(auth_manager: NotingAuthManager, name: str) -> str:
    """Sign a person in."""
    return auth_manager.generate_jwt(SimpleAuthManagerUser(username=name, role="viewer"))


def call(method: str, path: str, *, token: str, json: Any = None) -> httpx.Response:
    """Call a route of the app as it is."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(APP)
        async with httpx.AsyncClient(transport=transport, base_url="http://airflow") as client:
            headers = {"Authorization": f"Bearer {token}"}
            return await client.request(method, path, headers=headers, json=json)

    return asyncio.run(send())
