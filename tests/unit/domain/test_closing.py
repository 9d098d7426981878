"""Withdrawing a request, waking the task that waits for it, and that an end is an end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airflow_approvals.domain.approval import Lapsed, Withdrawn
from airflow_approvals.domain.commands.close import Cancellation, cancel, resolved
from airflow_approvals.domain.commands.remark import note_woken
from airflow_approvals.domain.errors import AlreadyClosed, StillOpen
from airflow_approvals.domain.events import Cancelled, Expired, Resumed
from airflow_approvals.domain.people import SYSTEM, Actor
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from tests.builders import HOUR, MINUTE, NOW, in_status, opened, person, task, waiter


@pytest.mark.parametrize("status", sorted(OPEN))
@pytest.mark.parametrize("actor", [task(), person("x", "manager"), SYSTEM])
def test_a_cancelled_request_shows_who_withdrew_it_and_why(status: Status, actor: Actor) -> None:
    """Tasks and the clock may withdraw, too; the reason is in the request and in the record."""
    at = NOW + HOUR + MINUTE
    cancelled = cancel(in_status(status), Cancellation(actor=actor, reason="superseded"), at)
    assert cancelled.approval.status is Status.CANCELLED
    assert cancelled.approval.resolution == Withdrawn(by=actor.who, reason="superseded", at=at)
    assert cancelled.events == (Cancelled(at=at, actor=actor, reason="superseded"),)


def test_cancelling_twice_is_a_conflict() -> None:
    """The second caller learns who was first."""
    with pytest.raises(AlreadyClosed) as conflict:
        cancel(in_status(Status.CANCELLED), Cancellation(actor=person("x"), reason="again"), NOW + HOUR)
    assert (conflict.value.status, conflict.value.by, conflict.value.by_kind, conflict.value.at) == (
        Status.CANCELLED,
        "release.gate",
        "task",
        NOW + MINUTE,
    )


def test_the_origin_of_a_cancellation_is_recorded() -> None:
    """As with every other command."""
    by_hand = Cancellation(actor=person("x", os_user="ops"), reason="not needed")
    (event,) = cancel(opened(), by_hand, NOW + MINUTE).events
    assert isinstance(event, Cancelled)
    assert (event.reason, event.actor.os_user) == ("not needed", "ops")


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_waking_the_task_is_noted_once(status: Status) -> None:
    """The first time is recorded; a second one changes nothing."""
    decided = in_status(status)
    at = NOW + 2 * HOUR
    woken = note_woken(decided, at)
    assert woken.approval == replace(decided, waiter=waiter(ended_at=at))
    assert woken.events == (Resumed(at=at, actor=SYSTEM),)
    again = note_woken(woken.approval, at + HOUR)
    assert (again.approval, again.events) == (woken.approval, ())


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_where_no_task_waits_none_is_woken(status: Status) -> None:
    """A request that a person opened by hand has nobody to tell."""
    decided = in_status(status, waiter=None)
    noted = note_woken(decided, NOW + 2 * HOUR)
    assert (noted.approval, noted.events) == (decided, ())


@pytest.mark.parametrize("status", sorted(OPEN))
def test_an_open_request_cannot_be_resumed(status: Status) -> None:
    """There is no decision to wake the task with."""
    with pytest.raises(StillOpen):
        note_woken(in_status(status), NOW)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_closed_request_is_given_no_second_end(status: Status) -> None:
    """Not even by a command that forgot to look: a mistake of ours, caught in the one way to an end."""
    end = Lapsed(on_expiry=OnExpiry.FAIL, at=NOW + HOUR)
    with pytest.raises(AssertionError, match=f"{status} -> {Status.EXPIRED}"):
        resolved(in_status(status), end, Expired(at=NOW + HOUR, actor=SYSTEM, on_expiry=OnExpiry.FAIL))
