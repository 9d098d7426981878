"""Give a new try the decision that people made for the one before, which was lost before it had it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from airflow_approvals.domain.approval import Approval, Decided
from airflow_approvals.domain.calendar import utc
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.close import resolved
from airflow_approvals.domain.events import Carried
from airflow_approvals.domain.people import SYSTEM


def holds_for(earlier: Approval, approval: Approval) -> bool:
    """Tell whether what people decided in an earlier request of the task holds for a new one.

    They decided, the earlier try never took it, both ask the same of the same people, and nothing of the run
    was cleared since: whoever clears wants to be asked anew.
    """
    before, after = earlier.waiter, approval.waiter
    return (
        isinstance(earlier.resolution, Decided)
        and before is not None
        and after is not None
        and before.taken_at is None
        and before.run_cleared is not None
        and before.run_cleared == after.run_cleared
        and earlier.content.fingerprint == approval.content.fingerprint
        and earlier.policy == approval.policy
    )


def carry_over(approval: Approval, earlier: Approval, now: datetime) -> Change:
    """Close a request that has just been opened with the decision of an earlier one; else nothing happens."""
    if not holds_for(earlier, approval):
        return Change(approval=approval)
    decision, now = earlier.resolution, utc(now)
    assert isinstance(decision, Decided)  # noqa: S101  (or it would not hold)
    carried = Carried(
        at=now,
        actor=SYSTEM,
        approval_id=earlier.id,
        verdict=decision.verdict,
        decided_by=decision.by.name,
        decided_at=decision.at,
    )
    level = earlier.progress.level
    answered = replace(
        approval, votes=earlier.votes, progress=replace(approval.progress, level=level, asked_at=now)
    )
    return resolved(answered, replace(decision, at=now), carried)
