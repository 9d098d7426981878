"""Answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from airflow_approvals.domain import quorum, rules
from airflow_approvals.domain.approval import Approval, Decided, Verdict, Vote
from airflow_approvals.domain.calendar import utc
from airflow_approvals.domain.commands.advance import is_due
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.close import resolved
from airflow_approvals.domain.events import Approved, Denied, Voted
from airflow_approvals.domain.rules import Answer


def decide(approval: Approval, answer: Answer, now: datetime) -> Change:
    """Record a person's answer; if it settles the request, close it.

    :param approval: brought up to date by ``advance``.
    :raises NotAllowed: the person may not decide; ``rule`` says why.
    :raises AlreadyClosed: somebody, or the deadline, was first.
    :raises AlreadyVoted: the person has answered before.
    :raises ContentChanged: the answer is to another content than the request has now.
    """
    assert not is_due(approval, now), "advance comes first"  # noqa: S101
    now = utc(now)
    actor = answer.actor
    if refusal := rules.why_not(approval, answer):
        raise refusal
    vote = Vote(
        by=actor.who,
        verdict=answer.verdict,
        comment=answer.comment,
        level=approval.progress.level,
        at=now,
    )
    voted = Voted(
        at=now,
        actor=actor,
        verdict=vote.verdict,
        comment=vote.comment,
        level=vote.level,
        counted_as=tuple(approver for approver in approval.asked() if approver.means(actor)),
    )
    change = Change(approval=replace(approval, votes=(*approval.votes, vote)), events=(voted,))
    verdict = quorum.settled(approval.policy, change.approval.votes)
    if verdict is None:
        return change
    fact = Approved if verdict is Verdict.APPROVE else Denied
    end = Decided(verdict=verdict, by=actor.who, comment=answer.comment, at=now)
    return change.then(resolved(change.approval, end, fact(at=now, actor=actor)))
