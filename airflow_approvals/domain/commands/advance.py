"""Let time pass: what becomes of a request at its deadline."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from airflow_approvals.domain.approval import Approval, Lapsed, Progress
from airflow_approvals.domain.calendar import utc
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.close import resolved
from airflow_approvals.domain.events import Escalated, Expired
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.status import TRANSITIONS, Status


def is_due(approval: Approval, now: datetime) -> bool:
    """Tell whether a deadline has passed that was not applied yet; its very moment counts as passed."""
    now, deadline = utc(now), approval.progress.expires_at
    return approval.is_open and deadline is not None and deadline <= now


def advance(approval: Approval, now: datetime) -> Change:
    """Apply what time has made due: ask the next level, or expire. Nothing due: nothing happens."""
    if not is_due(approval, now):
        return Change(approval=approval)
    now = utc(now)
    policy, level = approval.policy, approval.progress.level + 1
    if level < len(policy.levels):
        progress = Progress(level=level, asked_at=now, expires_at=policy.levels[level].deadline(now))
        assert Status.ESCALATED in TRANSITIONS[approval.status]  # noqa: S101
        escalated = Escalated(at=now, actor=SYSTEM, level=level, expires_at=progress.expires_at)
        return Change(approval=replace(approval, progress=progress), events=(escalated,))
    return resolved(
        approval,
        Lapsed(on_expiry=policy.on_expiry, at=now),
        Expired(at=now, actor=SYSTEM, on_expiry=policy.on_expiry),
    )
