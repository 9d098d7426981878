"""What happens every few minutes: time and vanished tasks are caught up with, old requests removed."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy.orm import Session

from airflow_approvals import airflow_core
from airflow_approvals.config import Settings
from airflow_approvals.domain.approval import EventType
from airflow_approvals.service import approvals
from airflow_approvals.service.transaction import retrying
from airflow_approvals.store import approvals as store

log = logging.getLogger(__name__)

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class EscalateSummary:
    """What one sweep did, counted in requests.

    :param expired: last deadlines passed, whatever the policy made of it.
    :param cancelled: requests whose task or Dag run is gone.
    :param resumed: tasks woken.
    :param failed: requests that could not be handled this time; the log says why.
    :param remaining: more is due than one sweep takes; ask again.
    """

    escalated: int = 0
    expired: int = 0
    cancelled: int = 0
    resumed: int = 0
    failed: int = 0
    remaining: bool = False


@dataclass(frozen=True, kw_only=True)
class CleanupSummary:
    """What one clean-up did.

    :param removed: closed requests deleted with their record.
    :param remaining: more is old enough than one call takes; ask again.
    """

    removed: int = 0
    remaining: bool = False


def escalate(*, settings: Settings, now: datetime, session: Session, batch: int = BATCH) -> EscalateSummary:
    """Apply passed deadlines, cancel what nobody waits for, deliver decisions that did not arrive.

    Handles at most ``batch`` requests of each of the three kinds a call; each request is its own
    transaction, so several sweeps may run at once and one broken request does not hold up the others.
    """
    due = store.due_ids(now, limit=batch, session=session)
    orphaned = list(islice(_orphaned(batch, session=session), batch))
    undelivered = list(islice(_undelivered(batch, session=session), batch))
    session.commit()
    counts: Counter[str] = Counter()
    for approval_id in dict.fromkeys((*due, *orphaned, *undelivered)):
        try:
            outcome = approvals.advance(approval_id, settings=settings, now=now, session=session)
        except Exception:  # whatever it is, it is about this one request
            session.rollback()
            log.exception("Approval %s could not be brought up to date", approval_id)
            counts["failed"] += 1
            continue
        counts.update(_kind(event.type, dict(event.detail)) for event in outcome.events)
    progress = counts.total() > counts["failed"]
    return EscalateSummary(
        escalated=counts["escalated"],
        expired=counts["expired"],
        cancelled=counts["cancelled"],
        resumed=counts["resumed"],
        failed=counts["failed"],
        remaining=progress and batch in {len(due), len(orphaned), len(undelivered)},
    )


def cleanup(*, settings: Settings, now: datetime, session: Session, batch: int = BATCH) -> CleanupSummary:
    """Remove at most ``batch`` requests closed more than ``retention_days`` ago.

    One whose task has yet to read the decision stays.
    """
    if settings.retention_days == 0:
        return CleanupSummary()
    before = now - timedelta(days=settings.retention_days)

    def work() -> CleanupSummary:
        old = store.closed_before(before, limit=batch, session=session)
        alive = airflow_core.alive([closed.ti_id for closed in old if closed.ti_id], session=session)
        removed = store.remove([closed.id for closed in old if closed.ti_id not in alive], session=session)
        session.commit()
        return CleanupSummary(removed=removed, remaining=removed > 0 and len(old) == batch)

    return retrying(work, session=session)


def _kind(event: EventType, detail: dict[str, object]) -> str:
    return "expired" if detail.get("reason") == "expired" else event.value


def _orphaned(batch: int, *, session: Session) -> Iterable[UUID]:
    """Give open requests that nobody waits for, looking at ``batch`` of them at a time."""
    after: UUID | None = None
    while found := store.open_origins(after=after, limit=batch, session=session):
        alive = airflow_core.alive([o.ti_id for o in found if o.ti_id is not None], session=session)
        by_hand = {(o.dag_id, o.run_id) for o in found if o.ti_id is None}
        runs = airflow_core.existing_runs(by_hand, session=session) if by_hand else set()
        for origin in found:
            held = (origin.dag_id, origin.run_id) in runs if origin.ti_id is None else origin.ti_id in alive
            if not held:
                yield origin.id
        after = found[-1].id


def _undelivered(batch: int, *, session: Session) -> Iterable[UUID]:
    """Give closed requests whose task still waits, looking at ``batch`` waiting tasks at a time."""
    after: UUID | None = None
    while waiting := airflow_core.waiting(after=after, limit=batch, session=session):
        yield from store.undelivered_ids(waiting, session=session)
        after = waiting[-1]
