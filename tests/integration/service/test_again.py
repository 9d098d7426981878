"""What a task could not take at once is tried again soon, by the process that took the answer."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.errors import Unavailable
from airflow_approvals.service import commands
from airflow_approvals.service.again import Again
from tests.airflow_rows import AirflowRows
from tests.builders import MANAGER, ti_id_of, yes
from tests.integration.service.desk import SOON, Desk, work_at
from tests.integration.service.test_ending import ON_THE_SERVER

LIMIT_SECONDS = 60.0


def answered(desk: Desk, again: Again) -> Approval:
    """A gate whose task has yet to park when the answer comes."""
    gate = desk.gate(state="running", waits=ON_THE_SERVER)
    commands.run(gate.id, decide, yes(MANAGER), work=again.working(work_at(SOON)))
    return gate


def test_a_task_that_parks_later_is_ended_soon(desk: Desk, rows: AirflowRows) -> None:
    """Nobody else has to look."""
    again = Again()
    gate = answered(desk, again)
    assert not again.wait(0.6)  # the first attempt found it running
    rows.set_state(ti_id_of(gate), "awaiting_input", updated_at=SOON)
    assert again.wait(LIMIT_SECONDS)
    assert desk.task_of(gate).state == "success"
    assert desk.trail(gate)[-1] == "ended"


@pytest.mark.parametrize("state", ["success", "failed", None])
def test_a_task_that_is_over_is_no_longer_tried(desk: Desk, rows: AirflowRows, state: str | None) -> None:
    """It had the answer itself, or somebody marked or cleared it."""
    again = Again()
    gate = answered(desk, again)
    rows.set_state(ti_id_of(gate), state)
    assert again.wait(LIMIT_SECONDS)
    assert desk.trail(gate)[-1] == "approved"


def test_a_request_that_is_gone_is_no_longer_tried(desk: Desk) -> None:
    """There is nothing to do."""
    again = Again()
    again.soon(uuid4(), work_at(SOON))
    assert again.wait(LIMIT_SECONDS)


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        pytest.param(Unavailable(retry_after_seconds=1), 2, id="the database is away: tried again"),
        pytest.param(RuntimeError("a bug"), 1, id="nobody foresaw it: left to the maintenance Dag"),
    ],
)
def test_an_attempt_that_fails_stops_nobody(
    desk: Desk, rows: AirflowRows, error: Exception, attempts: int
) -> None:
    """The thread goes on in any case."""
    again = Again()
    gate = desk.gate(state="running", waits=ON_THE_SERVER)
    desk.decide(gate)
    rows.set_state(ti_id_of(gate), "awaiting_input", updated_at=SOON)
    clocks = [0]

    def clock() -> datetime:
        clocks[0] += 1
        if clocks[0] == 1:
            raise error
        return SOON

    again.soon(gate.id, replace(work_at(SOON), clock=clock))
    assert again.wait(LIMIT_SECONDS)
    assert clocks[0] == attempts
    again.soon(gate.id, work_at(SOON))
    assert again.wait(LIMIT_SECONDS)
    assert desk.task_of(gate).state == "success"


def test_a_task_that_never_takes_it_is_left_to_maintenance(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """After some minutes; the log says so."""
    again = Again(pauses_seconds=(0.05, 0.05))
    gate = answered(desk, again)
    assert again.wait(LIMIT_SECONDS)
    assert f"Approval {gate.id} is left to the maintenance Dag" in caplog.text


def test_one_thread_does_it_all(desk: Desk, rows: AirflowRows) -> None:
    """However many requests there are, and however often each is named."""
    before = threading.active_count()
    again = Again()
    gates = [desk.gate(state="running", waits=ON_THE_SERVER, map_index=number) for number in range(5)]
    for gate in gates:
        desk.decide(gate)
        for _ in range(3):
            again.soon(gate.id, work_at(SOON))
    assert threading.active_count() == before + 1
    for gate in gates:
        rows.set_state(ti_id_of(gate), "deferred", updated_at=SOON)
    assert again.wait(LIMIT_SECONDS)
    assert [desk.trail(gate).count("ended") for gate in gates] == [1] * 5
