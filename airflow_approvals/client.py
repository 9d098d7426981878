"""Talks to the approvals API from workers and triggerers, and gives its errors back as our own."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Collection
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

import httpx
import tenacity
from pydantic import BaseModel, ValidationError

from airflow_approvals import tokens
from airflow_approvals.config import Settings, current
from airflow_approvals.domain.errors import NotSignedIn, TooManyRequests, Unavailable
from airflow_approvals.server_time import Clock, ServerTime, retry_after_seconds, utc_now
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.bodies import AdvanceBody, CancelBody, EmptyBody, OpenBody, SweepBody
from airflow_approvals.wire.operations import CleanupShape, SweepShape
from airflow_approvals.wire.problems import Problem, error_of
from airflow_approvals.wire.watching import AdvancedShape, WatchBody, WatchedCollection, WatchedShape

TIMEOUT_SECONDS = 30.0
RETRY_SECONDS = 60.0
CONCURRENT_COMMANDS = 8
PREFIX = "/approvals/v1"

log = logging.getLogger(__name__)

Shape = TypeVar("Shape", bound=BaseModel)


class ApiUnavailable(Exception):  # noqa: N818  (a state of the world, not a mistake)
    """The API server could not be reached or is not up to answering; asking again may help.

    :param retry_after_seconds: when to ask again, if it said so.
    """

    def __init__(self, detail: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


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


def _verification(settings: Settings) -> ssl.SSLContext | bool:
    """Give what checks the server's certificate, and trusts nobody where the address has none to check.

    Reading whom to trust takes longer than all the rest.
    """
    return settings.api_url.startswith("https://") or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _unreachable(request: httpx.Request, error: httpx.RequestError) -> ApiUnavailable:
    what = str(error).rstrip(".") or type(error).__name__
    return ApiUnavailable(
        f"{request.method} {request.url}: {what}. Is the API server up, and is "
        "[approvals] api_url or [core] execution_api_server_url right?"
    )


def _read(response: httpx.Response, shape: type[Shape]) -> Shape:
    """Give the answer in its shape, or raise the error it stands for.

    :raises ApprovalError: the API refused.
    :raises ApiUnavailable: the API server failed, or what stands before it asks to come back later.
    :raises UnexpectedAnswer: this is not the approvals API.
    """
    where = f"{response.request.method} {response.request.url} answered {response.status_code}"
    try:
        if response.is_success:
            return shape.model_validate_json(response.content)
        error = error_of(Problem.model_validate_json(response.content))
    except ValidationError:
        error = None
    if isinstance(error, Unavailable | TooManyRequests):
        raise error
    later = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    if later or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ApiUnavailable(
            f"{where}; the API server's log says why.", retry_after_seconds=retry_after_seconds(response)
        )
    if error is None:
        raise UnexpectedAnswer(
            f"{where}, not as the approvals API does. Is airflow-provider-approvals installed on the API "
            "server, in the same version? Does the address, of [approvals] api_url or [core] "
            "execution_api_server_url, have the API server's base path, and nothing of /execution?"
        )
    raise error


class _Pause(tenacity.wait.wait_base):
    """How long to wait for the next attempt: as told, else longer each time, and never past the end."""

    def __init__(self, retry_seconds: float) -> None:
        self._end = retry_seconds
        self._own = tenacity.wait_random_exponential(multiplier=0.5, max=10)
        self._jitter = tenacity.wait_random(0, 1)

    def __call__(self, retry_state: tenacity.RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        told = getattr(error, "retry_after_seconds", None)
        pause = self._own(retry_state)
        if told is not None:
            pause = max(pause, told + self._jitter(retry_state))
        return max(0.0, min(pause, self._end - (retry_state.seconds_since_start or 0.0)))


def _say_that_it_waits(retry_state: tenacity.RetryCallState) -> None:
    error = retry_state.outcome.exception() if retry_state.outcome else None
    log.warning("%s Asking again in %.1f s.", error, retry_state.upcoming_sleep)


def _may_pass(error: BaseException) -> bool:
    """Tell whether asking again may help: also a secret that others have already, or have yet to get."""
    if isinstance(error, NotSignedIn):
        return error.detail != tokens.HOW_TO_SHARE_THE_KEY
    return isinstance(error, ApiUnavailable | Unavailable | TooManyRequests)


class ApprovalsClient:
    """What a running task does, as itself. Retries for about a minute while the API server is away.

    Every method raises :class:`~airflow_approvals.domain.errors.ApprovalError` for a refusal, and for a
    database or a limit that still asks to come back later at the end; :class:`ApiUnavailable` when the API
    server stays away.

    :param ti_id: the task instance try this process runs.
    :param retry_seconds: how long to go on trying.
    :param clock: this machine's.
    """

    def __init__(
        self,
        ti_id: UUID,
        settings: Settings | None = None,
        *,
        retry_seconds: float = RETRY_SECONDS,
        clock: Clock = utc_now,
    ) -> None:
        self._ti_id = ti_id
        self._settings = settings
        self._retry_seconds = retry_seconds
        self._time = ServerTime(clock)

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

    def advance(self, approval_id: UUID, *, takes: bool = False) -> AdvancedShape:
        """Bring this task's request up to date: apply a deadline that has passed.

        :param takes: the task runs, and goes by the answer if there is one.
        """
        body = AdvanceBody(takes=True) if takes else EmptyBody()  # which older servers know
        return self._send("POST", f"/approvals/{approval_id}/advance", AdvancedShape, body)

    def sweep(self, leave_out: Collection[UUID] = (), after: UUID | None = None) -> SweepShape:
        """Run one call of a sweep, without what failed in the calls before, ``after`` where they stopped."""
        body = SweepBody(leave_out=list(leave_out), after=after)
        return self._send("POST", "/maintenance/escalate", SweepShape, body)

    def cleanup(self) -> CleanupShape:
        """Remove one batch of old requests."""
        return self._send("POST", "/maintenance/cleanup", CleanupShape, EmptyBody())

    def _send(self, method: str, path: str, shape: type[Shape], body: BaseModel | None = None) -> Shape:
        def send() -> httpx.Response:
            settings = self._settings or current()
            token = tokens.for_task_instance(self._ti_id, secret=settings.jwt_secret, now=self._time.now())
            request = _request(settings, method, path, token, body)
            try:
                with httpx.Client(verify=_verification(settings)) as client:
                    return client.send(request)
            except httpx.RequestError as error:
                raise _unreachable(request, error) from None

        def once() -> Shape:
            response = send()
            return _read(send() if self._time.learn(response) else response, shape)

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_may_pass),
            wait=_Pause(self._retry_seconds),
            stop=tenacity.stop_after_delay(self._retry_seconds),
            before_sleep=_say_that_it_waits,
            reraise=True,
        )
        return retrying(once)


class AsyncApprovalsClient:
    """What a triggerer does for its waiting triggers. Does not retry: its callers wait anyway.

    Belongs to one event loop.

    :param settings: None: as they are, read outside of the event loop.
    """

    def __init__(self, settings: Settings | None = None, *, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._time = ServerTime(clock)
        self._http = httpx.AsyncClient()
        self._commands = asyncio.Semaphore(CONCURRENT_COMMANDS)

    async def watch(self, approval_ids: Collection[UUID]) -> dict[UUID, WatchedShape]:
        """Read many requests at once; those that are missing do not exist any more."""

        def sign(secret: str, now: datetime) -> str:
            return tokens.for_watcher(approval_ids, secret=secret, now=now)

        body = WatchBody(ids=list(approval_ids))
        found = await self._send("/approvals/list", sign, WatchedCollection, body)
        return {approval.id: approval for approval in found.approvals}

    async def advance(self, approval_id: UUID, ti_id: UUID) -> AdvancedShape:
        """Bring one request up to date, as its task: deadline, vanished task, undelivered decision."""

        def sign(secret: str, now: datetime) -> str:
            return tokens.for_task_instance(ti_id, secret=secret, now=now)

        async with self._commands:
            return await self._send(f"/approvals/{approval_id}/advance", sign, AdvancedShape, EmptyBody())

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _send(
        self, path: str, sign: Callable[[str, datetime], str], shape: type[Shape], body: BaseModel
    ) -> Shape:
        async def send() -> httpx.Response:
            settings = self._settings if self._settings is not None else await asyncio.to_thread(current)
            token = sign(settings.jwt_secret, self._time.now())
            request = _request(settings, "POST", path, token, body)
            try:
                return await self._http.send(request)
            except httpx.RequestError as error:
                raise _unreachable(request, error) from None

        response = await send()
        return _read(await send() if self._time.learn(response) else response, shape)
