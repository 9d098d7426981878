"""May this person decide this request now? An ordered list, read top to bottom; the first refusal counts."""

from __future__ import annotations

from collections.abc import Callable

from airflow_approvals.domain.approval import Actor, ActorKind, Approval
from airflow_approvals.domain.errors import AlreadyClosed, AlreadyVoted, ApprovalError, NotAllowed

Rule = Callable[[Approval, Actor], ApprovalError | None]


def person_decides(approval: Approval, actor: Actor) -> ApprovalError | None:
    """Only a signed-in person decides: no task, no trigger, no clock."""
    if actor.kind is ActorKind.PERSON:
        return None
    return NotAllowed("Only a signed-in person can decide a request.", rule="person_decides")


def approver_of_reached_level(approval: Approval, actor: Actor) -> ApprovalError | None:
    """The person is, or holds a role that is, an approver of a level reached so far."""
    if any(actor.is_(approver) for approver in approval.asked()):
        return None
    asked = ", ".join(f"{approver.kind.value} {approver.name}" for approver in approval.asked())
    held = ", ".join(sorted(actor.roles)) or "no role"
    return NotAllowed(
        f"This request is decided by {asked}; {actor.name} holds {held}. "
        "Ask one of them, or ask your administrator for the role.",
        rule="approver_of_reached_level",
    )


def request_is_open(approval: Approval, actor: Actor) -> ApprovalError | None:
    """Nobody has resolved the request before."""
    return None if approval.is_open else closed(approval)


def votes_once(approval: Approval, actor: Actor) -> ApprovalError | None:
    """The same person's second answer neither counts twice nor replaces the first."""
    if all(vote.actor_id != actor.id for vote in approval.votes):
        return None
    return AlreadyVoted("You have answered this request already; another approver has to answer too.")


DECISION_RULES: tuple[Rule, ...] = (person_decides, approver_of_reached_level, request_is_open, votes_once)


def closed(approval: Approval) -> AlreadyClosed:
    """Say by whom and when a request was resolved."""
    when = f"{approval.resolved_at:%Y-%m-%d %H:%M:%S} UTC" if approval.resolved_at else "an unknown time"
    return AlreadyClosed(
        f"This request is closed: {approval.status.value} by {approval.actor_name} at {when}. "
        "Your command changed nothing."
    )


def why_not_decide(approval: Approval, actor: Actor) -> ApprovalError | None:
    """Give the first refusal, or None when the person may decide now."""
    return next((error for rule in DECISION_RULES if (error := rule(approval, actor))), None)
