"""What the waiting task gets of a closed request: its end, or the word that wakes it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from airflow_approvals.airflow_core import ending, facts, skipping, ways
from airflow_approvals.airflow_core.facts import LockedTask
from airflow_approvals.domain.approval import Approval, Decided, Withdrawn
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.remark import note_ended, note_woken
from airflow_approvals.domain.outcome import Outcome, outcome_of, returned
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.waiting import AtEnd, Ends
from airflow_approvals.service import transaction
from airflow_approvals.service.transaction import Work, afterwards

RETURN_VALUE = "return_value"

log = logging.getLogger(__name__)


def hold_back(approval: Approval, task: LockedTask | None, *, session: Session) -> None:
    """Skip all that is downstream of a task whose request has just been closed so, whoever ends the task."""
    skips = _outcome(approval) is Outcome.SKIPPED and not approval.policy.respect_trigger_rules
    if skips and task is not None:  # which may have been deleted a moment ago
        skipping.skip_downstream(task, session=session)


def deliver(approval: Approval, task: LockedTask, now: datetime, work: Work, *, session: Session) -> Change:
    """End the task of a closed request, or wake it where a worker has something to do; else nothing happens.

    One that runs, or has not settled, gets it later: from whoever looks next (``service/again.py``).
    """
    waiter, outcome = approval.waiter, _outcome(approval)
    assert waiter is not None, "somebody waits"  # noqa: S101
    assert outcome is not None, "it is closed"  # noqa: S101
    if waiter.waits.ends is Ends.SERVER:
        if not ways.waits_for(task, approval.id) and not ways.goes_on_for(task, approval.id):
            return Change(approval=approval)
        if _end(approval, outcome, task, session=session):
            return note_ended(approval, outcome, now)
    settle = settle_time(work)
    payload = {"status": approval.status.value}
    woken = ways.wake(task, approval.id, payload, now=now, settle=settle, session=session)
    return note_woken(approval, now) if woken else Change(approval=approval)


def _end(approval: Approval, outcome: Outcome, task: LockedTask, *, session: Session) -> bool:
    """End the task; tells whether that worked. If anything of it does not, a worker does all of it."""
    try:
        with session.begin_nested():
            calls = ending.end(task, _ending(approval, outcome), session=session)
    except Exception as error:
        if transaction.unavailable(error):  # a matter of the whole transaction
            raise
        log.exception("%s cannot be ended here; a worker is woken for it", task.row)
        return False
    for call in calls:
        afterwards(call, session=session)
    return True


def may_go_on(approval_id: UUID, ti_id: UUID, *, work: Work) -> bool:
    """Tell whether the request's task, where it waits, may be woken by whoever has something to tell it."""
    with work.sessions() as session:
        task = facts.task(ti_id, session=session)
        if task is None or not ways.waits_for(task, approval_id):
            return True
        return ways.has_settled(task, now=work.clock(), settle=settle_time(work), session=session)


def settle_time(work: Work) -> timedelta:
    """Give how long after it parked a task is not woken, at least."""
    return timedelta(seconds=work.settings.settle_seconds)


def _outcome(approval: Approval) -> Outcome | None:
    policy = approval.policy
    return outcome_of(approval.status, on_deny=policy.on_deny, on_expiry=policy.on_expiry)


def _ending(approval: Approval, outcome: Outcome) -> ending.Ending:
    at_end = AtEnd() if approval.waiter is None else approval.waiter.waits.at_end
    result = _returned(approval) if outcome is Outcome.SUCCESS and at_end.returns else None
    values: dict[str, Any] = {}
    if result is not None:
        values = {**(result if at_end.multiple_outputs else {}), RETURN_VALUE: result}
    return ending.Ending(
        state=outcome.value,
        message=_why(approval),
        values=values,
        dag_result=at_end.dag_result,
        mapped_length=len(result) if result is not None and at_end.mapped_over else None,
        outlets=[ending.Outlet(type=o.kind.value, name=o.name, uri=o.uri) for o in at_end.outlets],
        callback=at_end.failure_callback,
        email=at_end.failure_email,
    )


def _returned(approval: Approval) -> dict[str, Any]:
    end = approval.resolution
    return returned(
        approval_id=approval.id,
        status=approval.status,
        decided_by=None if end is None else end.by.name,
        decided_at=None if end is None else end.at,
        comment=end.comment if isinstance(end, Decided) else None,
        escalated=approval.progress.level > 0,
    )


def _why(approval: Approval) -> str:
    """Say in one line how a request was closed, for an e-mail."""
    end = approval.resolution
    words = end.comment if isinstance(end, Decided) else end.reason if isinstance(end, Withdrawn) else None
    what = f"{approval.content.subject}: {approval.status.value}"
    if end is None or end.by == SYSTEM.who:
        return f"{what}, because nobody decided in time" if words is None else f"{what}: {words}"
    return f"{what} by {end.by.name}: {words or 'no comment'}"
