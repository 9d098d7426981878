"""What the attacks share: many cases in one test, of which a failure names each that got through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from fastapi.routing import APIRoute

from airflow_approvals.api.app import create_app
from tests.integration.api.server import Server, problem

SOMEBODYS_ID = "01900000-0000-7000-8000-000000000001"


def routes() -> Iterator[tuple[str, str]]:
    """Method and path of every route of the app, with its parameters in braces."""
    for route in create_app().routes:
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield method, route.path


def filled(path: str, approval_id: str) -> str:
    """Put an id into a path, and something of the right length for any other parameter."""
    parts = path.replace("{approval_id}", approval_id).split("/")
    return "/".join("0" * 64 if part.startswith("{") else part for part in parts)


def refusal(response: httpx.Response) -> tuple[int, str, str | None]:
    """Status, code and rule; ``("", None)`` beside the status of an answer that is none."""
    return problem(response) if response.is_error else (response.status_code, "", None)


class Untouched:
    """Requests that an attack must leave as they are, with their records."""

    def __init__(self, server: Server, *approvals: Mapping[str, Any]) -> None:
        self._server = server
        self._ids = [str(approval["id"]) for approval in approvals]
        self._before = self._state()

    def _state(self) -> list[Any]:
        reader = self._server.person("admin")
        return [
            (
                self._server.read(approval_id),
                self._server.get(f"/approvals/{approval_id}/events", by=reader).json(),
            )
            for approval_id in self._ids
        ]

    def still(self) -> bool:
        """Tell whether nothing has changed since."""
        return self._state() == self._before
