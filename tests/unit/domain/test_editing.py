"""Changing an open request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.edit import Edit, edit
from airflow_approvals.domain.content import MAX_SUBJECT_LENGTH
from airflow_approvals.domain.errors import AlreadyClosed, Invalid, NotAnApprover
from airflow_approvals.domain.events import Changed, Updated
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import Status
from tests.builders import (
    HOUR,
    MANAGER,
    MINUTE,
    NOW,
    TICK,
    content,
    in_status,
    level,
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
EDITOR = person("an-editor", os_user="ops")
ASKED = ((role("manager"),), (role("director"),))


def change_of(**values: Any) -> Edit:
    """An edit by the editor."""
    return Edit(actor=EDITOR, **values)


def updated(change: Change) -> Updated:
    """The one fact of an edit."""
    (event,) = change.events
    assert isinstance(event, Updated)
    return event


@pytest.mark.parametrize(
    ("field", "value", "old", "new"),
    [
        ("expires_at", NOW + 3 * HOUR, NOW + HOUR, NOW + 3 * HOUR),
        (
            "approvers",
            [[role("lead"), user("x")], [role("director")]],
            ASKED,
            ((role("lead"), user("x")), (role("director"),)),
        ),
    ],
)
def test_a_change_is_recorded_from_old_to_new(field: str, value: object, old: object, new: object) -> None:
    """Only what changed is named, with the actor, the time and where the command came from."""
    edited = change_of(**{field: value})
    change = edit(opened(), edited, SOON)
    assert change.events == (Updated(at=SOON, actor=EDITOR, **{field: Changed(before=old, after=new)}),)
    again = edit(change.approval, edited, SOON)
    assert (again.approval, again.events) == (change.approval, ())


@pytest.mark.parametrize(
    ("field", "value", "new"),
    [
        ("subject", " Release 1.3 ", "Release 1.3"),
        ("body", "", ""),
        ("metadata", {"ticket": 8}, {"ticket": 8}),
        ("metadata", {}, {}),
    ],
)
def test_a_change_of_content_is_recorded_by_fingerprints(field: str, value: object, new: object) -> None:
    """Old and new can be looked up by them; the texts themselves are not in the record."""
    edited = change_of(**{field: value})
    before = opened(content=content(metadata={"ticket": 7}))
    after = content(**{"metadata": {"ticket": 7}, field: new})
    change = edit(before, edited, SOON)
    marks = Changed(before=before.content.fingerprint, after=after.fingerprint)
    assert change.events == (Updated(at=SOON, actor=EDITOR, fields=(field,), content=marks),)
    assert change.approval.content == after
    again = edit(change.approval, edited, SOON)
    assert (again.approval, again.events) == (change.approval, ())


def test_a_change_does_what_it_says_and_nothing_else() -> None:
    """The request stays as open, as answered and as far escalated as it was."""
    before = in_status(Status.ESCALATED)
    edited = change_of(
        subject="Release 1.3",
        body="Built anew.",
        expires_at=NOW + 9 * HOUR,
        approvers=[[user("x")], [user("y")]],
        metadata={"ticket": 8},
    )
    after = edit(before, edited, NOW + HOUR + MINUTE).approval
    assert after.content == content(subject="Release 1.3", body="Built anew.", metadata={"ticket": 8})
    assert after.progress.expires_at == NOW + 9 * HOUR
    assert after.policy == policy(level(user("x")), level(user("y")))
    for kept in ("id", "origin", "created_at", "requested_by", "status", "votes", "resolution", "waiter"):
        assert getattr(after, kept) == getattr(before, kept)
    for kept in ("level", "asked_at"):
        assert getattr(after.progress, kept) == getattr(before.progress, kept)


@pytest.mark.parametrize(
    "edited",
    [
        change_of(),
        change_of(subject=" Release 1.2 ", body="Built from the main branch."),
        change_of(expires_at=NOW + HOUR),
        change_of(approvers=[[role("manager")], [role("director")]]),
        change_of(metadata={}),
    ],
)
def test_an_edit_that_changes_nothing_writes_nothing(edited: Edit) -> None:
    """Neither leaving everything out nor repeating what is there makes an event."""
    approval = opened()
    change = edit(approval, edited, SOON)
    assert (change.approval, change.events) == (approval, ())


def test_a_due_escalation_happens_before_the_edit() -> None:
    """The edit changes the request as it really is, and both facts are recorded in order."""
    late = NOW + 2 * HOUR
    change = run(edit, opened(), change_of(expires_at=late + 5 * HOUR), late)
    assert types(change.events) == ["escalated", "updated"]
    assert (change.approval.status, change.approval.progress.level) == (Status.ESCALATED, 1)
    assert change.approval.progress.expires_at == late + 5 * HOUR
    assert change.events[1] == Updated(
        at=late, actor=EDITOR, expires_at=Changed(before=late + HOUR, after=late + 5 * HOUR)
    )


def test_a_due_escalation_is_kept_when_the_edit_changes_nothing() -> None:
    """What time did is not lost."""
    late = NOW + 2 * HOUR
    assert run(edit, opened(), change_of(), late) == advance(opened(), late)


@pytest.mark.parametrize("late", [timedelta(0), HOUR])
def test_an_edit_after_the_last_deadline_comes_too_late(late: timedelta) -> None:
    """Extending cannot bring an expired request back, though no sweep ran."""
    approval = opened(policy=policy(level(role("manager"))))
    with pytest.raises(AlreadyClosed) as conflict:
        run(edit, approval, change_of(expires_at=NOW + 9 * HOUR), NOW + HOUR + late)
    assert (conflict.value.status, conflict.value.by_kind) == (Status.EXPIRED, "system")


@pytest.mark.parametrize("late", [timedelta(0), HOUR])
def test_an_edit_of_a_request_that_was_not_brought_up_to_date_is_our_mistake(late: timedelta) -> None:
    """It would move a deadline that has passed."""
    with pytest.raises(AssertionError, match="advance comes first"):
        edit(opened(), change_of(expires_at=NOW + 9 * HOUR), NOW + HOUR + late)


def test_an_extended_deadline_is_the_one_that_counts() -> None:
    """The old one passes without effect."""
    approval = edit(opened(), change_of(expires_at=NOW + 3 * HOUR), SOON).approval
    assert advance(approval, NOW + 3 * HOUR - TICK) == Change(approval=approval)
    assert advance(approval, NOW + 3 * HOUR).approval.status is Status.ESCALATED


def test_a_request_that_waits_for_ever_can_be_given_a_deadline() -> None:
    """The record shows that there was none."""
    approval = opened(policy=policy(level(role("manager"), timeout=None)))
    change = edit(approval, change_of(expires_at=NOW + HOUR), SOON)
    assert updated(change).expires_at == Changed(before=None, after=NOW + HOUR)
    assert advance(change.approval, NOW + HOUR).approval.status is Status.EXPIRED


def test_the_deadline_of_the_last_level_can_be_taken_away() -> None:
    """From then on the request waits for ever."""
    approval = in_status(Status.ESCALATED)
    change = edit(approval, change_of(expires_at=None), NOW + HOUR)
    assert change.approval.progress.expires_at is None
    assert updated(change).expires_at == Changed(before=NOW + 2 * HOUR, after=None)
    assert advance(change.approval, NOW + 1000 * HOUR) == Change(approval=change.approval)


@pytest.mark.parametrize("on_expiry", sorted(set(OnExpiry) - {OnExpiry.FAIL}))
def test_where_silence_has_a_meaning_there_is_a_deadline(on_expiry: OnExpiry) -> None:
    """As at the opening: a request that waits for ever while its terms say what silence does is a mistake."""
    approval = in_status(Status.ESCALATED, policy=policy(on_expiry=on_expiry))
    with pytest.raises(Invalid, match="needs a deadline"):
        edit(approval, change_of(expires_at=None), NOW + HOUR)


def test_the_deadline_of_an_earlier_level_cannot_be_taken_away() -> None:
    """The next level would never be asked."""
    with pytest.raises(Invalid, match="needs a deadline"):
        edit(opened(), change_of(expires_at=None), SOON)


def test_new_approvers_take_the_place_of_the_old_ones() -> None:
    """From the edit on, the one may decide and the other may not."""
    approval = edit(opened(), change_of(approvers=[[user("x")], [role("director")]]), SOON).approval
    with pytest.raises(NotAnApprover):
        decide(approval, yes(MANAGER), SOON)
    assert decide(approval, yes(person("x")), SOON).approval.status is Status.APPROVED


@pytest.mark.parametrize(
    "edited",
    [
        change_of(subject="  "),
        change_of(subject="x" * (MAX_SUBJECT_LENGTH + 1)),
        change_of(expires_at=SOON),
        change_of(expires_at=NOW - HOUR),
        change_of(approvers=[]),
        change_of(approvers=[[role("lead")]]),
        change_of(approvers=[[role("lead")], []]),
        change_of(approvers=[[role("lead"), role("lead")], [role("director")]]),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(edited: Edit) -> None:
    """An edit obeys what opening obeys; a deadline in the past is not a way to expire a request."""
    with pytest.raises(Invalid):
        edit(opened(), edited, SOON)


def test_edited_metadata_is_a_copy() -> None:
    """What the caller does to the dictionary afterwards changes neither request nor record."""
    metadata = {"ticket": 8}
    change = edit(opened(), change_of(metadata=metadata), SOON)
    metadata["ticket"] = 9
    assert change.approval.content.metadata == {"ticket": 8}
