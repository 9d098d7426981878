"""What the client makes of servers that are busy, away, or of another time, over real HTTP."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from functools import partial
from uuid import uuid4

import pytest
from fastapi import Response

from airflow_approvals.client import ApiUnavailable, ApprovalsClient, AsyncApprovalsClient
from airflow_approvals.domain.errors import ApprovalError, NotSignedIn, TooManyRequests, Unavailable
from airflow_approvals.triggers.watcher import MAX_BACKOFF_SECONDS, Outage
from airflow_approvals.wire.bodies import OpenBody
from tests.builders import ti_id_of
from tests.integration.waiting.approvals_api import ApprovalsApi, Asked, failing

BODY = OpenBody(subject="Release 1.2", approver_role="manager")
PATIENCE_SECONDS = 30.0


def once(answer: Callable[[Asked], Response | None]) -> Callable[[Asked], Response | None]:
    """Have only the first call meet this."""
    answers = iter([answer])

    def broken(asked: Asked) -> Response | None:
        meet = next(answers, None)
        return None if meet is None else meet(asked)

    return broken


def busy(status: int, retry_after: str) -> Callable[[Asked], Response | None]:
    """Answer as a proxy does that stands before the API."""
    return lambda _: Response("<h1>Busy</h1>", status_code=status, headers={"Retry-After": retry_after})


def in_seconds(seconds: int) -> str:
    """Give a moment as HTTP writes it, which has whole seconds."""
    return format_datetime(datetime.now(tz=timezone.utc) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("answer", "at_least"),
    [
        pytest.param(lambda: failing(Unavailable(retry_after_seconds=2)), 2, id="the database is away"),
        pytest.param(lambda: failing(TooManyRequests(retry_after_seconds=2)), 2, id="too many"),
        pytest.param(lambda: busy(503, "2"), 2, id="a proxy, in seconds"),
        pytest.param(lambda: busy(429, "2"), 2, id="a proxy that limits"),
        pytest.param(lambda: busy(503, in_seconds(3)), 1.9, id="a proxy, at a time"),
    ],
)
def test_who_is_told_when_to_come_back_waits_as_told(
    api: ApprovalsApi, answer: Callable[[], Callable[[Asked], Response | None]], at_least: float
) -> None:
    """Neither a refusal nor a reason to ask sooner."""
    approval = api.open()
    api.broken = once(answer())
    client = ApprovalsClient(ti_id_of(approval), api.settings(), retry_seconds=PATIENCE_SECONDS)
    assert client.get(approval.id).id == approval.id
    first, second = api.asked
    assert at_least <= second.at - first.at < at_least + 5


@pytest.mark.parametrize(
    "retry_after", ["soon", "", "-1", "1.5", "٣", "9" * 400, "Fri, 27 Nov 99999999999999999999 20:00:00 GMT"]
)
def test_nonsense_is_not_obeyed(api: ApprovalsApi, retry_after: str) -> None:
    """The client asks again in its own time, within what it has."""
    approval = api.open()
    api.broken = once(
        lambda _: Response(status_code=503, headers={"Retry-After": retry_after.encode().decode("latin-1")})
    )
    client = ApprovalsClient(ti_id_of(approval), api.settings(), retry_seconds=2)
    assert client.get(approval.id).id == approval.id


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (failing(Unavailable(retry_after_seconds=3600)), Unavailable),
        (failing(TooManyRequests(retry_after_seconds=3600)), TooManyRequests),
        (busy(503, "3600"), ApiUnavailable),
    ],
)
def test_nobody_waits_longer_than_they_have(
    api: ApprovalsApi, error: Callable[[Asked], Response | None], raised: type[Exception]
) -> None:
    """At the end of its time it asks once more, and gives up with what it was told."""
    approval = api.open()
    api.broken = error
    before = time.monotonic()
    with pytest.raises(raised):
        ApprovalsClient(ti_id_of(approval), api.settings(), retry_seconds=1.5).get(approval.id)
    assert 1.5 <= time.monotonic() - before < 10
    assert len(api.asked) >= 2


@pytest.mark.parametrize(
    ("error", "pause"),
    [
        (ApiUnavailable("away"), 2.0),
        (ApiUnavailable("busy", retry_after_seconds=30), 30.0),
        (Unavailable(retry_after_seconds=30), 30.0),
        (TooManyRequests(retry_after_seconds=3600), MAX_BACKOFF_SECONDS),
    ],
)
def test_a_triggerer_waits_as_told_too(error: ApprovalError, pause: float) -> None:
    """At most a minute: its deadlines are somebody's release."""
    outage = Outage("Something")
    outage.failed(error)
    assert outage.pause_seconds == pause


