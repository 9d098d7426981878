"""What an answer means for the task that waits for it; the same wherever the task ends."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from airflow_approvals.domain.policy import OnDeny, OnExpiry
from airflow_approvals.domain.status import OPEN, Status


class Outcome(str, Enum):
    """How a task ends; the values are Airflow's states."""

    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"


def outcome_of(status: Status, *, on_deny: OnDeny, on_expiry: OnExpiry) -> Outcome | None:
    """Tell how a task ends whose request is in this status; None: it goes on waiting."""
    if status in OPEN:
        return None
    if status is Status.APPROVED:
        return Outcome.SUCCESS
    denied = status is Status.DENIED and on_deny is OnDeny.SKIP
    expired = status is Status.EXPIRED and on_expiry is OnExpiry.SKIP
    return Outcome.SKIPPED if denied or expired else Outcome.FAILED


def returned(
    *,
    approval_id: UUID,
    status: Status,
    decided_by: str | None,
    decided_at: datetime | None,
    comment: str | None,
    escalated: bool,
) -> dict[str, Any]:
    """Give what an approved task returns: JSON, the time in RFC 3339."""
    return {
        "approval_id": str(approval_id),
        "status": status.value,
        "decided_by": decided_by,
        "decided_at": None if decided_at is None else decided_at.isoformat(),
        "comment": comment,
        "escalated": escalated,
    }
