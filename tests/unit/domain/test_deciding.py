"""Answers: one, or as many as the quorum asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airflow_approvals.domain.approval import Approval, Decided, Lapsed, Verdict, Vote
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.errors import AlreadyClosed, AlreadyVoted, NotAllowed
from airflow_approvals.domain.events import AnyEvent, Approved, Denied, Voted
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.rules import Answer
from airflow_approvals.domain.status import Status
from tests.builders import (
    DIRECTOR,
    HOUR,
    MANAGER,
    MINUTE,
    NOW,
    OTHER_MANAGER,
    STRANGER,
    level,
    no,
    opened,
    person,
    policy,
    role,
    types,
    user,
    yes,
)
from tests.unit.domain.running import run

SOON = NOW + MINUTE


def half_answered() -> Approval:
    """A request of two that the first manager has approved."""
    return decide(opened(policy=policy(quorum=2)), yes(MANAGER), SOON).approval


def voted(event: AnyEvent) -> Voted:
    """The fact that somebody answered."""
    assert isinstance(event, Voted)
    return event


@pytest.mark.parametrize(
    ("verdict", "status", "fact"),
    [
        (Verdict.APPROVE, Status.APPROVED, Approved),
        (Verdict.DENY, Status.DENIED, Denied),
    ],
)
def test_an_answer_is_recorded_with_everything_that_entitled_it(
    verdict: Verdict, status: Status, fact: type[Approved | Denied]
) -> None:
    """Who, when, as which approver, at which level, with which words."""
    actor = person("x", "manager", "auditor")
    change = decide(opened(), Answer(actor=actor, verdict=verdict, comment="as agreed"), SOON)
    assert change.approval.status is status
    assert change.approval.resolution == Decided(verdict=verdict, by=actor.who, comment="as agreed", at=SOON)
    assert change.approval.votes == (
        Vote(by=person("x").who, verdict=verdict, comment="as agreed", level=0, at=SOON),
    )
    assert change.events == (
        Voted(
            at=SOON,
            actor=actor,
            verdict=verdict,
            comment="as agreed",
            level=0,
            counted_as=(role("manager"),),
        ),
        fact(at=SOON, actor=actor),
    )


def test_an_answer_names_every_reached_approver_it_was_given_as() -> None:
    """By role and by name; not as what was not asked, and not as a level not reached."""
    terms = policy(level(role("manager"), user("x"), role("auditor")), level(role("director")))
    actor = person("x", "director", "manager", "viewer")
    event, _ = decide(opened(policy=terms), yes(actor), SOON).events
    assert voted(event).counted_as == (role("manager"), user("x"))


def test_an_answer_needs_no_words() -> None:
    """Without a comment there is none."""
    change = decide(opened(), yes(MANAGER), SOON)
    assert change.approval.resolution == Decided(
        verdict=Verdict.APPROVE, by=MANAGER.who, comment=None, at=SOON
    )
    assert change.approval.votes[0].comment is None
    assert voted(change.events[0]).comment is None


def test_the_origin_of_an_answer_is_in_each_of_its_events() -> None:
    """An answer from the command line shows as such wherever it is looked at."""
    events = decide(opened(), yes(person("x", "manager", os_user="ops")), SOON).events
    assert [event.actor.os_user for event in events] == ["ops", "ops"]


def test_a_refused_answer_leaves_no_trace() -> None:
    """Neither a vote nor an event comes of it."""
    approval = opened()
    with pytest.raises(NotAllowed):
        decide(approval, yes(STRANGER), SOON)
    assert approval == opened()


def test_two_approvers_are_needed_for_a_quorum_of_two() -> None:
    """The first answer leaves the request open, the second one resolves it."""
    first = decide(opened(policy=policy(quorum=2)), yes(MANAGER, "one"), SOON)
    assert (first.approval.status, types(first.events)) == (Status.PENDING, ["voted"])
    assert first.approval.resolution is None

    second = decide(first.approval, yes(OTHER_MANAGER, "two"), SOON + MINUTE)
    assert (second.approval.status, types(second.events)) == (Status.APPROVED, ["voted", "approved"])
    assert [vote.by.id for vote in second.approval.votes] == [MANAGER.id, OTHER_MANAGER.id]
    assert second.approval.resolution == Decided(
        verdict=Verdict.APPROVE, by=OTHER_MANAGER.who, comment="two", at=SOON + MINUTE
    )


@pytest.mark.parametrize("verdict", Verdict)
def test_the_same_person_answers_only_once(verdict: Verdict) -> None:
    """Neither to fill the quorum alone nor to take the answer back."""
    first = half_answered()
    for actor in (MANAGER, replace(MANAGER, name="renamed")):
        with pytest.raises(AlreadyVoted):
            decide(first, Answer(actor=actor, verdict=verdict), SOON + MINUTE)


def test_one_denial_is_enough() -> None:
    """Before any approval of a quorum, and after one."""
    for approval in (opened(policy=policy(quorum=2)), half_answered()):
        change = decide(approval, no(OTHER_MANAGER), SOON + MINUTE)
        assert (change.approval.status, types(change.events)) == (Status.DENIED, ["voted", "denied"])
        assert change.approval.resolution == Decided(
            verdict=Verdict.DENY, by=OTHER_MANAGER.who, comment=None, at=SOON + MINUTE
        )


def test_a_filled_quorum_takes_no_further_answer() -> None:
    """The third approver comes too late, and cannot deny any more."""
    approval = decide(half_answered(), yes(OTHER_MANAGER), SOON).approval
    with pytest.raises(AlreadyClosed):
        decide(approval, no(person("third-manager", "manager")), SOON)


def test_answers_of_different_levels_fill_one_quorum() -> None:
    """The manager's answer counts on after the escalation."""
    change = run(decide, half_answered(), yes(DIRECTOR), NOW + HOUR)
    assert types(change.events) == ["escalated", "voted", "approved"]
    assert [vote.level for vote in change.approval.votes] == [0, 1]


@pytest.mark.parametrize("on_expiry", [OnExpiry.FAIL, OnExpiry.SKIP])
def test_half_a_quorum_does_not_survive_the_deadline(on_expiry: OnExpiry) -> None:
    """One of two answers approves nothing; it stays in the record."""
    terms = policy(level(role("manager")), quorum=2, on_expiry=on_expiry)
    half = decide(opened(policy=terms), yes(MANAGER), SOON).approval
    expired = advance(half, NOW + HOUR).approval
    assert (expired.status, expired.resolution) == (
        Status.EXPIRED,
        Lapsed(on_expiry=on_expiry, at=NOW + HOUR),
    )
    assert [vote.by.id for vote in expired.votes] == [MANAGER.id]
