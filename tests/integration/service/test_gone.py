"""A task that does not wait any more: its request is cancelled, never approved, and nothing is woken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from airflow.models.log import Log
from sqlalchemy import delete

from airflow_approvals.domain.approval import Approval, Withdrawn
from airflow_approvals.domain.errors import AlreadyClosed
from airflow_approvals.domain.events import Cancelled
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.status import Status
from tests.airflow_rows import DAG_ID, RUN_ID, AirflowRows
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


def clean_up(desk: Desk, event: str = "cli_cleanup_tables", *, at: datetime = SOON, **fields: object) -> None:
    """Leave in Airflow's log what `airflow db clean` leaves there, or something else."""
    log = Log(event=event, **fields)
    log.dttm = at
    with desk.sessions.begin() as session:
        session.add(log)


@pytest.mark.parametrize("again", [True, False], ids=["and made anew", "and no more"])
def test_a_task_that_was_cleaned_away(desk: Desk, rows: AirflowRows, again: bool) -> None:
    """Airflow makes a cleaned task instance of a running run anew: that is no try that somebody wanted."""
    gate = desk.gate()
    rows.remove(ti_id_of(gate))
    clean_up(desk)
    if again:
        rows.task_instance(state=None)
    desk.advance(gate)
    assert_cancelled(desk, gate, "cleaned")


def test_a_run_that_was_cleaned_away(desk: Desk, rows: AirflowRows) -> None:
    """By hand or by a task: the run is no more."""
    requests = desk.gate(), desk.by_hand()
    rows.remove_run()
    clean_up(desk)
    for request in requests:
        desk.advance(request)
        assert_cancelled(desk, request, "cleaned")


def test_who_deletes_a_run_is_not_taken_for_a_clean_up(desk: Desk, rows: AirflowRows) -> None:
    """Of this run, or of the whole Dag; what was deleted of another Dag is no matter."""
    origin = {"dag_id": DAG_ID, "run_id": RUN_ID}
    for fields, reason in (
        ({"event": "delete_dag_run", **origin}, "run_deleted"),
        ({"event": "delete_dag", "dag_id": DAG_ID}, "run_deleted"),
        ({"event": "delete_dag", "dag_id": "another"}, "cleaned"),
    ):
        gate = desk.gate()
        rows.remove_run()
        clean_up(desk)
        clean_up(desk, **fields)
        desk.advance(gate)
        assert_cancelled(desk, gate, reason)
        with desk.sessions.begin() as session:
            session.execute(delete(Log))


def test_a_new_try_is_no_clean_up(desk: Desk, rows: AirflowRows) -> None:
    """Somebody cleaned, and the task was tried again: both are true, and one is why."""
    gate = desk.gate()
    clean_up(desk)
    rows.set_state(rows.next_try(ti_id_of(gate)), "running")
    desk.advance(gate)
    assert_cancelled(desk, gate, "superseded")


def test_a_clean_up_of_before_is_no_reason(desk: Desk, rows: AirflowRows) -> None:
    """It was over when the task asked."""
    clean_up(desk, at=NOW - HOUR)
    gate = desk.gate()
    rows.remove(ti_id_of(gate))
    desk.advance(gate)
    assert_cancelled(desk, gate, "task_deleted")
