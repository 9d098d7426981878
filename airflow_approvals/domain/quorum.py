"""When the answers given so far settle a request."""

from __future__ import annotations

from collections.abc import Iterable

from airflow_approvals.domain.approval import Verdict, Vote
from airflow_approvals.domain.policy import Policy


def settled(policy: Policy, votes: Iterable[Vote]) -> Verdict | None:
    """Give the verdict that stands: one denial denies, ``policy.quorum`` approvals approve; None: not yet."""
    verdicts = [vote.verdict for vote in votes]
    if Verdict.DENY in verdicts:
        return Verdict.DENY
    return Verdict.APPROVE if verdicts.count(Verdict.APPROVE) >= policy.quorum else None
