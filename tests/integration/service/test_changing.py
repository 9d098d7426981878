"""Editing, cancelling and bringing up to date."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Lapsed, Progress, Withdrawn
from airflow_approvals.domain.errors import AlreadyClosed, Invalid, NotAllowed
from airflow_approvals.domain.events import Changed, Updated
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import OPEN, Status
from airflow_approvals.store import listing
from tests.builders import DIRECTOR, HOUR, MANAGER, MINUTE, NOW, TICK, level, person, policy, role, task, user
from tests.integration.service.desk import EDITOR, SOON, Desk


def test_an_edit_changes_what_it_names_and_records_old_and_new(desk: Desk) -> None:
    """Everything else stays."""
    gate = desk.gate()

    edited = desk.edit(gate, subject="Release 1.3", metadata={"rows": 5})

    assert edited == desk.read(gate)
    assert (edited.content.subject, edited.content.metadata, edited.content.body) == (
        "Release 1.3",
        {"rows": 5},
        gate.content.body,
    )
    assert (edited.policy, edited.progress.expires_at, edited.status) == (
        gate.policy,
        gate.progress.expires_at,
        gate.status,
    )
    (_, event) = desk.events(gate)
    assert event == Updated(
        at=SOON,
        actor=EDITOR,
        fields=("subject", "metadata"),
        content=Changed(before=gate.content.fingerprint, after=edited.content.fingerprint),
    )


def test_new_approvers_take_the_place_of_the_old_ones(desk: Desk, session: Session) -> None:
    """For deciding and for seeing alike."""
    gate = desk.gate()
    ana = person("ana")
    desk.edit(gate, approvers=((user("ana"),), (role("board"),)))

    assert listing.role_names(session=session) == {"board"}
    assert desk.visible(gate, ana)
    assert not desk.visible(gate, MANAGER)
    with pytest.raises(NotAllowed):
        desk.decide(gate, actor=MANAGER)
    assert desk.decide(gate, actor=ana).status is Status.APPROVED


def test_a_later_deadline_gives_more_time(desk: Desk) -> None:
    """The old one passes without consequence."""
    gate = desk.gate(policy(level(role("manager"))))
    desk.edit(gate, expires_at=NOW + 2 * HOUR)
    assert desk.advance(gate, NOW + 2 * HOUR - TICK).approval.status is Status.PENDING
    assert desk.advance(gate, NOW + 2 * HOUR).approval.status is Status.EXPIRED


def test_a_deadline_can_be_taken_away(desk: Desk) -> None:
    """Then the request waits for ever."""
    gate = desk.gate(policy(level(role("manager"))))
    assert desk.edit(gate, expires_at=None).progress.expires_at is None
    assert desk.advance(gate, NOW + 1000 * HOUR).approval.status is Status.PENDING


def test_an_edit_that_changes_nothing_writes_nothing(desk: Desk) -> None:
    """No event and no version."""
    gate = desk.gate()
    assert desk.edit(gate, subject=gate.content.subject) == gate
    assert desk.trail(gate) == ["opened"]


def test_an_edit_that_makes_no_sense_changes_nothing(desk: Desk) -> None:
    """Also not the parts of it that would."""
    gate = desk.gate()
    for change in (
        {"subject": "Other", "expires_at": SOON},
        {"subject": "Other", "approvers": ()},
        {"subject": "Other", "expires_at": None},
        {"subject": ""},
    ):
        with pytest.raises(Invalid):
            desk.edit(gate, **change)
    assert desk.read(gate) == gate


def test_a_closed_request_cannot_be_edited(desk: Desk) -> None:
    """What was approved stays as it was when it was approved."""
    gate = desk.gate()
    decided = desk.decide(gate)
    with pytest.raises(AlreadyClosed):
        desk.edit(gate, subject="Something else")
    assert desk.read(gate) == decided


def test_an_edit_comes_too_late_like_any_other_command(desk: Desk) -> None:
    """A passed deadline cannot be moved any more."""
    gate = desk.gate(policy(level(role("manager"))))
    with pytest.raises(AlreadyClosed):
        desk.edit(gate, expires_at=NOW + 2 * HOUR, now=NOW + HOUR)
    assert desk.read(gate).status is Status.EXPIRED


@pytest.mark.parametrize("actor", [EDITOR, task()], ids=["a person", "the task"])
def test_cancelling_closes_with_a_reason(desk: Desk, actor: Actor) -> None:
    """It is nobody's vote."""
    gate = desk.gate()
    cancelled = desk.cancel(gate, actor=actor, reason="called off")
    assert cancelled.resolution == Withdrawn(by=actor.who, reason="called off", at=SOON)
    assert (cancelled.status, cancelled.votes) == (Status.CANCELLED, ())
    assert desk.trail(gate) == ["opened", "cancelled", "resumed"]


@pytest.mark.parametrize("status", [Status.APPROVED, Status.DENIED, Status.EXPIRED, Status.CANCELLED])
def test_a_closed_request_cannot_be_cancelled(desk: Desk, status: Status) -> None:
    """Whatever closed it."""
    closed = desk.in_status(status)
    with pytest.raises(AlreadyClosed):
        desk.cancel(closed, now=NOW + 3 * HOUR)
    assert desk.read(closed) == closed


def test_advance_asks_one_level_after_the_other(desk: Desk) -> None:
    """Each new deadline counts from the moment it was noticed."""
    gate = desk.gate()

    late = NOW + HOUR + MINUTE
    escalated = desk.advance(gate, late)
    assert [event.type for event in escalated.events] == ["escalated"]
    assert escalated.approval == desk.read(gate)
    assert escalated.approval.progress == Progress(level=1, asked_at=late, expires_at=late + HOUR)

    assert desk.advance(gate, late + HOUR - TICK).events == ()

    expired = desk.advance(gate, late + HOUR)
    assert [event.type for event in expired.events] == ["expired", "resumed"]
    assert expired.approval.resolution == Lapsed(on_expiry=OnExpiry.FAIL, at=late + HOUR)


def test_only_one_level_is_taken_at_a_time(desk: Desk) -> None:
    """However long nobody looked: the director gets a full hour as well."""
    gate = desk.gate()
    assert desk.advance(gate, NOW + 100 * HOUR).approval.status is Status.ESCALATED
    assert desk.decide(gate, actor=DIRECTOR, now=NOW + 100 * HOUR).status is Status.APPROVED


def test_reading_needs_no_advance(desk: Desk) -> None:
    """A read shows what is recorded, and changes nothing."""
    gate = desk.gate()
    assert desk.read(gate) == gate


@pytest.mark.parametrize("status", Status)
def test_every_status_can_be_reached_and_read_back(desk: Desk, status: Status) -> None:
    """On both databases."""
    request = desk.in_status(status)
    assert desk.read(request) == request
    assert request.status is status
    assert (request.resolution is None) is (status in OPEN)
