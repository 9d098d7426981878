"""End a request: the one way into a final state, and ending it because nobody needs an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from airflow_approvals.domain import rules
from airflow_approvals.domain.approval import Approval, Resolution, Withdrawn
from airflow_approvals.domain.calendar import utc
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.events import AnyEvent, Cancelled
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.status import TRANSITIONS


@dataclass(frozen=True, kw_only=True)
class Cancellation:
    """Who no longer needs an answer, and why.

    :param reason: words, or a short code such as ``superseded``.
    """

    actor: Actor
    reason: str


def cancel(approval: Approval, cancellation: Cancellation, now: datetime) -> Change:
    """Close a request that nobody should answer any more.

    :raises AlreadyClosed: somebody or something was first.
    """
    if refusal := rules.closed(approval):
        raise refusal
    now = utc(now)
    actor, reason = cancellation.actor, cancellation.reason
    return resolved(
        approval,
        Withdrawn(by=actor.who, reason=reason, at=now),
        Cancelled(at=now, actor=actor, reason=reason),
    )


def resolved(approval: Approval, resolution: Resolution, event: AnyEvent) -> Change:
    """Give an open request its end."""
    after = replace(approval, resolution=resolution)
    assert after.status in TRANSITIONS[approval.status], f"{approval.status} -> {after.status}"  # noqa: S101
    return Change(approval=after, events=(event,))
