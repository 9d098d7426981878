"""Gives answers to tasks that could not take them at once: they had yet to park, or to settle.

One thread for each process, and only once there is something to do. What a process does not get done before
it ends is found by the maintenance Dag, and by the task's trigger if it has one.
"""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import repeat
from uuid import UUID

from airflow_approvals.airflow_core import facts
from airflow_approvals.domain.errors import ApprovalError, NotFound
from airflow_approvals.service import commands
from airflow_approvals.service.transaction import Work

log = logging.getLogger(__name__)

PAUSES_SECONDS = (0.3, 0.5, *repeat(1.0, 60), *repeat(5.0, 60))
"""Until the next attempt, each; some six minutes, longer than notifiers and a stalled scheduler take."""


THREAD = "approvals-again"


class Again:
    """Tries again, soon, until a request's task has its answer or nobody waits for it.

    :param pauses_seconds: before each attempt.
    """

    def __init__(self, pauses_seconds: Sequence[float] = PAUSES_SECONDS) -> None:
        self._pauses_seconds = pauses_seconds
        self._turns: list[tuple[float, UUID]] = []
        self._pauses: dict[UUID, Iterator[float]] = {}
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    def working(self, work: Work) -> Work:
        """Give what use cases work with, with this as the place for what is to be tried again."""
        return replace(work, later=lambda approval_id: self.soon(approval_id, work))

    def soon(self, approval_id: UUID, work: Work) -> None:
        """Try this request again, soon."""
        with self._news:
            if approval_id in self._pauses:
                return
            self._pauses[approval_id] = iter(self._pauses_seconds)
            self._plan(approval_id)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, args=(work,), name=THREAD, daemon=True)
                self._thread.start()
            self._news.notify_all()

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until nothing is left to try; tells whether that is so."""
        with self._news:
            return self._news.wait_for(lambda: not self._pauses, timeout_seconds)

    def _plan(self, approval_id: UUID) -> None:
        pause = next(self._pauses[approval_id], None)
        if pause is None:
            log.warning("Approval %s is left to the maintenance Dag: its task does not take it", approval_id)
            self._over(approval_id)
        else:
            heapq.heappush(self._turns, (time.monotonic() + pause, approval_id))

    def _over(self, approval_id: UUID) -> None:
        del self._pauses[approval_id]
        self._news.notify_all()

    def _run(self, work: Work) -> None:
        while True:
            approval_id = self._next()
            try:
                done = _try(approval_id, work)
            except ApprovalError as error:  # the database is away, most likely
                log.warning("Approval %s could not be passed on to its task yet: %s", approval_id, error)
                done = False
            except Exception:
                log.exception("Approval %s is left to the maintenance Dag", approval_id)
                done = True
            with self._news:
                if done:
                    self._over(approval_id)
                else:
                    self._plan(approval_id)

    def _next(self) -> UUID:
        """Wait for the next turn."""
        with self._news:
            while not self._turns or self._turns[0][0] > time.monotonic():
                self._news.wait(self._turns[0][0] - time.monotonic() if self._turns else None)
            return heapq.heappop(self._turns)[1]


def _try(approval_id: UUID, work: Work) -> bool:
    """Bring a request up to date; tells whether nothing is left to do."""
    try:
        approval = commands.bring_up_to_date(approval_id, work=work).approval
    except NotFound:
        return True
    waiter = approval.waiter
    if approval.is_open or waiter is None or waiter.ended_at is not None:
        return True
    with work.sessions() as session:
        return not facts.alive([waiter.ti_id], session=session)


again = Again()
"""That of this process."""
