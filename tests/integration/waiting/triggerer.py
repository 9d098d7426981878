"""Runs triggers in an event loop, as Airflow's triggerer does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from airflow.triggers.base import TriggerEvent

from airflow_approvals.domain.approval import Approval
from airflow_approvals.triggers.approval import ApprovalTrigger
from airflow_approvals.triggers.watcher import shared_watcher
from tests.builders import ti_id_of
from tests.integration.waiting.approvals_api import until


@dataclass
class Triggerer:
    """Runs triggers as Airflow's triggerer does: one task each, all in one event loop."""

    events: dict[str, list[TriggerEvent]] = field(default_factory=dict)
    fired_after: dict[str, float] = field(default_factory=dict)
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def start(self, approval: Approval, **arguments: Any) -> str:
        """Start the trigger of a waiting task."""
        key = str(approval.id)
        trigger = ApprovalTrigger(approval_id=key, ti_id=str(ti_id_of(approval)), **arguments)
        self.events[key] = []
        self.tasks[key] = asyncio.get_running_loop().create_task(self._run(key, trigger))
        return key

    async def finished(self, *keys: str) -> None:
        """Wait until these triggers, or all, have run to their end; none may have failed."""
        await until(lambda: all(self.tasks[key].done() for key in keys or self.tasks))
        for key in keys or self.tasks:
            self.tasks[key].result()

    def statuses(self) -> list[str]:
        """Give the statuses of all events, in the order in which the triggers were started."""
        return [event.payload["status"] for events in self.events.values() for event in events]

    async def _run(self, key: str, trigger: ApprovalTrigger) -> None:
        started = asyncio.get_running_loop().time()
        async for event in trigger.run():
            self.events[key].append(event)
            self.fired_after[key] = asyncio.get_running_loop().time() - started


def play(scenario: Callable[[Triggerer], Awaitable[None]]) -> None:
    """Play a scenario in an event loop of its own."""

    async def main() -> None:
        try:
            await scenario(Triggerer())
        finally:
            watcher = await shared_watcher()
            await watcher.client.close()

    asyncio.run(main())
