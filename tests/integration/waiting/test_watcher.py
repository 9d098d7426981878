"""The shared watcher: few requests, nobody forgotten, never dead."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from contextvars import ContextVar
from datetime import datetime
from itertools import pairwise
from uuid import uuid4

import pytest
from fastapi import Response

from airflow_approvals.config import MIN_POLL_INTERVAL_SECONDS, Settings
from airflow_approvals.domain.status import Status
from airflow_approvals.triggers.watcher import Watch, Watcher, shared_watcher
from airflow_approvals.wire.watching import MAX_WATCHED, WatchedShape
from tests.builders import APPROVAL_ID, NOW
from tests.integration.waiting.approvals_api import START_SECONDS, ApprovalsApi, Asked, answering, until

LOGGER = "airflow_approvals.triggers.watcher"


def run(scenario: Callable[[Watcher], Awaitable[None]], settings: Settings) -> None:
    """Play a scenario with a watcher, in an event loop of its own."""

    async def main() -> None:
        watcher = Watcher(settings)
        try:
            await scenario(watcher)
        finally:
            await watcher.client.close()

    asyncio.run(main())


def watcher_tasks() -> list[asyncio.Task[None]]:
    """Give the running watcher tasks of this loop."""
    return [task for task in asyncio.all_tasks() if task.get_name() == "approvals-watcher"]


def assert_far_apart(reads: Sequence[Asked]) -> None:
    """No two reads came within the least interval."""
    pauses = [later.at - earlier.at for earlier, later in pairwise(reads)]
    assert all(pause >= MIN_POLL_INTERVAL_SECONDS for pause in pauses), pauses


def shape(
    status: Status = Status.PENDING, level: int = 0, resumed_at: datetime | None = None
) -> WatchedShape:
    """Give what a read might find."""
    return WatchedShape(id=APPROVAL_ID, status=status, level=level, expires_at=None, resumed_at=resumed_at)


def test_many_ids_take_several_reads_within_the_rate(api: ApprovalsApi) -> None:
    """More watches than one request may name are asked for in turns, each as far apart as ever."""
    ids = [uuid4() for _ in range(MAX_WATCHED)] + [api.open().id for _ in range(5)]

    async def scenario(watcher: Watcher) -> None:
        with ExitStack() as stack:
            watches = [stack.enter_context(watcher.watch(approval_id)) for approval_id in ids]
            await until(lambda: all(watch.known for watch in watches))
            assert [watch.seen is not None for watch in watches].count(True) == 5
            await until(lambda: len(api.reads()) == 3)

    run(scenario, api.settings())
    first, second, third = (read.ids for read in api.reads())
    assert (len(first), len(second), third) == (MAX_WATCHED, 5, first)
    assert first | second == set(ids)
    assert_far_apart(api.reads())


def test_a_round_of_several_reads_takes_no_longer_than_one(api: ApprovalsApi) -> None:
    """Of ten thousand nobody hears later than of ten: the interval counts from where a round began."""
    ids = [uuid4() for _ in range(3 * MAX_WATCHED)] + [api.open().id]

    async def scenario(watcher: Watcher) -> None:
        with ExitStack() as stack:
            for approval_id in ids:
                stack.enter_context(watcher.watch(approval_id))
            await until(lambda: len(api.reads()) == 5)

    run(scenario, api.settings(poll_interval_seconds=8))
    last, again = api.reads()[3:]
    assert again.ids == api.reads()[0].ids
    assert again.at - last.at < 7  # 2 where nothing is slow; after the end of the round it would be 8
    assert_far_apart(api.reads())


def test_a_turn_that_fails_does_not_starve_the_others(api: ApprovalsApi) -> None:
    """When the API cannot answer for one part of the ids, the rest is still looked up."""
    ids = sorted(uuid4() for _ in range(MAX_WATCHED + 1))
    api.broken = lambda asked: Response(status_code=500) if ids[0] in asked.ids else None

    async def scenario(watcher: Watcher) -> None:
        with ExitStack() as stack:
            watches = [stack.enter_context(watcher.watch(approval_id)) for approval_id in ids]
            await until(lambda: watches[-1].known)
            assert not watches[0].known

    run(scenario, api.settings())
    assert_far_apart(api.reads())


def test_a_newcomer_does_not_wait_for_the_next_round(api: ApprovalsApi) -> None:
    """A watch that comes between two rounds is looked up as soon as the rate allows."""
    old, new = api.open().id, api.open().id

    async def scenario(watcher: Watcher) -> None:
        with watcher.watch(old):
            await until(lambda: len(api.reads()) == 1)
            with watcher.watch(new) as watch:
                await until(lambda: watch.known, seconds=30)

    run(scenario, api.settings(poll_interval_seconds=60))
    assert [read.ids for read in api.reads()] == [{old}, {old, new}]
    assert_far_apart(api.reads())


def test_nobody_is_asked_for_once_nobody_waits(api: ApprovalsApi) -> None:
    """The task ends by itself, and starts again with the next watch."""

    async def scenario(watcher: Watcher) -> None:
        for rounds in (1, 2):
            with watcher.watch(api.open().id) as watch:
                await until(lambda watch=watch: watch.known)
            await until(lambda: not watcher_tasks())
            assert len(api.reads()) == rounds

    run(scenario, api.settings())


def test_the_rate_holds_when_the_last_watch_leaves_during_a_failure(api: ApprovalsApi) -> None:
    """A watch that begins right after a failed read that nobody waited for is not looked up at once."""
    left = threading.Event()

    def broken(_: Asked) -> Response:
        assert left.wait(START_SECONDS)
        return Response(status_code=503)

    async def scenario(watcher: Watcher) -> None:
        with watcher.watch(api.open().id):
            await until(lambda: len(api.reads()) == 1)
        left.set()
        await until(lambda: not watcher_tasks())
        with watcher.watch(api.open().id):
            await until(lambda: len(api.reads()) == 2)

    api.broken = broken
    run(scenario, api.settings())
    assert_far_apart(api.reads())


def test_an_outage_is_logged_once_and_its_end_once(
    api: ApprovalsApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Several failures in a row, of different kinds, make one warning; then one line says it is over."""
    caplog.set_level(logging.INFO, LOGGER)
    kinds = [answering(503), answering(404, "<h1>Not found</h1>")]
    api.broken = lambda asked: kinds[len(api.reads()) - 1](asked) if len(api.reads()) <= len(kinds) else None

    async def scenario(watcher: Watcher) -> None:
        with watcher.watch(api.open().id) as watch:
            await until(lambda: watch.known)

    run(scenario, api.settings())
    pauses = [later.at - earlier.at for earlier, later in pairwise(api.reads())]
    assert pauses[0] >= 2
    assert pauses[1] >= 4
    lines = [(r.levelname, r.getMessage()) for r in caplog.records if r.name == LOGGER]
    assert [level for level, _ in lines] == ["WARNING", "INFO"]
    assert "trying again until it works" in lines[0][1]
    assert "answers again" in lines[1][1]


