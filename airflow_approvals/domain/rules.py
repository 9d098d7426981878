"""May this person decide this request now, and with this answer?

Two ordered lists, read top to bottom; the first refusal counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.content import ContentField
from airflow_approvals.domain.errors import (
    AlreadyClosed,
    AlreadyVoted,
    ApprovalError,
    ContentChanged,
    NotAllowed,
    NotAnApprover,
)
from airflow_approvals.domain.people import Actor, ActorKind


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person says, and who they are at this moment.

    :param fingerprint: of the content they have read; None when their channel does not say.
    """

    actor: Actor
    verdict: Verdict
    comment: str | None = None
    fingerprint: str | None = None


Rule = Callable[[Approval, Actor], ApprovalError | None]
AnswerRule = Callable[[Approval, Answer], ApprovalError | None]


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
    return AlreadyVoted() if any(vote.by.is_also(actor) for vote in approval.votes) else None


def not_own_edit(approval: Approval, answer: Answer) -> ApprovalError | None:
    """Nobody approves what they changed themselves, however many edited it since; they may deny it."""
    if answer.verdict is Verdict.DENY or not any(edit.by.is_also(answer.actor) for edit in approval.edits):
        return None
    return NotAllowed(
        "You changed this request while it was open, so somebody else has to approve it; you may deny it.",
        rule="not_own_edit",
    )


def content_as_seen(approval: Approval, answer: Answer) -> ApprovalError | None:
    """Who says what they have read answers that, and nothing that came after."""
    now = approval.content.fingerprint
    if answer.fingerprint is None or answer.fingerprint == now:
        return None
    before = [edit.content_before for edit in approval.edits]
    known = answer.fingerprint in before
    since = approval.edits[before.index(answer.fingerprint) :] if known else ()
    fields: tuple[ContentField, ...] = get_args(ContentField)
    changed = tuple(name for name in fields if not known or any(name in edit.fields for edit in since))
    return ContentChanged(fingerprint=now, changed=changed)


ELIGIBILITY: tuple[Rule, ...] = (person_decides, request_is_open, approver_of_reached_level, votes_once)


ANSWER: tuple[AnswerRule, ...] = (not_own_edit, content_as_seen)


def why_not_eligible(approval: Approval, actor: Actor) -> ApprovalError | None:
    """Give the first refusal, or None when the person may decide now."""
    return next((error for rule in ELIGIBILITY if (error := rule(approval, actor))), None)


def why_not(approval: Approval, answer: Answer) -> ApprovalError | None:
    """Give the first refusal of this answer, or None when it may be given now."""
    refusals = (error for rule in ANSWER if (error := rule(approval, answer)))
    return why_not_eligible(approval, answer.actor) or next(refusals, None)


def closed(approval: Approval) -> AlreadyClosed | None:
    """Say by whom and when a request was closed; None when it is open."""
    end = approval.resolution
    if end is None:
        return None
    return AlreadyClosed(status=end.status, by=end.by.name, by_kind=end.by.kind.value, at=end.at)
