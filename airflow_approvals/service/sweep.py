"""What happens every few minutes: time and vanished tasks are caught up with, old requests removed."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from uuid import UUID

from sqlalchemy.orm import Session

from airflow_approvals.airflow_core import facts, ways
from airflow_approvals.domain.events import Cancelled, Ended, Escalated, Expired, Resumed
from airflow_approvals.service import commands, looking
from airflow_approvals.service.transaction import Work, writing
from airflow_approvals.store import approvals as store

log = logging.getLogger(__name__)

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class SweepSummary:
    """What one sweep did, counted in requests.

    :param expired: last deadlines passed, whatever the policy made of it.
    :param cancelled: requests whose task or Dag run is gone.
    :param resumed: tasks ended, or woken, with an answer.
    :param failed_ids: requests that could not be handled this time; the log says why.
    :param remaining: more is due than one sweep takes; ask again, and leave out what failed.
    """

    escalated: int = 0
    expired: int = 0
    cancelled: int = 0
    resumed: int = 0
    failed_ids: tuple[UUID, ...] = ()
    remaining: bool = False

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


def sweep(*, work: Work, batch: int = BATCH, leave_out: Collection[UUID] = ()) -> SweepSummary:
    """Apply passed deadlines, cancel what nobody waits for, deliver decisions that did not arrive.

    Handles at most ``batch`` requests of each of the three kinds a call; each request is its own
    transaction, so several sweeps may run at once and one broken request does not hold up the others.

    :param leave_out: what failed in the calls before. It is due again, and would take the places of others.
    """
    seen = frozenset(leave_out)
    with work.sessions() as session:
        every = (
            store.due_ids(work.clock(), limit=batch + len(seen), session=session),
            _orphaned(batch, session=session),
            _undelivered(batch, session=session),
        )
        kinds = [list(islice((found for found in ids if found not in seen), batch)) for ids in every]
    counts: Counter[str] = Counter()
    failed: list[UUID] = []
    for approval_id in dict.fromkeys(chain(*kinds)):
        try:
            change = commands.bring_up_to_date(approval_id, work=work)
        except Exception:  # whatever it is, it is about this one request
            log.exception("Approval %s could not be brought up to date", approval_id)
            failed.append(approval_id)
            continue
        counts.update(event.type for event in change.events)
    return SweepSummary(
        escalated=counts[Escalated.type],
        expired=counts[Expired.type],
        cancelled=counts[Cancelled.type],
        resumed=counts[Resumed.type] + counts[Ended.type],
        failed_ids=tuple(failed),
        # Without progress it would go on for ever: what is too soon to deliver is found again.
        remaining=bool(counts or failed) and any(len(ids) == batch for ids in kinds),
    )


def cleanup(*, work: Work, batch: int = BATCH) -> CleanupSummary:
    """Remove at most ``batch`` requests closed more than ``retention_days`` ago.

    One whose task has yet to read the decision stays.
    """
    if work.settings.retention_days == 0:
        return CleanupSummary()
    before = work.clock() - timedelta(days=work.settings.retention_days)
    return writing(_cleanup, before, batch, work=work)


def _cleanup(before: datetime, batch: int, *, session: Session) -> CleanupSummary:
    old = store.holders_of_closed(before=before, limit=batch, session=session)
    alive = facts.alive([held.ti_id for held in old if held.ti_id is not None], session=session)
    removed = store.remove([held.id for held in old if held.ti_id not in alive], session=session)
    return CleanupSummary(removed=removed, remaining=removed > 0 and len(old) == batch)


def _orphaned(batch: int, *, session: Session) -> Iterable[UUID]:
    """Give open requests that nobody waits for, looking at ``batch`` of them at a time."""
    after: UUID | None = None
    while found := store.holders_of_open(after=after, limit=batch, session=session):
        yield from looking.vanished(found, session=session)
        after = found[-1].id


def _undelivered(batch: int, *, session: Session) -> Iterable[UUID]:
    """Give closed requests whose task still waits, looking at ``batch`` waiting tasks at a time."""
    after: UUID | None = None
    while waiting := ways.waiting(after=after, limit=batch, session=session):
        yield from store.undelivered_ids(waiting, session=session)
        after = waiting[-1]