def clock(difference: timedelta) -> Callable[[], datetime]:
    """Give a clock that is wrong."""
    return lambda: datetime.now(tz=timezone.utc) + difference


@pytest.mark.parametrize("minutes", [-50, -5, 1, 5, 50])
def test_a_clock_that_is_wrong_is_put_right_by_the_servers(api: ApprovalsApi, minutes: int) -> None:
    """A token lives for a minute: a machine whose clock differs by more would be let in nowhere."""
    approval = api.open()
    wrong = clock(timedelta(minutes=minutes))
    client = ApprovalsClient(ti_id_of(approval), api.settings(), retry_seconds=0, clock=wrong)
    assert [client.get(approval.id).id for _ in range(2)] == [approval.id] * 2

    async def watch() -> int:
        triggerer = AsyncApprovalsClient(api.settings(), clock=wrong)
        try:
            await triggerer.advance(approval.id, ti_id_of(approval))
            return len(await triggerer.watch([approval.id]))
        finally:
            await triggerer.close()

    assert asyncio.run(watch()) == 1


@pytest.mark.parametrize(
    ("difference", "options"),
    [(timedelta(days=-1), {}), (timedelta(hours=2), {}), (timedelta(0), {"jwt_secret": "another"})],
)
def test_who_is_not_let_in_is_told_why_when_the_time_is_up(
    api: ApprovalsApi, difference: timedelta, options: dict[str, str]
) -> None:
    """A clock that is off by hours is to be mended, a wrong secret to be shared: which may be under way."""
    approval = api.open()
    client = ApprovalsClient(
        ti_id_of(approval), api.settings(**options), retry_seconds=1.5, clock=clock(difference)
    )
    before = time.monotonic()
    with pytest.raises(NotSignedIn, match="the right time"):
        client.get(approval.id)
    assert 1.5 <= time.monotonic() - before < 10


@contextmanager
def losing_the_first_answer(port: int) -> Iterator[int]:
    """Stand before a server: what is asked arrives, and the first answer is lost, as in a restart."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for lost in (True, False):
            asking, _ = listener.accept()
            with asking, socket.create_connection(("127.0.0.1", port)) as server:
                server.sendall(whole(asking))
                answer = b"".join(iter(partial(server.recv, 65_536), b""))
                if not lost:
                    asking.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join(PATIENCE_SECONDS)
        listener.close()
    assert not thread.is_alive()


def whole(asking: socket.socket) -> bytes:
    """Read a request with its body."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += asking.recv(65_536)
    head, _, body = read.partition(b"\r\n\r\n")
    fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
    while len(body) < int(fields[b"content-length"]):
        body += asking.recv(65_536)
    return head.replace(b"keep-alive", b"close") + b"\r\n\r\n" + body


def test_an_answer_that_is_lost_is_asked_for_again(api: ApprovalsApi) -> None:
    """The request was opened; the worker that did not hear of it gets the same one."""
    ti_id = uuid4()
    with losing_the_first_answer(api.port) as port:
        settings = api.settings(api_url=api.url.replace(str(api.port), str(port)))
        opened = ApprovalsClient(ti_id, settings, retry_seconds=PATIENCE_SECONDS).open(BODY)
    assert list(api.approvals) == [opened.id]
    assert len(api.commands("open")) == 2


def test_a_server_that_stops_while_it_is_asked_costs_time_only(api: ApprovalsApi) -> None:
    """Stopped on the first attempt, started again a moment later: the request opens."""

    def stop(_: Asked) -> Response | None:
        api.broken = lambda _: None
        restart.start()
        return Response(status_code=502)

    def stop_and_start() -> None:
        api.stop()
        api.start()

    restart = threading.Thread(target=stop_and_start, daemon=True)
    api.broken = stop
    opened = ApprovalsClient(uuid4(), api.settings(), retry_seconds=PATIENCE_SECONDS).open(BODY)
    restart.join(PATIENCE_SECONDS)
    assert opened.id in api.approvals
