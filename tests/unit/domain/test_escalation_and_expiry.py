"""What time does to a request nobody answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from airflow_approvals.domain.approval import Lapsed, Progress, Verdict
from airflow_approvals.domain.commands.advance import advance, is_due
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.errors import AlreadyClosed, NotAnApprover
from airflow_approvals.domain.events import Escalated, Expired
from airflow_approvals.domain.people import SYSTEM, Actor, ActorKind
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.rules import Answer
from airflow_approvals.domain.status import TERMINAL, Status
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
    yes,
)
from tests.unit.domain.running import run

OUTCOME_OF_SILENCE = [
    (OnExpiry.FAIL, Status.EXPIRED),
    (OnExpiry.SKIP, Status.EXPIRED),
    (OnExpiry.APPROVE, Status.APPROVED),
    (OnExpiry.DENY, Status.DENIED),
]


@pytest.mark.parametrize("on_expiry", OnExpiry)
@pytest.mark.parametrize(("after", "due"), [(-TICK, False), (timedelta(0), True), (TICK, True)])
def test_a_deadline_is_due_from_its_very_moment_on(after: timedelta, due: bool, on_expiry: OnExpiry) -> None:
    """Not a microsecond earlier, whatever silence then leads to, at the last level as at the first."""
    one_level = opened(policy=policy(level(role("manager")), on_expiry=on_expiry))
    two_levels = opened(policy=policy(on_expiry=on_expiry))
    for approval in (one_level, two_levels):
        assert is_due(approval, NOW + HOUR + after) is due
        assert bool(advance(approval, NOW + HOUR + after).events) is due


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_nothing_is_due_of_a_closed_request(status: Status) -> None:
    """However long its deadline has passed."""
    assert not is_due(in_status(status), NOW + 1000 * HOUR)


def test_a_moment_before_the_deadline_nothing_happens() -> None:
    """The very same request comes back, without events."""
    approval = opened()
    change = advance(approval, NOW + HOUR - TICK)
    assert change.approval is approval
    assert change.events == ()


def test_the_deadline_itself_is_late() -> None:
    """The level waits up to, and not including, its deadline."""
    assert types(advance(opened(), NOW + HOUR).events) == ["escalated"]


def test_without_a_deadline_nothing_is_ever_due() -> None:
    """A level without timeout waits for ever."""
    approval = opened(policy=policy(level(role("manager"), timeout=None)))
    change = advance(approval, NOW + timedelta(days=10_000))
    assert (change.approval, change.events) == (approval, ())


def test_the_deadline_of_the_next_level_counts_from_now() -> None:
    """When the sweep comes five hours late, the director still has the whole hour."""
    late = NOW + 5 * HOUR
    change = advance(opened(), late)
    assert change.approval.status is Status.ESCALATED
    assert change.approval.progress == Progress(level=1, asked_at=late, expires_at=late + HOUR)
    assert change.events == (Escalated(at=late, actor=SYSTEM, level=1, expires_at=NOW + 6 * HOUR),)


def test_an_escalation_resolves_nothing() -> None:
    """The request is still open and answered by nobody."""
    approval = in_status(Status.ESCALATED)
    assert approval.is_open
    assert (approval.resolution, approval.votes) == (None, ())


def test_levels_are_asked_one_after_the_other() -> None:
    """A third level is an escalation of an escalated request; behind the last one comes the expiry."""
    timeouts = [HOUR, 2 * HOUR, 3 * HOUR]
    names = ["lead", "manager", "director"]
    approval = opened(
        policy=policy(*(level(role(n), timeout=t) for n, t in zip(names, timeouts, strict=True)))
    )
    seen = []
    for _ in range(3):
        assert approval.progress.expires_at is not None
        change = advance(approval, approval.progress.expires_at)
        approval = change.approval
        seen.append(
            (approval.status, approval.progress.level, approval.progress.expires_at, *types(change.events))
        )
    assert seen == [
        (Status.ESCALATED, 1, NOW + 3 * HOUR, "escalated"),
        (Status.ESCALATED, 2, NOW + 6 * HOUR, "escalated"),
        (Status.EXPIRED, 2, NOW + 6 * HOUR, "expired"),
    ]


def test_a_last_level_without_timeout_waits_for_ever() -> None:
    """The old deadline is gone after the escalation."""
    approval = opened(policy=policy(level(role("manager")), level(role("director"), timeout=None)))
    change = advance(approval, NOW + HOUR)
    assert (change.approval.status, change.approval.progress.expires_at) == (Status.ESCALATED, None)
    assert change.events == (Escalated(at=NOW + HOUR, actor=SYSTEM, level=1, expires_at=None),)
    later = advance(change.approval, NOW + 1000 * HOUR)
    assert (later.approval, later.events) == (change.approval, ())


@pytest.mark.parametrize(("on_expiry", "status"), OUTCOME_OF_SILENCE)
def test_silence_past_the_last_deadline_does_what_the_policy_says(
    on_expiry: OnExpiry, status: Status
) -> None:
    """One fact, whatever it leads to; the record shows the system, never a person."""
    at = NOW + 2 * HOUR
    change = advance(opened(policy=policy(level(role("manager")), on_expiry=on_expiry)), at)
    resolved = change.approval
    assert (resolved.status, resolved.resolution) == (status, Lapsed(on_expiry=on_expiry, at=at))
    assert (resolved.resolution.by, resolved.votes) == (SYSTEM.who, ())
    assert change.events == (Expired(at=at, actor=SYSTEM, on_expiry=on_expiry),)


def test_every_outcome_of_silence_is_tested() -> None:
    """A new one has to be added above."""
    assert {on_expiry for on_expiry, _ in OUTCOME_OF_SILENCE} == set(OnExpiry)


def test_the_system_is_an_explicit_actor() -> None:
    """What time does is signed, too."""
    assert (SYSTEM.kind, SYSTEM.id, SYSTEM.name) == (ActorKind.SYSTEM, "system", "system")


def test_a_decision_just_before_the_deadline_is_in_time() -> None:
    """The last moment counts."""
    change = run(decide, opened(), yes(MANAGER), NOW + HOUR - TICK)
    assert (change.approval.status, types(change.events)) == (Status.APPROVED, ["voted", "approved"])


@pytest.mark.parametrize("actor", [MANAGER, DIRECTOR])
def test_a_late_answer_first_escalates(actor: Actor) -> None:
    """Though no sweep ran: both levels may answer, the vote belongs to level 1, and all of it is recorded."""
    late = NOW + 2 * HOUR
    change = run(decide, opened(), yes(actor), late)
    assert types(change.events) == ["escalated", "voted", "approved"]
    assert {event.at for event in change.events} == {late}
    approval = change.approval
    assert (approval.status, approval.progress.level, approval.progress.asked_at) == (
        Status.APPROVED,
        1,
        late,
    )
    assert [vote.level for vote in approval.votes] == [1]


def test_a_late_answer_of_a_stranger_is_still_refused() -> None:
    """An escalation opens the gate to its level only."""
    with pytest.raises(NotAnApprover) as refusal:
        run(decide, opened(), yes(STRANGER), NOW + 2 * HOUR)
    assert refusal.value.asked == ("role manager", "role director")


@pytest.mark.parametrize("late", [timedelta(0), MINUTE])
@pytest.mark.parametrize(("on_expiry", "status"), OUTCOME_OF_SILENCE)
@pytest.mark.parametrize("verdict", Verdict)
def test_an_answer_after_the_last_deadline_meets_a_closed_request(
    verdict: Verdict, on_expiry: OnExpiry, status: Status, late: timedelta
) -> None:
    """Though no sweep ran: silence was first, whatever it meant, and the refusal says so."""
    approval = opened(policy=policy(level(role("manager")), on_expiry=on_expiry))
    with pytest.raises(AlreadyClosed) as conflict:
        run(decide, approval, Answer(actor=MANAGER, verdict=verdict), NOW + HOUR + late)
    assert (conflict.value.status, conflict.value.by_kind) == (status, "system")
    assert conflict.value.at == NOW + HOUR + late


@pytest.mark.parametrize("late", [timedelta(0), MINUTE])
def test_an_answer_to_a_request_that_was_not_brought_up_to_date_is_our_mistake(late: timedelta) -> None:
    """It would be judged by a level that is over."""
    with pytest.raises(AssertionError, match="advance comes first"):
        decide(opened(), yes(MANAGER), NOW + HOUR + late)
