"""The approvals API as workers and triggerers see it: real HTTP, wire shapes, tokens and life cycle.

It keeps its requests in memory, counts what it is asked, and can be broken on purpose. The end-to-end tests
run the same callers against the real thing.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any
from uuid import UUID, uuid4

import uvicorn
from fastapi import FastAPI, Header, Response
from uuid6 import uuid7

from airflow_approvals import tokens
from airflow_approvals.api import problems
from airflow_approvals.config import Settings
from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.remark import note_woken
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.errors import ApprovalError, NotAllowed, NotSignedIn
from airflow_approvals.domain.policy import Policy
from airflow_approvals.domain.rules import Answer
from airflow_approvals.domain.waiting import Waits
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.bodies import AdvanceBody, CancelBody, EmptyBody, OpenBody, SweepBody
from airflow_approvals.wire.operations import CleanupShape, SweepShape
from airflow_approvals.wire.watching import AdvancedShape, WatchBody, WatchedCollection, WatchedShape
from tests.builders import MANAGER, content, opened, task, ti_id_of, waiter

SECRET = "a secret that only this API and its callers know"
START_SECONDS = 60.0

Authorization = Annotated[str, Header()]


def now() -> datetime:
    """Give the time."""
    return datetime.now(tz=timezone.utc)


@dataclass(frozen=True)
class Asked:
    """One call that came in.

    :param at: seconds of ``time.monotonic()``.
    """

    what: str
    at: float
    ids: frozenset[UUID]
    subject: str


@dataclass
class ApprovalsApi:
    """One API server. Start it with :meth:`start`, or as a context manager; stops and starts as you like.

    :param broken: asked before each call is answered; raise to refuse it, give a response to answer with it.
    :param clock: what this server takes for the time.
    :param unhandled: requests that no sweep can handle.
    :param settled: whether tasks may go on that have just parked.
    :param secret: what has to sign tokens.
    :param secrets_before: what may sign them as well.
    """

    prefix: str = "/approvals/v1"
    approvals: dict[UUID, Approval] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    broken: Callable[[Asked], Response | None] = lambda _: None
    clock: Callable[[], datetime] = now
    unhandled: list[UUID] = field(default_factory=list)
    settled: Callable[[], bool] = lambda: True
    secret: str = SECRET
    secrets_before: tuple[str, ...] = ()
    refused: int = 0
    port: int = 0
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address to give as ``[approvals] api_url``."""
        return f"http://127.0.0.1:{self.port}{self.prefix.removesuffix('/approvals/v1')}"

    def settings(self, **options: Any) -> Settings:
        """Give settings that lead here."""
        return Settings(
            **{"api_url": self.url, "jwt_secret": SECRET, "poll_interval_seconds": 2.0, **options}
        )

    def start(self) -> None:
        """Serve, on the same port as before if there was one."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(self._app(), log_config=None, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        self._thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        self._server = server
        wait_for(lambda: server.started)

    def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join(START_SECONDS)
            assert not self._thread.is_alive()
            self._server = None

    def __enter__(self) -> ApprovalsApi:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def open(
        self, *, ti_id: UUID | None = None, levels: int = 1, timeout: timedelta | None = None
    ) -> Approval:
        """Have a request waiting, as if its task had opened it."""
        policy = Policy.of_roles(
            approver_role="manager", escalate_role="director" if levels > 1 else None, expires_in=timeout
        )
        return self._open(ti_id or uuid4(), content(), policy)

    def decide(self, approval_id: UUID, verdict: Verdict = Verdict.APPROVE) -> None:
        """Have a person decide a request, without waking its task."""
        self._apply(approval_id, decide, Answer(actor=MANAGER, verdict=verdict))

    def reads(self) -> list[Asked]:
        """Give the watchers' reads so far."""
        return self.commands("list")

    def commands(self, what: str) -> list[Asked]:
        """Give the other calls of one kind so far."""
        return [asked for asked in self.asked if asked.what == what]

    def _open(self, ti_id: UUID, asked: Content, policy: Policy, waits: Waits | None = None) -> Approval:
        approval = opened(
            now=self.clock(),
            id=uuid7(),
            waiter=waiter(ti_id=ti_id, waits=waits or Waits()),
            content=asked,
            policy=policy,
            actor=task(id=f"ti:{ti_id}"),
            requested_by=None,
        )
        self.approvals[approval.id] = approval
        return approval

    def _apply(
        self, approval_id: UUID, command: Callable[[Approval, Any, datetime], Change], given: Any
    ) -> Approval:
        """Let time pass, then do it; what time has done stays, also when the command is refused."""
        at = self.clock()
        self.approvals[approval_id] = advance(self.approvals[approval_id], at).approval
        self.approvals[approval_id] = command(self.approvals[approval_id], given, at).approval
        return self.approvals[approval_id]

    def _enter(
        self, what: str, authorization: str, ids: frozenset[UUID]
    ) -> tuple[UUID | None, Response | None]:
        """Note a call; give the caller's task instance, and the answer if it has been prescribed."""
        subject = self._subject(authorization.removeprefix("Bearer "))
        asked = Asked(what, time.monotonic(), ids, subject)
        self.asked.append(asked)
        prescribed = self.broken(asked)
        if what == "list":
            if subject != tokens.watch_subject(ids):
                raise NotAllowed("A task's token reaches only its own request.", rule="own_request")
            return None, prescribed
        ti_id = UUID(subject.removeprefix("ti:"))
        for approval_id in ids:
            found = self.approvals.get(approval_id)
            if found is None or ti_id_of(found) != ti_id:
                raise NotAllowed("A task's token reaches only its own request.", rule="own_request")
        return ti_id, prescribed

    def _subject(self, token: str) -> str:
        try:
            return tokens.subject(token, secret=self.secret, previous=self.secrets_before)
        except NotSignedIn:
            self.refused += 1
            raise

    def _app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)
        problems.install(app)

        @app.post(f"{self.prefix}/approvals", status_code=201, response_model=ApprovalShape)
        async def open_approval(body: OpenBody, authorization: Authorization) -> Any:
            ti_id, prescribed = self._enter("open", authorization, frozenset())
            assert ti_id is not None
            policy = Policy.of_roles(
                approver_role=body.approver_role,
                escalate_role=body.escalate_role,
                expires_in=None if body.expires_in is None else timedelta(seconds=body.expires_in),
                on_deny=body.on_deny,
                on_expiry=body.on_expiry,
            )
            asked = Content.of(subject=body.subject, body=body.body, metadata=body.metadata)
            known = next((a for a in self.approvals.values() if ti_id_of(a) == ti_id), None)
            waits = body.waits.value() if body.waits else None
            return prescribed or ApprovalShape.of(known or self._open(ti_id, asked, policy, waits))

        @app.post(f"{self.prefix}/approvals/list", response_model=WatchedCollection)
        async def list_watched(body: WatchBody, authorization: Authorization) -> Any:
            _, prescribed = self._enter("list", authorization, frozenset(body.ids))
            found = [WatchedShape.of(self.approvals[i]) for i in body.ids if i in self.approvals]
            return prescribed or WatchedCollection(approvals=found)

        @app.get(f"{self.prefix}/approvals/{{approval_id}}", response_model=ApprovalShape)
        async def get(approval_id: UUID, authorization: Authorization) -> Any:
            _, prescribed = self._enter("get", authorization, frozenset({approval_id}))
            return prescribed or ApprovalShape.of(self.approvals[approval_id])

        @app.post(f"{self.prefix}/approvals/{{approval_id}}/cancel", response_model=ApprovalShape)
        async def cancel_request(approval_id: UUID, body: CancelBody, authorization: Authorization) -> Any:
            ti_id, prescribed = self._enter("cancel", authorization, frozenset({approval_id}))
            assert ti_id is not None
            cancellation = Cancellation(actor=task(id=f"ti:{ti_id}"), reason=body.reason)
            after = self._apply(approval_id, cancel, cancellation)
            return prescribed or ApprovalShape.of(after)

        @app.post(f"{self.prefix}/approvals/{{approval_id}}/advance", response_model=AdvancedShape)
        async def bring_up_to_date(approval_id: UUID, body: AdvanceBody, authorization: Authorization) -> Any:
            what = "take" if body.takes else "advance"
            _, prescribed = self._enter(what, authorization, frozenset({approval_id}))
            settled = self.settled()
            after = self._apply(approval_id, _wake if settled else _nothing, None)
            seen = WatchedShape.of(after)
            return prescribed or AdvancedShape(**vars(seen), settled=settled)

        @app.post(f"{self.prefix}/maintenance/escalate", response_model=SweepShape)
        async def escalate(body: SweepBody, authorization: Authorization) -> Any:
            _, prescribed = self._enter("escalate", authorization, frozenset())
            failed = [approval_id for approval_id in self.unhandled if approval_id not in body.leave_out]
            counts = {"escalated": 1, "expired": 0, "cancelled": 0, "resumed": 0, "failed": len(failed)}
            more = len(self.commands("escalate")) < 2
            return prescribed or SweepShape(**counts, failed_ids=failed, remaining=more)

        @app.post(f"{self.prefix}/maintenance/cleanup", response_model=CleanupShape)
        async def cleanup(body: EmptyBody, authorization: Authorization) -> Any:
            _, prescribed = self._enter("cleanup", authorization, frozenset())
            return prescribed or CleanupShape(removed=0, remaining=False)

        return app


def failing(error: ApprovalError) -> Callable[[Asked], Response | None]:
    """Refuse every call with this error."""

    def broken(_: Asked) -> Response | None:
        raise error

    return broken


def answering(
    status: int, content: str = "", media_type: str = "text/html"
) -> Callable[[Asked], Response | None]:
    """Answer every call like some other server."""
    return lambda _: Response(content, status_code=status, media_type=media_type)


def wait_for(condition: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    """Wait until the condition holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


async def until(condition: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    """Let the event loop run until the condition holds."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "waited in vain"
        await asyncio.sleep(0.01)


def _nothing(approval: Approval, _given: Any, _at: datetime) -> Change:
    return Change(approval=approval)


def _wake(approval: Approval, _: Any, at: datetime) -> Change:
    return Change(approval=approval) if approval.is_open else note_woken(approval, at)
