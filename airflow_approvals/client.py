"""Talks to the approvals API from workers and triggerers, and gives its errors back as our own."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

import httpx
import tenacity
from pydantic import BaseModel, ValidationError

from airflow_approvals import tokens
from airflow_approvals.config import Settings
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.bodies import CancelBody, EmptyBody, OpenBody, SweepBody
from airflow_approvals.wire.operations import CleanupShape, SweepShape
from airflow_approvals.wire.problems import Problem, error_of
from airflow_approvals.wire.watching import WatchBody, WatchedCollection, WatchedShape

TIMEOUT_SECONDS = 30.0
RETRY_SECONDS = 60.0
CONCURRENT_COMMANDS = 8
PREFIX = "/approvals/v1"

Shape = TypeVar("Shape", bound=BaseModel)


class ApiUnavailable(Exception):  # noqa: N818  (a state of the world, not a mistake)
    """The API server could not be reached or is not up to answering; asking again may help."""


class UnexpectedAnswer(Exception):  # noqa: N818
    """Something answered that is not the approvals API."""


def _request(settings: Settings, method: str, path: str, token: str, body: BaseModel | None) -> httpx.Request:
    content = None if body is None else body.model_dump(mode="json", exclude_none=True)
    return httpx.Request(
        method,
        f"{settings.api_url.rstrip('/')}{PREFIX}{path}",
        json=content,
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        extensions={"timeout": httpx.Timeout(TIMEOUT_SECONDS).as_dict()},
    )


def _unreachable(request: httpx.Request, error: httpx.RequestError) -> ApiUnavailable:
    return ApiUnavailable(
        f"{request.method} {request.url}: {error or type(error).__name__}. Is the API server up, and is "
        "[approvals] api_url or [core] execution_api_server_url right?"
    )


def _read(response: httpx.Response, shape: type[Shape]) -> Shape:
    """Give the answer in its shape, or raise the error it stands for.

    :raises ApprovalError: the API refused.
    :raises ApiUnavailable: the API server failed.
    :raises UnexpectedAnswer: this is not the approvals API.
    """
    where = f"{response.request.method} {response.request.url} answered {response.status_code}"
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ApiUnavailable(f"{where}; the API server's log says why.")
    try:
        if response.is_success:
            return shape.model_validate_json(response.content)
        error = error_of(Problem.model_validate_json(response.content))
    except ValidationError:
        error = None
    if error is None:
        raise UnexpectedAnswer(
            f"{where}, not as the approvals API does. Is airflow-provider-approvals installed on the API "
            "server, in the same version?"
        )
    raise error


class ApprovalsClient:
    """What a running task does, as itself. Retries for about a minute while the API server is away.

    Every method raises :class:`~airflow_approvals.domain.errors.ApprovalError` for a refusal,
    :class:`ApiUnavailable` when the API server stays away.

    :param ti_id: the task instance try this process runs.
    :param retry_seconds: how long to go on trying.
    """

    def __init__(
        self, ti_id: UUID, settings: Settings | None = None, *, retry_seconds: float = RETRY_SECONDS
    ) -> None:
        self._ti_id = ti_id
        self._settings = settings or Settings.load()
        self._retry_seconds = retry_seconds

    def open(self, body: OpenBody) -> ApprovalShape:
        """Open this task's request, or get the one it opened before."""
        return self._send("POST", "/approvals", ApprovalShape, body)

    def get(self, approval_id: UUID) -> ApprovalShape:
        """Read this task's request."""
        return self._send("GET", f"/approvals/{approval_id}", ApprovalShape)

    def cancel(self, approval_id: UUID, reason: str) -> ApprovalShape:
        """Cancel this task's request."""
        body = CancelBody(reason=reason)
        return self._send("POST", f"/approvals/{approval_id}/cancel", ApprovalShape, body)

    def sweep(self, leave_out: Collection[UUID] = ()) -> SweepShape:
        """Run one batch of a sweep over everybody's requests, without those that failed in it before."""
        return self._send("POST", "/maintenance/escalate", SweepShape, SweepBody(leave_out=list(leave_out)))

    def cleanup(self) -> CleanupShape:
        """Remove one batch of old requests."""
        return self._send("POST", "/maintenance/cleanup", CleanupShape, EmptyBody())

    def _send(self, method: str, path: str, shape: type[Shape], body: BaseModel | None = None) -> Shape:
        def once() -> Shape:
            token = tokens.for_task_instance(self._ti_id, secret=self._settings.jwt_secret)
            request = _request(self._settings, method, path, token, body)
            try:
                with httpx.Client() as client:
                    return _read(client.send(request), shape)
            except httpx.RequestError as error:
                raise _unreachable(request, error) from None

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(ApiUnavailable),
            wait=tenacity.wait_random_exponential(multiplier=0.5, max=10),
            stop=tenacity.stop_after_delay(self._retry_seconds),
            reraise=True,
        )
        return retrying(once)


class AsyncApprovalsClient:
    """What a triggerer does for its waiting triggers. Does not retry: its callers wait anyway.

    Belongs to one event loop.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = httpx.AsyncClient()
        self._commands = asyncio.Semaphore(CONCURRENT_COMMANDS)

    async def watch(self, approval_ids: Collection[UUID]) -> dict[UUID, WatchedShape]:
        """Read many requests at once; those that are missing do not exist any more."""
        token = tokens.for_watcher(approval_ids, secret=self._settings.jwt_secret)
        body = WatchBody(ids=list(approval_ids))
        found = await self._send("POST", "/approvals/list", token, WatchedCollection, body)
        return {approval.id: approval for approval in found.approvals}

    async def advance(self, approval_id: UUID, ti_id: UUID) -> WatchedShape:
        """Bring one request up to date, as its task: deadline, vanished task, undelivered decision."""
        token = tokens.for_task_instance(ti_id, secret=self._settings.jwt_secret)
        path = f"/approvals/{approval_id}/advance"
        async with self._commands:
            return await self._send("POST", path, token, WatchedShape, EmptyBody())

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _send(self, method: str, path: str, token: str, shape: type[Shape], body: Any) -> Shape:
        request = _request(self._settings, method, path, token, body)
        try:
            return _read(await self._http.send(request), shape)
        except httpx.RequestError as error:
            raise _unreachable(request, error) from None
