"""Answers: one, or as many as the quorum asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airflow_approvals.domain.approval import Event, EventType, Verdict, Vote
from airflow_approvals.domain.errors import AlreadyClosed, AlreadyVoted, NotAllowed
from airflow_approvals.domain.lifecycle import advance, decide
from airflow_approvals.domain.policy import OnExpiry
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
    opened,
    person,
    policy,
    role,
    types,
    user,
)

SOON = NOW + MINUTE


@pytest.mark.parametrize(
    ("verdict", "status", "event_type"),
    [
        (Verdict.APPROVE, Status.APPROVED, EventType.APPROVED),
        (Verdict.DENY, Status.DENIED, EventType.DENIED),
    ],
)
def test_an_answer_is_recorded_with_everything_that_entitled_it(
    verdict: Verdict, status: Status, event_type: EventType
) -> None:
    """Who, when, as which approver, at which level, with which words."""
    actor = person("x", "manager", "auditor")
    approval, events = decide(opened(), actor=actor, verdict=verdict, now=SOON, comment="as agreed")
    assert (approval.status, approval.resolved_at) == (status, SOON)
    assert (approval.actor_id, approval.actor_name, approval.comment) == ("id-x", "x", "as agreed")
    assert approval.votes == (
        Vote(actor_id="id-x", actor_name="x", verdict=verdict, comment="as agreed", level=0, at=SOON),
    )
    voted = {"verdict": verdict.value, "comment": "as agreed", "level": 0, "as": ["role manager"]}
    assert events == (
        Event(type=EventType.VOTED, at=SOON, actor=actor, detail=voted),
        Event(type=event_type, at=SOON, actor=actor, detail={"comment": "as agreed"}),
    )


def test_an_answer_names_every_reached_approver_it_was_given_as() -> None:
    """By role and by name; not as what was not asked, and not as a level not reached."""
    terms = policy(level(role("manager"), user("x"), role("auditor")), level(role("director")))
    actor = person("x", "director", "manager", "viewer")
    _, (event, _) = decide(opened(policy=terms), actor=actor, verdict=Verdict.APPROVE, now=SOON)
    assert event.detail["as"] == ["role manager", "user x"]


def test_an_answer_needs_no_words() -> None:
    """Without a comment there is none."""
    approval, events = decide(opened(), actor=MANAGER, verdict=Verdict.APPROVE, now=SOON)
    assert (approval.comment, approval.votes[0].comment) == (None, None)
    assert [event.detail["comment"] for event in events] == [None, None]


def test_the_origin_of_an_answer_is_in_each_of_its_events() -> None:
    """An answer from the command line shows as such wherever it is looked at."""
    actor = person("x", "manager", via={"os_user": "ops"})
    _, events = decide(opened(), actor=actor, verdict=Verdict.APPROVE, now=SOON)
    assert [event.detail["os_user"] for event in events] == ["ops", "ops"]


def test_a_refused_answer_leaves_no_trace() -> None:
    """Neither a vote nor an event comes of it."""
    with pytest.raises(NotAllowed):
        decide(opened(), actor=STRANGER, verdict=Verdict.APPROVE, now=SOON)


def test_two_approvers_are_needed_for_a_quorum_of_two() -> None:
    """The first answer leaves the request open, the second one resolves it."""
    first, first_events = decide(
        opened(policy=policy(quorum=2)), actor=MANAGER, verdict=Verdict.APPROVE, now=SOON, comment="one"
    )
    assert (first.status, types(first_events)) == (Status.PENDING, [EventType.VOTED])
    assert (first.resolved_at, first.actor_id, first.actor_name, first.comment) == (None, None, None, None)

    second, second_events = decide(
        first, actor=OTHER_MANAGER, verdict=Verdict.APPROVE, now=SOON + MINUTE, comment="two"
    )
    assert (second.status, types(second_events)) == (Status.APPROVED, [EventType.VOTED, EventType.APPROVED])
    assert [vote.actor_id for vote in second.votes] == [MANAGER.id, OTHER_MANAGER.id]
    assert (second.actor_id, second.comment) == (OTHER_MANAGER.id, "two")


@pytest.mark.parametrize("verdict", Verdict)
def test_the_same_person_answers_only_once(verdict: Verdict) -> None:
    """Neither to fill the quorum alone nor to take the answer back."""
    first, _ = decide(opened(policy=policy(quorum=2)), actor=MANAGER, verdict=Verdict.APPROVE, now=SOON)
    with pytest.raises(AlreadyVoted):
        decide(first, actor=MANAGER, verdict=verdict, now=SOON + MINUTE)
    with pytest.raises(AlreadyVoted):
        decide(first, actor=replace(MANAGER, name="renamed"), verdict=verdict, now=SOON + MINUTE)


def test_one_denial_is_enough() -> None:
    """Before any approval of a quorum, and after one."""
    untouched = opened(policy=policy(quorum=2))
    half, _ = decide(untouched, actor=MANAGER, verdict=Verdict.APPROVE, now=SOON)
    for approval in (untouched, half):
        denied, events = decide(approval, actor=OTHER_MANAGER, verdict=Verdict.DENY, now=SOON + MINUTE)
        assert (denied.status, types(events)) == (Status.DENIED, [EventType.VOTED, EventType.DENIED])
        assert denied.actor_id == OTHER_MANAGER.id


def test_a_filled_quorum_takes_no_further_answer() -> None:
    """The third approver comes too late, and cannot deny any more."""
    approval = opened(policy=policy(quorum=2))
    for actor in (MANAGER, OTHER_MANAGER):
        approval, _ = decide(approval, actor=actor, verdict=Verdict.APPROVE, now=SOON)
    with pytest.raises(AlreadyClosed):
        decide(approval, actor=person("third-manager", "manager"), verdict=Verdict.DENY, now=SOON)


def test_answers_of_different_levels_fill_one_quorum() -> None:
    """The manager's answer counts on after the escalation."""
    half, _ = decide(opened(policy=policy(quorum=2)), actor=MANAGER, verdict=Verdict.APPROVE, now=SOON)
    approval, events = decide(half, actor=DIRECTOR, verdict=Verdict.APPROVE, now=NOW + HOUR)
    assert types(events) == [EventType.ESCALATED, EventType.VOTED, EventType.APPROVED]
    assert [vote.level for vote in approval.votes] == [0, 1]


@pytest.mark.parametrize("on_expiry", [OnExpiry.FAIL, OnExpiry.SKIP])
def test_half_a_quorum_does_not_survive_the_deadline(on_expiry: OnExpiry) -> None:
    """One of two answers approves nothing; it stays in the record."""
    terms = policy(level(role("manager")), quorum=2, on_expiry=on_expiry)
    half, _ = decide(opened(policy=terms), actor=MANAGER, verdict=Verdict.APPROVE, now=SOON)
    expired, _ = advance(half, NOW + HOUR)
    assert (expired.status, expired.actor_id) == (Status.EXPIRED, "system")
    assert [vote.actor_id for vote in expired.votes] == [MANAGER.id]
