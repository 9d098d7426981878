"""What time does to a request nobody answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from airflow_approvals.domain.approval import SYSTEM, Actor, ActorKind, Event, EventType, Verdict
from airflow_approvals.domain.errors import AlreadyClosed, NotAllowed
from airflow_approvals.domain.lifecycle import advance, decide
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import Status
from tests.builders import (
    DIRECTOR,
    HOUR,
    MANAGER,
    MINUTE,
    NOW,
    STRANGER,
    TICK,
    in_status,
    level,
    opened,
    policy,
    role,
    types,
)

OUTCOME_OF_SILENCE = [
    (OnExpiry.FAIL, Status.EXPIRED, EventType.EXPIRED),
    (OnExpiry.SKIP, Status.EXPIRED, EventType.EXPIRED),
    (OnExpiry.APPROVE, Status.APPROVED, EventType.APPROVED),
    (OnExpiry.DENY, Status.DENIED, EventType.DENIED),
]


def test_a_moment_before_the_deadline_nothing_happens() -> None:
    """The very same request comes back, without events."""
    approval = opened()
    assert advance(approval, NOW + HOUR - TICK) == (approval, ())


def test_the_deadline_itself_is_late() -> None:
    """The level waits up to, and not including, its deadline."""
    _, events = advance(opened(), NOW + HOUR)
    assert types(events) == [EventType.ESCALATED]


def test_without_a_deadline_nothing_is_ever_due() -> None:
    """A level without timeout waits for ever."""
    approval = opened(policy=policy(level(role("manager"), timeout=None)))
    assert advance(approval, NOW + timedelta(days=10_000)) == (approval, ())


def test_the_deadline_of_the_next_level_counts_from_now() -> None:
    """When the sweep comes five hours late, the director still has the whole hour."""
    late = NOW + 5 * HOUR
    approval, events = advance(opened(), late)
    assert (approval.status, approval.level) == (Status.ESCALATED, 1)
    assert (approval.escalated_at, approval.expires_at) == (late, late + HOUR)
    assert events == (
        Event(
            type=EventType.ESCALATED,
            at=late,
            actor=SYSTEM,
            detail={"level": 1, "expires_at": "2026-01-05T15:00:00+00:00"},
        ),
    )


def test_an_escalation_resolves_nothing() -> None:
    """The request is still open and answered by nobody."""
    approval = in_status(Status.ESCALATED)
    assert approval.is_open
    assert (approval.resolved_at, approval.actor_id, approval.actor_name) == (None, None, None)


def test_levels_are_asked_one_after_the_other() -> None:
    """A third level is an escalation of an escalated request; behind the last one comes the expiry."""
    timeouts = [HOUR, 2 * HOUR, 3 * HOUR]
    names = ["lead", "manager", "director"]
    approval = opened(
        policy=policy(*(level(role(n), timeout=t) for n, t in zip(names, timeouts, strict=True)))
    )
    seen = []
    for _ in range(3):
        assert approval.expires_at is not None
        approval, events = advance(approval, approval.expires_at)
        seen.append((approval.status, approval.level, approval.expires_at, *types(events)))
    assert seen == [
        (Status.ESCALATED, 1, NOW + 3 * HOUR, EventType.ESCALATED),
        (Status.ESCALATED, 2, NOW + 6 * HOUR, EventType.ESCALATED),
        (Status.EXPIRED, 2, NOW + 6 * HOUR, EventType.EXPIRED),
    ]


def test_a_last_level_without_timeout_waits_for_ever() -> None:
    """The old deadline is gone after the escalation."""
    approval = opened(policy=policy(level(role("manager")), level(role("director"), timeout=None)))
    approval, (event,) = advance(approval, NOW + HOUR)
    assert (approval.status, approval.expires_at) == (Status.ESCALATED, None)
    assert event.detail == {"level": 1, "expires_at": None}
    assert advance(approval, NOW + 1000 * HOUR) == (approval, ())


@pytest.mark.parametrize(("on_expiry", "status", "event_type"), OUTCOME_OF_SILENCE)
def test_silence_past_the_last_deadline_does_what_the_policy_says(
    on_expiry: OnExpiry, status: Status, event_type: EventType
) -> None:
    """The record shows the system, never a person, and that silence was the reason."""
    approval = opened(policy=policy(level(role("manager")), on_expiry=on_expiry))
    resolved, events = advance(approval, NOW + 2 * HOUR)
    assert (resolved.status, resolved.resolved_at) == (status, NOW + 2 * HOUR)
    assert (resolved.actor_id, resolved.actor_name, resolved.comment) == ("system", "system", None)
    assert resolved.votes == ()
    assert events == (
        Event(
            type=event_type,
            at=NOW + 2 * HOUR,
            actor=SYSTEM,
            detail={"reason": "expired", "on_expiry": on_expiry.value},
        ),
    )


def test_every_outcome_of_silence_is_tested() -> None:
    """A new one has to be added above."""
    assert {on_expiry for on_expiry, *_ in OUTCOME_OF_SILENCE} == set(OnExpiry)


def test_the_system_is_an_explicit_actor() -> None:
    """What time does is signed, too."""
    assert (SYSTEM.kind, SYSTEM.id, SYSTEM.name) == (ActorKind.SYSTEM, "system", "system")


def test_a_decision_just_before_the_deadline_is_in_time() -> None:
    """The last moment counts."""
    approval, events = decide(opened(), actor=MANAGER, verdict=Verdict.APPROVE, now=NOW + HOUR - TICK)
    assert (approval.status, types(events)) == (Status.APPROVED, [EventType.VOTED, EventType.APPROVED])


@pytest.mark.parametrize("actor", [MANAGER, DIRECTOR])
def test_a_late_answer_first_escalates(actor: Actor) -> None:
    """Though no sweep ran: both levels may answer, the vote belongs to level 1, and all of it is recorded."""
    late = NOW + 2 * HOUR
    approval, events = decide(opened(), actor=actor, verdict=Verdict.APPROVE, now=late)
    assert types(events) == [EventType.ESCALATED, EventType.VOTED, EventType.APPROVED]
    assert {event.at for event in events} == {late}
    assert (approval.status, approval.level, approval.escalated_at) == (Status.APPROVED, 1, late)
    assert [vote.level for vote in approval.votes] == [1]


def test_a_late_answer_of_a_stranger_is_still_refused() -> None:
    """An escalation opens the gate to its level only."""
    with pytest.raises(NotAllowed, match="role manager, role director"):
        decide(opened(), actor=STRANGER, verdict=Verdict.APPROVE, now=NOW + 2 * HOUR)


@pytest.mark.parametrize("late", [timedelta(0), MINUTE])
@pytest.mark.parametrize(("on_expiry", "status", "_event_type"), OUTCOME_OF_SILENCE)
@pytest.mark.parametrize("verdict", Verdict)
def test_an_answer_after_the_last_deadline_meets_a_closed_request(
    verdict: Verdict, on_expiry: OnExpiry, status: Status, _event_type: EventType, late: timedelta
) -> None:
    """Though no sweep ran: silence was first, whatever it meant, and the refusal says so."""
    approval = opened(policy=policy(level(role("manager")), on_expiry=on_expiry))
    with pytest.raises(AlreadyClosed, match=f"{status.value} by system"):
        decide(approval, actor=MANAGER, verdict=verdict, now=NOW + HOUR + late)
