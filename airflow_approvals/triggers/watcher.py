"""The one watcher of a triggerer process: asks for all waiting requests together, and seldom."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field, replace
from uuid import UUID
from weakref import WeakKeyDictionary

from airflow_approvals.client import ApiUnavailable, AsyncApprovalsClient, UnexpectedAnswer
from airflow_approvals.config import MIN_POLL_INTERVAL_SECONDS, Settings, current
from airflow_approvals.dag_test import in_dag_test
from airflow_approvals.domain.errors import ApprovalError
from airflow_approvals.domain.status import TERMINAL
from airflow_approvals.wire.watching import MAX_WATCHED, WatchedShape

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.2
MAX_BACKOFF_SECONDS = 60.0
DAG_TEST_POLL_SECONDS = 0.5
"""In ``dag.test()``: the server cannot wake a task whose trigger runs there, and somebody sits and waits."""

FAILURES = (ApiUnavailable, UnexpectedAnswer, ApprovalError)


@dataclass(eq=False)
class Watch:
    """One trigger's view of its request.

    :param seen: the newest state; None when the request does not exist any more.
    :param known: whether ``seen`` has been looked up at all.
    """

    approval_id: UUID
    seen: WatchedShape | None = None
    known: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, seen: WatchedShape | None) -> None:
        """Pass on what was read; wakes the trigger when it is news.

        A read that was overtaken by a newer one on its way here is no news.
        """
        if self.known and (seen == self.seen or _progress(seen) < _progress(self.seen)):
            return
        self.seen, self.known = seen, True
        self._news.set()

    async def news(self, timeout_seconds: float | None) -> None:
        """Wait until there is something new to see, or the time is up."""
        await _set_within(self._news, timeout_seconds)
        self._news.clear()


class Watcher:
    """Reads the requests of all its watches in one go.

    Never sends two reads within ``min_poll_seconds``: a new watch gets its first look with the
    next read, which comes early for it; all others every ``poll_interval_seconds``, or as soon after that
    as there was time to ask for all.
    """

    def __init__(
        self,
        settings: Settings,
        client: AsyncApprovalsClient | None = None,
        *,
        min_poll_seconds: float = MIN_POLL_INTERVAL_SECONDS,
    ) -> None:
        self.settings = settings
        self._min_poll_seconds = min_poll_seconds
        self.client = client or AsyncApprovalsClient(settings)
        self._watches: set[Watch] = set()
        self._newcomer = asyncio.Event()
        self._read_at = self._round_at = float("-inf")
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def watch(self, approval_id: UUID) -> Iterator[Watch]:
        """Follow one request while the context lasts."""
        watch = Watch(approval_id)
        self._watches.add(watch)
        self._newcomer.set()
        if self._task is None or self._task.done():
            # In a context of its own: what it logs does not belong to the trigger that happened to start it.
            loop = asyncio.get_running_loop()
            self._task = Context().run(loop.create_task, self._run(), name="approvals-watcher")
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    async def _run(self) -> None:
        outage = Outage("Waiting approvals could not be looked up")
        while self._watches:
            await self._wait_for_turn(outage)
            self._round_at = asyncio.get_running_loop().time()
            for ids in _chunks(sorted({watch.approval_id for watch in self._watches})):
                await asyncio.sleep(self._left_of(max(self._min_poll_seconds, outage.pause_seconds)))
                try:
                    found = await self.client.watch(ids)
                except Exception as error:  # noqa: BLE001  (a dead watcher leaves its triggers waiting)
                    outage.failed(error)
                else:
                    outage.over()
                    self._tell(set(ids), found)
                finally:
                    self._read_at = asyncio.get_running_loop().time()

    async def _wait_for_turn(self, outage: Outage) -> None:
        """Wait for the next round, or for a newcomer and those that come with it."""
        next_round_at = self._round_at + self.settings.poll_interval_seconds
        left = max(next_round_at - asyncio.get_running_loop().time(), self._left_of(outage.pause_seconds))
        await _set_within(self._newcomer, left - GATHER_SECONDS)
        pause = self._left_of(max(self._min_poll_seconds, outage.pause_seconds))
        await asyncio.sleep(max(GATHER_SECONDS, pause))
        self._newcomer.clear()

    def _left_of(self, pause_seconds: float) -> float:
        """Give what is left of a pause that began with the end of the last read."""
        return max(0.0, self._read_at + pause_seconds - asyncio.get_running_loop().time())

    def _tell(self, asked: Collection[UUID], found: Mapping[UUID, WatchedShape]) -> None:
        for watch in self._watches:
            if watch.approval_id in asked:
                watch.tell(found.get(watch.approval_id))


class Outage:
    """Counts failures in a row: logs the first and the end, and waits longer each time."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.pause_seconds = 0.0

    def failed(self, error: Exception) -> None:
        """Note a failure."""
        if not self.pause_seconds:
            log.warning("%s; trying again until it works: %s", self._what, error)
        told = getattr(error, "retry_after_seconds", None) or 0.0
        longer = max(MIN_POLL_INTERVAL_SECONDS, 2 * self.pause_seconds, told)
        self.pause_seconds = min(MAX_BACKOFF_SECONDS, longer)

    def over(self) -> None:
        """Note a success."""
        if self.pause_seconds:
            log.info("The approvals API answers again")
        self.pause_seconds = 0.0


_watchers: WeakKeyDictionary[asyncio.AbstractEventLoop, Watcher] = WeakKeyDictionary()


async def shared_watcher() -> Watcher:
    """Give the watcher of the running event loop, of which a triggerer has one."""
    loop = asyncio.get_running_loop()
    settings = await asyncio.to_thread(current)
    if loop not in _watchers:
        _watchers[loop] = _watcher(settings)
    return _watchers[loop]


def _watcher(settings: Settings) -> Watcher:
    if not in_dag_test():
        return Watcher(settings, AsyncApprovalsClient())
    often = replace(settings, poll_interval_seconds=DAG_TEST_POLL_SECONDS)
    return Watcher(often, min_poll_seconds=DAG_TEST_POLL_SECONDS)


async def _set_within(event: asyncio.Event, timeout_seconds: float | None) -> None:
    """Wait until the event is set; sets it when the time is up.

    ``asyncio.wait_for`` would need a task for every waiter, and before Python 3.12 it loses a cancellation
    that comes together with the event.
    """
    if timeout_seconds is None:
        await event.wait()
        return
    timer = asyncio.get_running_loop().call_later(timeout_seconds, event.set)
    try:
        await event.wait()
    finally:
        timer.cancel()


def _progress(seen: WatchedShape | None) -> tuple[int, int, bool]:
    """Give how far a request has come: open, closed, deleted; it never goes back."""
    if seen is None:
        return 2, 0, False
    return int(seen.status in TERMINAL), seen.level, seen.resumed_at is not None


def _chunks(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), MAX_WATCHED):
        yield ids[start : start + MAX_WATCHED]
