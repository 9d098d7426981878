"""The app inside this process, where a test sets what the two servers have set otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from airflow.api_fastapi.app import create_auth_manager, purge_cached_app
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from sqlalchemy.orm import Session, sessionmaker

from airflow_approvals.api.app import create_app

Call = Callable[..., httpx.Response]


@pytest.fixture
def call(sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """Calls the routes of one app: ``call(method, path, by="ana")``, with the role op unless told."""
    kind = SimpleAuthManager
    monkeypatch.setenv("AIRFLOW__CORE__AUTH_MANAGER", f"{kind.__module__}.{kind.__name__}")
    purge_cached_app()
    auth_manager = create_auth_manager()
    app = create_app()

    def send(
        method: str, path: str, *, by: str = "", role: str = "op", headers: Any = None, json: Any = None
    ) -> httpx.Response:
        if by:
            token = auth_manager.generate_jwt(SimpleAuthManagerUser(username=by, role=role))
            headers = {"Authorization": f"Bearer {token}"}

        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://airflow") as client:
                return await client.request(method, f"/v1{path}", headers=headers, json=json)

        return asyncio.run(sent())

    yield send
    purge_cached_app()
