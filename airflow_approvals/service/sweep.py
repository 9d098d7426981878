"""What happens every few minutes: time and vanished tasks are caught up with, old requests removed."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from airflow_approvals.airflow_core import facts, ways
from airflow_approvals.domain.events import Cancelled, Ended, Escalated, Expired, Resumed
from airflow_approvals.service import commands
from airflow_approvals.service.transaction import Work, writing
from airflow_approvals.store import approvals as store
from airflow_approvals.store import sweeping

log = logging.getLogger(__name__)

BATCH = 100
"""Requests in one transaction: others wait that long for one of them."""
SLICE = 10_000
"""Open requests of which one call sees whether their tasks still wait."""
SPELL = timedelta(seconds=5)
"""After which a call begins no further batch: its caller gives up after 30 s, and proxies sooner."""
PAUSE = 0.5
"""After a batch, in times of what that took: for people who read meanwhile, or write on SQLite."""
CLEANUP_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class SweepSummary:
    """What one call of a sweep did, counted in requests.

    :param expired: last deadlines passed, whatever the policy made of it.
    :param cancelled: requests whose task or Dag run is gone.
    :param resumed: tasks ended, or woken, with an answer.
    :param failed_ids: requests that could not be handled this time; the log says why.
    :param remaining: there is more than one call takes; ask again, and leave out what failed.
    :param after: how far the call came in looking who waits, for the next one to go on from there.
    """

    escalated: int = 0
    expired: int = 0
    cancelled: int = 0
    resumed: int = 0
    failed_ids: tuple[UUID, ...] = ()
    remaining: bool = False
    after: UUID | None = None

    @property
    def failed(self) -> int:
        """How many could not be handled."""
        return len(self.failed_ids)


@dataclass(frozen=True, kw_only=True)
class CleanupSummary:
    """What one clean-up did.

    :param removed: closed requests deleted with their record.
    :param remaining: more is old enough than one call takes; ask again.
    """

    removed: int = 0
    remaining: bool = False


def sweep(
    *,
    work: Work,
    batch: int = BATCH,
    slice_size: int = SLICE,
    leave_out: Collection[UUID] = (),
    after: UUID | None = None,
) -> SweepSummary:
    """Cancel what nobody waits for, deliver decisions that did not arrive, apply passed deadlines.

    Looks at a slice of what is open, and works for some seconds, so that a call takes no longer however many
    wait or are due. Several sweeps may run at once: what one has in hand the others leave to it.

    :param leave_out: what failed in the calls before. It is due again, and would take the time of others.
    :param after: where the call before stopped looking; None: look from the beginning.
    """
    begun = work.clock()
    call = _Call(work=work, seen=frozenset(leave_out))
    with work.sessions() as session:
        where, more = sweeping.slice_of_open(after, size=slice_size, session=session)
        strays = _strays(where, session=session)
    all_found = call.handle(_batches(strays, batch), until=begun + SPELL / 2)
    # What does not get its answer, such as tasks that did not settle, is not tried for ever.
    again = not all_found and call.did_something
    all_due = call.handle(_due(batch, work=work), until=begun + SPELL)
    return call.summary(
        remaining=more or again or not all_due, after=after if again else where.upto or where.after
    )


def cleanup(*, work: Work, batch: int = CLEANUP_BATCH) -> CleanupSummary:
    """Remove at most ``batch`` requests closed more than ``retention_days`` ago.

    One whose task has yet to read the decision stays.
    """
    if work.settings.retention_days == 0:
        return CleanupSummary()
    before = work.clock() - timedelta(days=work.settings.retention_days)
    return writing(_cleanup, before, batch, work=work)


def _cleanup(before: datetime, batch: int, *, session: Session) -> CleanupSummary:
    old = sweeping.holders_of_closed(before=before, limit=batch, session=session)
    alive = facts.alive([held.ti_id for held in old if held.ti_id is not None], session=session)
    removed = store.remove([held.id for held in old if held.ti_id not in alive], session=session)
    return CleanupSummary(removed=removed, remaining=removed > 0 and len(old) == batch)


@dataclass(frozen=True, kw_only=True)
class _Call:
    """One call of a sweep.

    :param seen: requests that are not to be tried.
    """

    work: Work
    seen: frozenset[UUID]
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[UUID] = field(default_factory=list)

    @property
    def did_something(self) -> bool:
        """Whether another call has less to do."""
        return bool(self.counts or self.failed)

    def handle(self, batches: Iterable[Sequence[UUID]], *, until: datetime) -> bool:
        """Bring requests up to date; tells whether there was time for all of them."""
        return all(self._bring([each for each in ids if each not in self.seen], until) for ids in batches)

    def _bring(self, ids: Sequence[UUID], until: datetime) -> bool:
        """Bring them up to date together, or, where one of them fails, in halves, until it is alone."""
        if not ids:
            return True
        if self.work.clock() >= until:
            return False
        begun = time.monotonic()
        try:
            changes = commands.bring_all_up_to_date(ids, work=self.work)
        except Exception:  # whatever it is, it is about one of these requests
            if len(ids) == 1:
                log.exception("Approval %s could not be brought up to date", ids[0])
                self.failed.append(ids[0])
                return True
            half = len(ids) // 2
            return self._bring(ids[:half], until) and self._bring(ids[half:], until)
        self.counts.update(event.type for change in changes for event in change.events)
        time.sleep(PAUSE * (time.monotonic() - begun))
        return True

    def summary(self, *, remaining: bool, after: UUID | None) -> SweepSummary:
        """Say what was done."""
        return SweepSummary(
            escalated=self.counts[Escalated.type],
            expired=self.counts[Expired.type],
            cancelled=self.counts[Cancelled.type],
            resumed=self.counts[Resumed.type] + self.counts[Ended.type],
            failed_ids=tuple(self.failed),
            remaining=remaining,
            after=after,
        )


def _strays(where: sweeping.Slice, *, session: Session) -> list[UUID]:
    """Give the requests of a stretch of ids whose record and task tell different stories.

    The ids of tasks are looked at in the same stretches, which together are all ids.
    """
    forsaken = sweeping.forsaken(where, lives=facts.lives, has_run=facts.has_run, session=session)
    waiting = ways.waiting(after=where.after, upto=where.upto)
    return [*forsaken, *sweeping.undelivered(waiting, session=session)]


def _due(batch: int, *, work: Work) -> Iterator[list[UUID]]:
    """Give the requests whose deadline has passed by now, in batches, each once."""
    now, last = work.clock(), None
    while True:
        with work.sessions() as session:
            found = sweeping.due(now, after=last, limit=batch, session=session)
        if not found:
            return
        last = found[-1]
        yield [due.id for due in found]


def _batches(ids: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
