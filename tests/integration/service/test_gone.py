"""A task that does not wait any more: its request is cancelled, never approved, and nothing is woken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from airflow_approvals.domain.approval import Approval, Withdrawn
from airflow_approvals.domain.errors import AlreadyClosed
from airflow_approvals.domain.events import Cancelled
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.status import Status
from tests.airflow_rows import AirflowRows
from tests.builders import DIRECTOR, HOUR, NOW, STRANGER, ti_id_of
from tests.integration.service.desk import SOON, Desk

ALIVE = ("scheduled", "queued", "running", "deferred", "restarting")
OVER = ("success", "failed", "skipped", "upstream_failed", "removed", "up_for_retry", "up_for_reschedule")


def assert_cancelled(desk: Desk, request: Approval, reason: str, *, at: datetime = SOON) -> None:
    """By the system, and with that reason; nobody's vote was taken and nothing woken."""
    cancelled = desk.read(request)
    assert cancelled.resolution == Withdrawn(by=SYSTEM.who, reason=reason, at=at)
    assert (cancelled.status, cancelled.votes) == (Status.CANCELLED, ())
    assert desk.delivered_at(request) is None
    assert desk.trail(request) == ["opened", "cancelled"]
    assert desk.events(request)[-1] == Cancelled(at=at, actor=SYSTEM, reason=reason)


@pytest.mark.parametrize("state", OVER)
def test_a_task_that_was_ended_cancels_its_request(desk: Desk, state: str) -> None:
    """However it ended; a click comes too late."""
    gate = desk.gate(state=state)
    with pytest.raises(AlreadyClosed):
        desk.decide(gate)
    assert_cancelled(desk, gate, f"task_{state}")
    assert desk.task_of(gate).state == state


def test_a_cleared_task_cancels_its_request(desk: Desk) -> None:
    """Even before the scheduler has looked at it again."""
    gate = desk.gate(state=None)
    with pytest.raises(AlreadyClosed):
        desk.decide(gate)
    assert_cancelled(desk, gate, "task_cleared")


def test_a_new_try_cancels_the_older_request(desk: Desk, rows: AirflowRows) -> None:
    """Even if that new try waits itself: it is another question."""
    gate = desk.gate()
    newer = rows.next_try(ti_id_of(gate))
    rows.set_state(newer, "deferred")
    with pytest.raises(AlreadyClosed):
        desk.decide(gate)
    assert_cancelled(desk, gate, "superseded")
    assert rows.look(newer).state == "deferred"


def test_a_task_that_was_removed_cancels_its_request(desk: Desk, rows: AirflowRows) -> None:
    """The run goes on without it."""
    gate = desk.gate()
    rows.remove(ti_id_of(gate))
    with pytest.raises(AlreadyClosed):
        desk.decide(gate)
    assert_cancelled(desk, gate, "task_deleted")


@pytest.mark.parametrize("opened", [Desk.gate, Desk.by_hand], ids=["by a task", "by hand"])
def test_a_deleted_run_cancels_its_requests(
    desk: Desk, rows: AirflowRows, opened: Callable[[Desk], Approval]
) -> None:
    """The record outlives the run."""
    rows.run()
    request = opened(desk)
    rows.remove_run()
    with pytest.raises(AlreadyClosed):
        desk.decide(request)
    assert_cancelled(desk, request, "run_deleted")


@pytest.mark.parametrize("state", ALIVE)
def test_a_task_on_its_way_keeps_its_request(desk: Desk, state: str) -> None:
    """It asked and will come for the answer."""
    gate = desk.gate(state=state)
    desk.advance(gate)
    assert desk.read(gate) == gate


def test_a_request_by_hand_does_not_mind_what_its_task_does(desk: Desk, rows: AirflowRows) -> None:
    """It lives as long as the run."""
    rows.task_instance(state="failed")
    request = desk.by_hand(task_id="gate")
    assert desk.decide(request).status is Status.APPROVED


def test_a_vanished_task_counts_before_a_passed_deadline(desk: Desk) -> None:
    """Nobody is asked, and nothing is approved by silence, for a task that is gone."""
    gate = desk.gate(state="failed")
    desk.advance(gate, NOW + 2 * HOUR)
    assert_cancelled(desk, gate, "task_failed", at=NOW + 2 * HOUR)


def test_every_command_finds_out(desk: Desk) -> None:
    """Not only decisions."""
    for number, command in enumerate(
        (
            lambda gate: desk.edit(gate, subject="Other"),
            desk.cancel,
            lambda gate: desk.decide(gate, actor=DIRECTOR),
        )
    ):
        gate = desk.gate(state="failed", map_index=number)
        with pytest.raises(AlreadyClosed):
            command(gate)
        assert_cancelled(desk, gate, "task_failed")


def test_a_stranger_is_told_that_it_is_closed(desk: Desk) -> None:
    """That comes before whether they might have answered; and the cancellation is kept."""
    gate = desk.gate(state="failed")
    with pytest.raises(AlreadyClosed):
        desk.decide(gate, actor=STRANGER)
    assert_cancelled(desk, gate, "task_failed")
