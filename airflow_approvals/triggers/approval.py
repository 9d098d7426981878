"""Waits for one request in the triggerer: the safety net behind the pushed decision."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_approvals.domain.errors import NotAllowed
from airflow_approvals.domain.status import TERMINAL
from airflow_approvals.triggers.watcher import FAILURES, Outage, Watch, Watcher, shared_watcher
from airflow_approvals.wire.watching import WatchedShape

SETTLE_POLL_SECONDS = 1.0
"""How often the server is asked whether a task may go on that has something to hear soon after it parked."""


class ApprovalTrigger(BaseTrigger):  # type: ignore[misc]
    """Fires when the request is closed, or escalated if ``wake_on_escalation``.

    The event only says that there is something to look at: the operator reads the request anew.

    :param approval_id: the request, as text.
    :param ti_id: the task instance try that waits, as text.
    :param level: the level known when the wait began.
    :param wake_on_escalation: fire when a higher level is asked; for operators with notifiers.
    """

    def __init__(
        self, approval_id: str, ti_id: str, level: int = 0, wake_on_escalation: bool = False
    ) -> None:
        super().__init__()
        self.approval_id = approval_id
        self.ti_id = ti_id
        self.level = level
        self.wake_on_escalation = wake_on_escalation

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Give what is needed to build this trigger again in a triggerer."""
        return (
            f"{type(self).__module__}.{type(self).__qualname__}",
            {
                "approval_id": self.approval_id,
                "ti_id": self.ti_id,
                "level": self.level,
                "wake_on_escalation": self.wake_on_escalation,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look at the request whenever there is news; apply its deadlines; fire once."""
        watcher = await shared_watcher()
        poll_seconds = watcher.settings.poll_interval_seconds
        with watcher.watch(UUID(self.approval_id)) as watch:
            level = self.level
            while not self._worth_waking(watch):
                await watch.news(_seconds_until(watch.seen))
                level = self._tell_of_escalation(watch.seen, level)
                if watch.seen is not None and _is_due(watch.seen):
                    await self._advance(watcher, watch, pause_seconds=poll_seconds)
            await self._settle(watcher, watch)
        status = "deleted" if watch.seen is None else watch.seen.status.value
        yield TriggerEvent({"approval_id": self.approval_id, "status": status, "level": self.level})

    async def on_kill(self) -> None:
        """Have the server look whether the task is gone, and cancel the request if so.

        Airflow also calls this after a pushed decision and when the trigger moves to another triggerer:
        then nobody was killed, and the server finds nothing to do. Airflow's log speaks of a user's action in
        each of these cases, so what it really was is said here.
        """
        try:
            watcher = await shared_watcher()
            seen = await watcher.client.advance(UUID(self.approval_id), UUID(self.ti_id))
        except FAILURES as error:
            self.log.warning("The request of a killed task is left to the maintenance Dag: %s", error)
            return
        self.log.info("Approval %s: %s", self.approval_id, _why_stopped(seen))

    def _tell_of_escalation(self, seen: WatchedShape | None, known: int) -> int:
        """Put an escalation, of which no worker may hear, into the task's log; gives the level known now."""
        if seen is None or seen.level <= known:
            return known
        until = None if seen.expires_at is None else f"until {seen.expires_at:%Y-%m-%d %H:%M:%S} UTC"
        self.log.info(
            "Approval %s escalated: nobody of level %d answered in time, level %d is asked as well, %s",
            self.approval_id,
            seen.level,
            seen.level + 1,
            until or "until somebody answers",
        )
        return seen.level

    def _worth_waking(self, watch: Watch) -> bool:
        if not watch.known:
            return False
        if watch.seen is None or watch.seen.status in TERMINAL:
            return True
        return self.wake_on_escalation and watch.seen.level > self.level

    async def _settle(self, watcher: Watcher, watch: Watch) -> None:
        """Have the server end or wake the task, after which the event is without effect, or wait till it may.

        A task that is woken too soon after it parked is failed by the scheduler.
        """
        while watch.seen is not None and watch.seen.resumed_at is None:
            if await self._advance(watcher, watch):
                return
            await asyncio.sleep(SETTLE_POLL_SECONDS)

    async def _advance(self, watcher: Watcher, watch: Watch, *, pause_seconds: float = 0.0) -> bool:
        """Bring the request up to date; tells whether the task may go on.

        :param pause_seconds: how long to wait when that changed nothing, as with clocks that differ.
        """
        outage = Outage(f"Approval {self.approval_id} could not be brought up to date")
        while True:
            try:
                seen = await watcher.client.advance(watch.approval_id, UUID(self.ti_id))
            except NotAllowed:  # deleted meanwhile
                watch.tell(None)
                return True
            except FAILURES as error:
                outage.failed(error)
                await asyncio.sleep(outage.pause_seconds)
                continue
            told = WatchedShape(**{name: getattr(seen, name) for name in WatchedShape.model_fields})
            if told == watch.seen:
                await asyncio.sleep(pause_seconds)
            watch.tell(told)
            return seen.settled or told.resumed_at is not None


def _why_stopped(seen: WatchedShape) -> str:
    """Say why Airflow stopped a trigger, as far as its request shows."""
    if seen.resumed_at is not None:
        return f"{seen.status.value}; that ended or woke the task, so nothing waits here any more"
    if seen.status in TERMINAL:
        return f"{seen.status.value}; the task does not wait for it any more"
    return f"still {seen.status.value}; another trigger waits for it"


def _is_due(seen: WatchedShape) -> bool:
    return seen.status not in TERMINAL and _seconds_until(seen) == 0.0


def _seconds_until(seen: WatchedShape | None) -> float | None:
    """Give the time left to the deadline, at least 0; None when there is none."""
    if seen is None or seen.expires_at is None or seen.status in TERMINAL:
        return None
    return max(0.0, (seen.expires_at - datetime.now(tz=timezone.utc)).total_seconds())
