"""Note what happened around a request; where it stands does not change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.calendar import utc
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.errors import StillOpen
from airflow_approvals.domain.events import Resumed
from airflow_approvals.domain.people import SYSTEM


def note_woken(approval: Approval, now: datetime) -> Change:
    """Note that the waiting task was given the answer. A second time changes nothing.

    :raises StillOpen: there is no answer to give it.
    """
    now = utc(now)
    if approval.is_open:
        raise StillOpen
    waiter = approval.waiter
    if waiter is None or waiter.ended_at is not None:
        return Change(approval=approval)
    noted = replace(approval, waiter=replace(waiter, ended_at=now))
    return Change(approval=noted, events=(Resumed(at=now, actor=SYSTEM),))
