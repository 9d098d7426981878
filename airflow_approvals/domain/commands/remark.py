"""Note what happened around a request; where it stands does not change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.calendar import utc
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.errors import StillOpen
from airflow_approvals.domain.events import AnyEvent, Ended, Resumed, Taken
from airflow_approvals.domain.outcome import Outcome
from airflow_approvals.domain.people import SYSTEM


def note_woken(approval: Approval, now: datetime) -> Change:
    """Note that the waiting task was woken with the answer. A second time changes nothing.

    :raises StillOpen: there is no answer to give it.
    """
    return _answered(approval, Resumed(at=utc(now), actor=SYSTEM))


def note_ended(approval: Approval, outcome: Outcome, now: datetime) -> Change:
    """Note that the waiting task was ended as the answer says. A second time changes nothing.

    :raises StillOpen: there is no answer to end it by.
    """
    return _answered(approval, Ended(at=utc(now), actor=SYSTEM, outcome=outcome))


def note_taken(approval: Approval, now: datetime) -> Change:
    """Note that the task, running, goes by the answer. A second time changes nothing.

    :raises StillOpen: there is no answer to go by.
    """
    if approval.is_open:
        raise StillOpen
    waiter = approval.waiter
    if waiter is None or waiter.taken_at is not None:
        return Change(approval=approval)
    event = Taken(at=utc(now), actor=SYSTEM)
    return Change(
        approval=replace(approval, waiter=replace(waiter, taken_at=event.at)),
        events=(event,),
    )


def _answered(approval: Approval, event: AnyEvent) -> Change:
    if approval.is_open:
        raise StillOpen
    waiter = approval.waiter
    if waiter is None or waiter.ended_at is not None:
        return Change(approval=approval)
    noted = replace(approval, waiter=replace(waiter, ended_at=event.at))
    return Change(approval=noted, events=(event,))
