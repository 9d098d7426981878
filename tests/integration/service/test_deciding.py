"""A person's answer: what is recorded, and who is refused."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_approvals.domain.approval import Decided, Lapsed, Verdict, Vote
from airflow_approvals.domain.errors import AlreadyClosed, AlreadyVoted, NotAllowed, NotFound
from airflow_approvals.domain.events import Voted
from airflow_approvals.domain.people import SYSTEM, Actor
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import Status
from tests.builders import (
    APPROVAL_ID,
    DIRECTOR,
    HOUR,
    MANAGER,
    NOW,
    OTHER_MANAGER,
    STRANGER,
    TICK,
    level,
    opened,
    person,
    policy,
    role,
    task,
    user,
)
from tests.integration.service.desk import SOON, Desk


@pytest.mark.parametrize(
    ("verdict", "status", "event"),
    [
        (Verdict.APPROVE, Status.APPROVED, "approved"),
        (Verdict.DENY, Status.DENIED, "denied"),
    ],
)
def test_an_answer_closes_the_request_and_is_recorded(
    desk: Desk, verdict: Verdict, status: Status, event: str
) -> None:
    """Who, when, in which role and with which words."""
    gate = desk.gate()

    decided = desk.decide(gate, verdict, comment="looked at it")

    assert decided == desk.read(gate)
    assert decided.status is status
    assert decided.resolution == Decided(verdict=verdict, by=MANAGER.who, comment="looked at it", at=SOON)
    assert decided.votes == (
        Vote(
            by=MANAGER.who,
            verdict=verdict,
            comment="looked at it",
            level=0,
            at=SOON,
        ),
    )
    assert desk.trail(gate) == ["opened", "voted", event, "resumed"]
    assert desk.events(gate)[1] == Voted(
        at=SOON,
        actor=person(MANAGER.name),  # the role that counted is a field of the fact, the others are not kept
        verdict=verdict,
        comment="looked at it",
        level=0,
        counted_as=(role("manager"),),
    )


def test_a_user_named_in_the_policy_may_answer(desk: Desk) -> None:
    """Without any role."""
    gate = desk.gate(policy(level(user("ana"))))
    assert desk.decide(gate, actor=person("ana")).status is Status.APPROVED


def test_where_a_command_came_from_is_recorded(desk: Desk) -> None:
    """The command line says which operating-system user typed it."""
    gate = desk.gate()
    desk.decide(gate, actor=person("ana", "manager", os_user="root"))
    assert [event.actor.os_user for event in desk.events(gate)] == [None, "root", "root", None]


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("actor", [STRANGER, DIRECTOR, task(), SYSTEM], ids=lambda actor: actor.name)
def test_whoever_is_not_asked_is_refused_and_nothing_changes(
    desk: Desk, verdict: Verdict, actor: Actor
) -> None:
    """Strangers, approvers of a level not reached yet, tasks and the system."""
    gate = desk.gate()
    with pytest.raises(NotAllowed):
        desk.decide(gate, verdict, actor=actor)
    assert desk.read(gate) == gate
    assert desk.trail(gate) == ["opened"]
    assert desk.task_of(gate).state == "deferred"


def test_an_unknown_request_is_not_found(desk: Desk) -> None:
    """The same for every command."""
    unknown = opened(id=APPROVAL_ID)
    for command in (desk.decide, desk.cancel, desk.advance, desk.delete, desk.read):
        with pytest.raises(NotFound):
            command(unknown)


@pytest.mark.parametrize("verdict", Verdict)
def test_the_second_answer_comes_too_late(desk: Desk, verdict: Verdict) -> None:
    """Whoever commits first wins."""
    gate = desk.gate()
    decided = desk.decide(gate)
    with pytest.raises(AlreadyClosed):
        desk.decide(gate, verdict, actor=OTHER_MANAGER)
    assert desk.read(gate) == decided


def test_a_quorum_waits_for_distinct_people(desk: Desk) -> None:
    """The first of two approvals leaves the request open and the task waiting."""
    gate = desk.gate(policy(level(role("manager")), quorum=2))

    first = desk.decide(gate)
    assert (first.status, len(first.votes)) == (Status.PENDING, 1)
    assert desk.task_of(gate).state == "deferred"

    with pytest.raises(AlreadyVoted):
        desk.decide(gate)

    second = desk.decide(gate, actor=OTHER_MANAGER, now=NOW + HOUR - TICK)
    assert (second.status, [vote.by.id for vote in second.votes]) == (
        Status.APPROVED,
        [MANAGER.id, OTHER_MANAGER.id],
    )
    assert desk.task_of(gate).state == "scheduled"


def test_after_an_escalation_both_levels_may_answer(desk: Desk) -> None:
    """The director is asked in addition to the manager, not in place of them."""
    for actor in (MANAGER, DIRECTOR):
        gate = desk.gate(task_id=f"gate_for_{actor.name}")
        desk.advance(gate, NOW + HOUR)
        assert desk.decide(gate, actor=actor, now=NOW + HOUR).status is Status.APPROVED


def test_a_click_after_the_last_deadline_is_refused_and_the_expiry_kept(desk: Desk) -> None:
    """Although no sweep ran: a decision is judged by the state it really meets."""
    gate = desk.gate(policy(level(role("manager"))))
    with pytest.raises(AlreadyClosed):
        desk.decide(gate, now=NOW + HOUR)
    expired = desk.read(gate)
    assert (expired.status, expired.votes) == (Status.EXPIRED, ())
    assert expired.resolution == Lapsed(on_expiry=OnExpiry.FAIL, at=NOW + HOUR)
    assert desk.trail(gate) == ["opened", "expired", "resumed"]
    assert desk.task_of(gate).state == "scheduled"


def test_a_click_just_before_the_last_deadline_counts(desk: Desk) -> None:
    """The deadline itself is already too late."""
    gate = desk.gate(policy(level(role("manager"))))
    assert desk.decide(gate, now=NOW + HOUR - TICK).status is Status.APPROVED


def test_a_click_after_the_first_deadline_escalates_and_counts(desk: Desk) -> None:
    """The manager may still answer; the record shows that time had passed."""
    gate = desk.gate()
    decided = desk.decide(gate, now=NOW + HOUR)
    assert (decided.status, decided.progress.level, decided.votes[0].level) == (Status.APPROVED, 1, 1)
    assert desk.trail(gate) == [
        "opened",
        "escalated",
        "voted",
        "approved",
        "resumed",
    ]


def test_a_refused_click_after_the_first_deadline_keeps_the_escalation(desk: Desk) -> None:
    """What time made due is due, whoever is refused."""
    gate = desk.gate()
    with pytest.raises(NotAllowed):
        desk.decide(gate, actor=STRANGER, now=NOW + HOUR)
    escalated = desk.read(gate)
    assert (escalated.status, escalated.progress.expires_at) == (Status.ESCALATED, NOW + 2 * HOUR)
    assert desk.trail(gate) == ["opened", "escalated"]


@pytest.mark.parametrize(
    "words",
    [{"comment": "üñï 🎉 'quoted' % _ \\"}, {"comment": "x" * 10_000}, {"comment": ""}, {"comment": None}],
    ids=["any letters", "long", "empty", "none"],
)
def test_comments_come_back_as_they_were_typed(desk: Desk, words: dict[str, Any]) -> None:
    """On both databases."""
    gate = desk.gate()
    desk.decide(gate, **words)
    decided = desk.read(gate)
    assert decided.resolution.comment == decided.votes[0].comment == words["comment"]
