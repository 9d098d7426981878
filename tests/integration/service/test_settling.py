"""A task that a worker ends is not woken before Airflow knows that it waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.status import Status
from airflow_approvals.service import commands
from tests.airflow_rows import AirflowRows
from tests.builders import HOUR, MINUTE, NOW, TICK, ti_id_of
from tests.integration.service.desk import EDITOR, SETTINGS, SOON, Desk, work_at

SETTLE = timedelta(seconds=SETTINGS.settle_seconds)


def test_a_task_that_has_just_parked_is_not_woken(desk: Desk) -> None:
    """The decision is recorded at once, and delivered once the settle time is over."""
    gate = desk.gate(parked_at=SOON - SETTLE + TICK)

    decided = desk.decide(gate)
    assert (decided.status, desk.delivered_at(decided)) == (Status.APPROVED, None)
    assert desk.task_of(gate).state == "deferred"

    assert desk.advance(gate, SOON).events == ()
    assert desk.task_of(gate).state == "deferred"

    delivered = desk.advance(gate, SOON + TICK)
    assert [event.type for event in delivered.events] == ["resumed"]
    assert desk.delivered_at(delivered.approval) == SOON + TICK
    assert delivered.approval.resolution.at == SOON
    assert desk.task_of(gate).state == "scheduled"


@pytest.mark.parametrize(
    ("scheduler", "woken"),
    [
        pytest.param({"state": "running", "latest_heartbeat": SOON - TICK}, False, id="stands still"),
        pytest.param({"state": "running", "latest_heartbeat": SOON}, False, id="in that moment"),
        pytest.param({"state": "running", "latest_heartbeat": SOON + TICK}, False, id="was seen alive once"),
        pytest.param({"state": "running", "latest_heartbeat": SOON + 2 * MINUTE}, True, id="long after"),
        pytest.param({"state": "failed", "latest_heartbeat": NOW}, True, id="is gone"),
        pytest.param({"state": "success", "latest_heartbeat": NOW}, True, id="has ended"),
        pytest.param(None, True, id="nobody knows it"),
    ],
)
def test_a_task_is_woken_once_its_scheduler_knows_that_it_parked(
    desk: Desk, rows: AirflowRows, scheduler: dict[str, Any] | None, woken: bool
) -> None:
    """That is when it was seen alive later than its executor could have told it, however late that is."""
    gate = desk.gate(parked_at=SOON - SETTLE)
    job = 4711 if scheduler is None else rows.job(**scheduler)
    rows.change(ti_id_of(gate), queued_by_job_id=job, updated_at=SOON - SETTLE)
    decided = desk.decide(gate, now=SOON + 10 * HOUR)
    assert (desk.delivered_at(decided) is not None) == woken
    assert desk.task_of(gate).state == ("scheduled" if woken else "deferred")


def test_a_scheduler_is_looked_at_twice(desk: Desk, rows: AirflowRows) -> None:
    """It could stand still between taking in what executors say and noting that it lives."""
    gate = desk.gate(parked_at=SOON - SETTLE)
    job = rows.job(state="running", latest_heartbeat=SOON + TICK)
    rows.change(ti_id_of(gate), queued_by_job_id=job, updated_at=SOON - SETTLE)
    desk.decide(gate, now=SOON + MINUTE)
    assert desk.advance(gate, SOON + MINUTE).events == ()
    rows.change_job(job, latest_heartbeat=SOON + 2 * TICK)
    assert [event.type for event in desk.advance(gate, SOON + MINUTE).events] == ["resumed"]


def test_each_parking_is_looked_at_anew(desk: Desk, rows: AirflowRows) -> None:
    """A sign of life seen after an earlier one says nothing of the later one."""
    gate = desk.gate(parked_at=SOON - SETTLE)
    job = rows.job(state="running", latest_heartbeat=SOON + TICK)
    rows.change(ti_id_of(gate), queued_by_job_id=job, updated_at=SOON - SETTLE)
    desk.decide(gate, now=SOON + MINUTE)
    rows.change(ti_id_of(gate), updated_at=SOON)
    rows.change_job(job, latest_heartbeat=SOON + SETTLE + TICK)
    assert desk.advance(gate, SOON + MINUTE).events == ()


def test_a_task_whose_parking_time_is_unknown_is_woken(desk: Desk) -> None:
    """Airflow allows the column to be empty; waiting for ever would be worse than a retry."""
    gate = desk.gate(parked_at=None)
    assert desk.delivered_at(desk.decide(gate)) == SOON


def test_a_settle_time_of_nothing_wakes_at_once(desk: Desk) -> None:
    """Where the configuration could say so; it says no less than a worker may take to report."""
    gate = desk.gate(parked_at=SOON)
    cancellation = Cancellation(actor=EDITOR, reason="x")
    commands.run(gate.id, cancel, cancellation, work=work_at(SOON, settle_seconds=0))
    assert desk.delivered_at(gate) == SOON
