"""Withdrawing a request, and waking the task that waits for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airflow_approvals.domain.approval import SYSTEM, Actor, Event, EventType
from airflow_approvals.domain.errors import AlreadyClosed, StillOpen
from airflow_approvals.domain.lifecycle import cancel, resume
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from tests.builders import HOUR, MINUTE, NOW, in_status, opened, person, task


@pytest.mark.parametrize("status", sorted(OPEN))
@pytest.mark.parametrize("actor", [task(), person("x"), SYSTEM])
def test_a_cancelled_request_shows_who_withdrew_it_and_why(status: Status, actor: Actor) -> None:
    """Tasks and the clock may withdraw, too; the reason is in the request and in the record."""
    at = NOW + HOUR + MINUTE
    cancelled, events = cancel(in_status(status), actor=actor, reason="superseded", now=at)
    assert (cancelled.status, cancelled.resolved_at) == (Status.CANCELLED, at)
    assert (cancelled.actor_id, cancelled.actor_name) == (actor.id, actor.name)
    assert cancelled.comment == "superseded"
    assert events == (Event(type=EventType.CANCELLED, at=at, actor=actor, detail={"reason": "superseded"}),)


def test_cancelling_twice_is_a_conflict() -> None:
    """The second caller learns who was first."""
    with pytest.raises(AlreadyClosed, match=r"cancelled by release\.gate"):
        cancel(in_status(Status.CANCELLED), actor=person("x"), reason="again", now=NOW + HOUR)


def test_the_origin_of_a_cancellation_is_recorded() -> None:
    """As with every other command."""
    actor = person("x", via={"os_user": "ops"})
    _, (event,) = cancel(opened(), actor=actor, reason="not needed", now=NOW + MINUTE)
    assert event.detail == {"reason": "not needed", "os_user": "ops"}


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_waking_the_task_is_noted_once(status: Status) -> None:
    """The first time is recorded with the status delivered; a second one changes nothing."""
    decided = in_status(status)
    at = NOW + 2 * HOUR
    woken, events = resume(decided, at)
    assert woken == replace(decided, resumed_at=at)
    assert events == (Event(type=EventType.RESUMED, at=at, actor=SYSTEM, detail={"status": status.value}),)
    assert resume(woken, at + HOUR) == (woken, ())


def test_an_open_request_cannot_be_resumed() -> None:
    """There is no decision to wake the task with."""
    with pytest.raises(StillOpen):
        resume(opened(), NOW)
