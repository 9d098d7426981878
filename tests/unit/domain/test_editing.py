"""Changing an open request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from airflow_approvals.domain.approval import Event, EventType, Verdict
from airflow_approvals.domain.errors import AlreadyClosed, Invalid, NotAllowed
from airflow_approvals.domain.lifecycle import MAX_SUBJECT_LENGTH, Edit, advance, decide, edit
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import Status
from tests.builders import (
    HOUR,
    MANAGER,
    MINUTE,
    NOW,
    TICK,
    in_status,
    level,
    opened,
    person,
    policy,
    role,
    types,
    user,
)

SOON = NOW + MINUTE
EDITOR = person("an-editor", via={"os_user": "ops"})


@pytest.mark.parametrize(
    ("field", "value", "old", "new"),
    [
        ("subject", " Release 1.3 ", "Release 1.2", "Release 1.3"),
        ("body", "", "Built from the main branch.", ""),
        ("expires_at", NOW + 3 * HOUR, "2026-01-05T10:00:00+00:00", "2026-01-05T12:00:00+00:00"),
        (
            "approvers",
            [[role("lead"), user("x")], [role("director")]],
            [["role:manager"], ["role:director"]],
            [["role:lead", "user:x"], ["role:director"]],
        ),
        ("metadata", {"ticket": 8}, {"ticket": 7}, {"ticket": 8}),
        ("metadata", {}, {"ticket": 7}, {}),
    ],
)
def test_a_change_is_recorded_from_old_to_new(field: str, value: object, old: object, new: object) -> None:
    """Only what changed is named, with the actor, the time and where the command came from."""
    change: dict[str, Any] = {field: value}
    approval, events = edit(opened(metadata={"ticket": 7}), change=Edit(**change), actor=EDITOR, now=SOON)
    assert events == (
        Event(
            type=EventType.UPDATED,
            at=SOON,
            actor=EDITOR,
            detail={"changed": {field: {"from": old, "to": new}}, "os_user": "ops"},
        ),
    )
    again, no_events = edit(approval, change=Edit(**change), actor=EDITOR, now=SOON)
    assert (again, no_events) == (approval, ())


def test_a_change_does_what_it_says_and_nothing_else() -> None:
    """The request stays as open, as answered and as far escalated as it was."""
    before = in_status(Status.ESCALATED)
    change = Edit(
        subject="Release 1.3",
        body="Built anew.",
        expires_at=NOW + 9 * HOUR,
        approvers=[[user("x")], [user("y")]],
        metadata={"ticket": 8},
    )
    after, _ = edit(before, change=change, actor=EDITOR, now=NOW + HOUR + MINUTE)
    assert (after.subject, after.body, after.metadata) == ("Release 1.3", "Built anew.", {"ticket": 8})
    assert (after.expires_at, after.policy) == (NOW + 9 * HOUR, policy(level(user("x")), level(user("y"))))
    for kept in ("id", "origin", "created_at", "requested_by", "status", "level", "escalated_at", "votes"):
        assert getattr(after, kept) == getattr(before, kept)
    assert (after.resolved_at, after.actor_id) == (None, None)


@pytest.mark.parametrize(
    "change",
    [
        Edit(),
        Edit(subject=" Release 1.2 ", body="Built from the main branch."),
        Edit(expires_at=NOW + HOUR),
        Edit(approvers=[[role("manager")], [role("director")]]),
        Edit(metadata={}),
    ],
)
def test_an_edit_that_changes_nothing_writes_nothing(change: Edit) -> None:
    """Neither leaving everything out nor repeating what is there makes an event."""
    approval = opened()
    assert edit(approval, change=change, actor=EDITOR, now=SOON) == (approval, ())


def test_a_due_escalation_happens_before_the_edit() -> None:
    """The edit changes the request as it really is, and both facts are recorded in order."""
    late = NOW + 2 * HOUR
    approval, events = edit(opened(), change=Edit(expires_at=late + 5 * HOUR), actor=EDITOR, now=late)
    assert types(events) == [EventType.ESCALATED, EventType.UPDATED]
    assert (approval.status, approval.level) == (Status.ESCALATED, 1)
    assert approval.expires_at == late + 5 * HOUR
    assert events[1].detail["changed"] == {
        "expires_at": {"from": "2026-01-05T12:00:00+00:00", "to": "2026-01-05T16:00:00+00:00"}
    }


def test_a_due_escalation_is_kept_when_the_edit_changes_nothing() -> None:
    """What time did is not lost."""
    late = NOW + 2 * HOUR
    assert edit(opened(), change=Edit(), actor=EDITOR, now=late) == advance(opened(), late)


@pytest.mark.parametrize("late", [timedelta(0), HOUR])
def test_an_edit_after_the_last_deadline_comes_too_late(late: timedelta) -> None:
    """Extending cannot bring an expired request back, though no sweep ran."""
    approval = opened(policy=policy(level(role("manager"))))
    with pytest.raises(AlreadyClosed, match="expired by system"):
        edit(approval, change=Edit(expires_at=NOW + 9 * HOUR), actor=EDITOR, now=NOW + HOUR + late)


def test_an_extended_deadline_is_the_one_that_counts() -> None:
    """The old one passes without effect."""
    approval, _ = edit(opened(), change=Edit(expires_at=NOW + 3 * HOUR), actor=EDITOR, now=SOON)
    assert advance(approval, NOW + 3 * HOUR - TICK) == (approval, ())
    assert advance(approval, NOW + 3 * HOUR)[0].status is Status.ESCALATED


def test_a_request_that_waits_for_ever_can_be_given_a_deadline() -> None:
    """The record shows that there was none."""
    approval = opened(policy=policy(level(role("manager"), timeout=None)))
    approval, (event,) = edit(approval, change=Edit(expires_at=NOW + HOUR), actor=EDITOR, now=SOON)
    assert event.detail["changed"] == {"expires_at": {"from": None, "to": "2026-01-05T10:00:00+00:00"}}
    assert advance(approval, NOW + HOUR)[0].status is Status.EXPIRED


def test_the_deadline_of_the_last_level_can_be_taken_away() -> None:
    """From then on the request waits for ever."""
    approval = in_status(Status.ESCALATED)
    approval, (event,) = edit(approval, change=Edit(expires_at=None), actor=EDITOR, now=NOW + HOUR)
    assert approval.expires_at is None
    assert event.detail["changed"] == {"expires_at": {"from": "2026-01-05T11:00:00+00:00", "to": None}}
    assert advance(approval, NOW + 1000 * HOUR) == (approval, ())


def test_the_deadline_of_an_earlier_level_cannot_be_taken_away() -> None:
    """The next level would never be asked."""
    with pytest.raises(Invalid, match="needs a deadline"):
        edit(opened(), change=Edit(expires_at=None), actor=EDITOR, now=SOON)


def test_new_approvers_take_the_place_of_the_old_ones() -> None:
    """From the edit on, the one may decide and the other may not."""
    change = Edit(approvers=[[user("x")], [role("director")]])
    approval, _ = edit(opened(), change=change, actor=EDITOR, now=SOON)
    with pytest.raises(NotAllowed):
        decide(approval, actor=MANAGER, verdict=Verdict.APPROVE, now=SOON)
    decided, _ = decide(approval, actor=person("x"), verdict=Verdict.APPROVE, now=SOON)
    assert decided.status is Status.APPROVED


@pytest.mark.parametrize(
    "change",
    [
        Edit(subject="  "),
        Edit(subject="x" * (MAX_SUBJECT_LENGTH + 1)),
        Edit(expires_at=SOON),
        Edit(expires_at=NOW - HOUR),
        Edit(approvers=[]),
        Edit(approvers=[[role("lead")]]),
        Edit(approvers=[[role("lead")], []]),
        Edit(approvers=[[role("lead"), role("lead")], [role("director")]]),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(change: Edit) -> None:
    """An edit obeys what opening obeys; a deadline in the past is not a way to expire a request."""
    with pytest.raises(Invalid):
        edit(opened(), change=change, actor=EDITOR, now=SOON)


def test_edited_metadata_is_a_copy() -> None:
    """What the caller does to the dictionary afterwards changes neither request nor record."""
    metadata = {"ticket": 8}
    approval, (event,) = edit(opened(), change=Edit(metadata=metadata), actor=EDITOR, now=SOON)
    metadata["ticket"] = 9
    assert approval.metadata == {"ticket": 8}
    assert event.detail["changed"] == {"metadata": {"from": {}, "to": {"ticket": 8}}}


def test_a_request_approved_by_silence_cannot_be_hurried() -> None:
    """An earlier deadline would let a Dag's editor approve without being asked; a later one is fine."""
    approval = opened(policy=policy(level(role("manager"), timeout=HOUR), on_expiry=OnExpiry.APPROVE))
    with pytest.raises(Invalid, match="later"):
        edit(approval, change=Edit(expires_at=NOW + MINUTE), actor=EDITOR, now=NOW)
    later, _ = edit(approval, change=Edit(expires_at=NOW + 2 * HOUR), actor=EDITOR, now=NOW)
    assert later.expires_at == NOW + 2 * HOUR
