"""May this person decide this request now? An ordered list, read top to bottom; the first refusal counts."""

from __future__ import annotations

from collections.abc import Callable

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.errors import (
    AlreadyClosed,
    AlreadyVoted,
    ApprovalError,
    NotAllowed,
    NotAnApprover,
)
from airflow_approvals.domain.people import Actor, ActorKind

Rule = Callable[[Approval, Actor], ApprovalError | None]


def person_decides(approval: Approval, actor: Actor) -> ApprovalError | None:
    """Only a signed-in person decides: no task, no trigger, no clock."""
    if actor.kind is ActorKind.PERSON:
        return None
    return NotAllowed("Only a signed-in person can decide a request.", rule="person_decides")


def request_is_open(approval: Approval, actor: Actor) -> ApprovalError | None:
    """Nobody and nothing has closed the request before."""
    return closed(approval)


def approver_of_reached_level(approval: Approval, actor: Actor) -> ApprovalError | None:
    """The person is, or holds a role that is, an approver of a level reached so far."""
    asked = approval.asked()
    if any(approver.means(actor) for approver in asked):
        return None
    return NotAnApprover(name=actor.name, asked=tuple(map(str, asked)), held=tuple(sorted(actor.roles)))


def votes_once(approval: Approval, actor: Actor) -> ApprovalError | None:
    """The same person's second answer neither counts twice nor replaces the first."""
    return AlreadyVoted() if any(actor.is_also(vote.by) for vote in approval.votes) else None


ELIGIBILITY: tuple[Rule, ...] = (person_decides, request_is_open, approver_of_reached_level, votes_once)


def why_not_eligible(approval: Approval, actor: Actor) -> ApprovalError | None:
    """Give the first refusal, or None when the person may decide now."""
    return next((error for rule in ELIGIBILITY if (error := rule(approval, actor))), None)


def closed(approval: Approval) -> AlreadyClosed | None:
    """Say by whom and when a request was closed; None when it is open."""
    end = approval.resolution
    if end is None:
        return None
    return AlreadyClosed(status=end.status, by=end.by.name, by_kind=end.by.kind.value, at=end.at)