def test_what_the_watcher_logs_belongs_to_no_trigger(api: ApprovalsApi) -> None:
    """The watcher serves all triggers, so it does not keep the log context of the one that started it."""
    trigger_id: ContextVar[str | None] = ContextVar("trigger_id", default=None)
    seen: list[str | None] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(trigger_id.get())

    async def scenario(watcher: Watcher) -> None:
        trigger_id.set("the first trigger")
        with watcher.watch(api.open().id):
            await until(lambda: bool(seen))

    api.broken = answering(503)
    handler = Handler()
    logging.getLogger(LOGGER).addHandler(handler)
    try:
        run(scenario, api.settings())
    finally:
        logging.getLogger(LOGGER).removeHandler(handler)
    assert seen == [None]


def test_each_event_loop_has_one_watcher_of_its_own(api: ApprovalsApi) -> None:
    """Within a loop everybody shares it; another loop in the same process works just as well."""
    found: list[Watcher] = []

    async def scenario() -> None:
        watcher, other = await asyncio.gather(shared_watcher(), shared_watcher())
        assert other is watcher
        found.append(watcher)
        with watcher.watch(api.open().id) as watch:
            await until(lambda: watch.known)
        await watcher.client.close()

    asyncio.run(scenario())
    asyncio.run(scenario())
    assert found[0] is not found[1]
    assert len(api.reads()) == 2


def test_news_of_what_is_known_wake_nobody() -> None:
    """Only a change ends the wait."""

    async def scenario() -> None:
        watch = Watch(uuid4())
        pending = shape()
        watch.tell(pending)
        await watch.news(None)
        watch.tell(pending)
        before = asyncio.get_running_loop().time()
        await watch.news(0.2)
        assert asyncio.get_running_loop().time() - before >= 0.19

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("known", "overtaken"),
    [
        pytest.param(shape(Status.APPROVED), shape(Status.PENDING), id="closed, then open"),
        pytest.param(shape(Status.ESCALATED, 1), shape(Status.PENDING), id="escalated, then pending"),
        pytest.param(
            shape(Status.APPROVED, resumed_at=NOW), shape(Status.APPROVED), id="delivered, then undelivered"
        ),
        pytest.param(None, shape(Status.APPROVED), id="deleted, then closed"),
    ],
)
def test_a_read_that_was_overtaken_is_no_news(known: WatchedShape | None, overtaken: WatchedShape) -> None:
    """An answer that was on its way while the request changed does not take the change back."""

    async def scenario() -> None:
        watch = Watch(uuid4())
        watch.tell(known)
        watch.tell(overtaken)
        assert watch.seen == known

    asyncio.run(scenario())


@pytest.mark.parametrize("steps", range(5))
def test_a_cancellation_that_comes_with_the_news_is_not_lost(steps: int) -> None:
    """However the two fall together, a cancelled trigger ends."""

    async def scenario() -> None:
        watch = Watch(uuid4())

        async def trigger() -> None:
            await watch.news(60)
            await asyncio.sleep(60)

        task = asyncio.ensure_future(trigger())
        await asyncio.sleep(0.05)
        watch.tell(shape())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=5)
        assert done
        assert task.cancelled()

    asyncio.run(scenario())
