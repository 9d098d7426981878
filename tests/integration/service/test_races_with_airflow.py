"""A decision, and somebody who clears, marks or deletes in Airflow at that moment: one story comes of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from airflow.api.common import mark_tasks
from airflow.models.taskinstance import TaskInstance
from airflow.sdk import DAG, BaseOperator
from airflow.utils.state import TaskInstanceState
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from airflow_approvals.airflow_core import facts
from airflow_approvals.domain.approval import Approval, Withdrawn
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.errors import AlreadyClosed
from airflow_approvals.domain.status import Status
from airflow_approvals.domain.waiting import Ends, Waits, Way
from airflow_approvals.service import commands
from airflow_approvals.service.transaction import Work
from airflow_approvals.store.tables import approval as approval_table
from tests.airflow_rows import DAG_ID, TASK_ID, AirflowRows
from tests.builders import MANAGER, level, policy, role, ti_id_of, yes
from tests.integration.service.desk import SETTINGS, SOON, Desk
from tests.integration.service.racing import (
    MEETING_SECONDS,
    ONLY_POSTGRES,
    ROUNDS,
    Answer,
    Race,
    impatient,
    wait_until_somebody_waits,
)

LAST_LEVEL = policy(level(role("manager")))
STAGES = 8
"""By how many looks the one is held back behind the other, so that each comes first sometimes."""

WAITS = (Waits(way=Way.AWAITING_INPUT, ends=Ends.SERVER), Waits())
STATES = {Way.AWAITING_INPUT: "awaiting_input", Way.TRIGGER: "deferred"}

Interference = Callable[[AirflowRows, str], object]


def mark(state: TaskInstanceState, rows: AirflowRows, run_id: str) -> None:
    """Mark the task as Airflow's API does when a person marks it in the web UI."""
    task = BaseOperator(task_id=TASK_ID, dag=DAG(DAG_ID, schedule=None))
    with rows.sessions.begin() as session:
        mark_tasks.set_state(tasks=[task], run_id=run_id, state=state, commit=True, session=session)


def clear(rows: AirflowRows, run_id: str) -> None:
    """Clear the task: the next try has a new id."""
    ((ti_id, _),) = tasks(rows, run_id)
    rows.next_try(ti_id)


def delete_run(rows: AirflowRows, run_id: str) -> None:
    """Delete the Dag run with its task instances."""
    rows.remove_run(run_id=run_id)


def tasks(rows: AirflowRows, run_id: str) -> list[tuple[UUID, str | None]]:
    """The id and the state of every task instance of a run."""
    with rows.sessions() as session:
        query = select(TaskInstance.id, TaskInstance.state).where(TaskInstance.run_id == run_id)
        return [(row.id, row.state) for row in session.execute(query)]


@pytest.mark.parametrize(
    ("interfere", "reason", "left"),
    [
        (partial(mark, TaskInstanceState.FAILED), "task_failed", ["failed"]),
        (partial(mark, TaskInstanceState.SUCCESS), "task_success", ["success"]),
        (clear, "superseded", [None]),
        (delete_run, "run_deleted", []),
    ],
    ids=["marked failed", "marked success", "cleared", "run deleted"],
)
@pytest.mark.parametrize("waits", WAITS, ids=["ended", "woken"])
def test_a_decision_comes_wholly_before_or_wholly_after(
    desk: Desk,
    rows: AirflowRows,
    race: Race,
    interfere: Interference,
    reason: str,
    left: list[str | None],
    waits: Waits,
) -> None:
    """Before: it is recorded, and the task ended or woken. After: it is refused. Airflow's change stays."""

    def looking_first(times: int, call: Callable[[], Any]) -> Any:
        for _ in range(times):
            tasks(rows, "no_run")
        return call()

    decided_first = set()
    for number in range(ROUNDS):
        run_id = f"run_{number}"
        gate = desk.gate(LAST_LEVEL, state=STATES[waits.way], waits=waits, run_id=run_id)
        behind = number % (2 * STAGES) - STAGES
        click, other = race(
            partial(looking_first, behind, partial(desk.decide, gate)),
            partial(looking_first, -behind, partial(interfere, rows, run_id)),
        )
        assert other.error is None, other
        assert_one_story(desk, gate, click, reason, waits)
        assert [state for _, state in tasks(rows, run_id)] == left
        decided_first.add(click.error is None)
    assert decided_first == {True, False}, "no race: one of them came first each time"


def assert_one_story(desk: Desk, gate: Approval, click: Answer, reason: str, waits: Waits) -> None:
    """What the person was told, what the record says, and whether the task was given it, agree."""
    closed = desk.read(gate)
    if click.error is None:
        assert closed.status is Status.APPROVED
        delivered = "ended" if waits.ends is Ends.SERVER else "resumed"
        assert desk.trail(gate) == ["opened", "voted", "approved", delivered]
    else:
        assert isinstance(click.error, AlreadyClosed), click
        assert isinstance(closed.resolution, Withdrawn)
        assert closed.resolution.reason == reason
        assert desk.trail(gate) == ["opened", "cancelled"]


@ONLY_POSTGRES
def test_a_decision_waits_for_whoever_changes_the_task(desk: Desk, session: Session) -> None:
    """And finds what they left: a task marked failed is not set back to scheduled."""
    gate = desk.gate(LAST_LEVEL)
    marking = update(TaskInstance).where(TaskInstance.id == ti_id_of(gate)).values(state="failed")
    session.execute(marking)
    with ThreadPoolExecutor(1) as thread:
        click = thread.submit(desk.decide, gate)
        with desk.sessions() as observer:
            wait_until_somebody_waits(observer)
        session.commit()
        with pytest.raises(AlreadyClosed):
            click.result(MEETING_SECONDS)
    assert desk.task_of(gate).state == "failed"
    closed = desk.read(gate)
    assert isinstance(closed.resolution, Withdrawn)
    assert closed.resolution.reason == "task_failed"


@ONLY_POSTGRES
def test_the_task_stays_locked_until_the_decision_is_written(desk: Desk, session: Session) -> None:
    """Who marks it meanwhile waits, and marks what the decision left."""
    gate = desk.gate(LAST_LEVEL)
    assert facts.lock_task(ti_id_of(gate), session=session) is not None
    with ThreadPoolExecutor(1) as thread:
        marking = thread.submit(mark, TaskInstanceState.FAILED, desk.rows, gate.origin.run_id)
        with desk.sessions() as observer:
            wait_until_somebody_waits(observer)
        session.rollback()
        marking.result(MEETING_SECONDS)
    assert desk.task_of(gate).state == "failed"


def test_a_locked_task_is_seen_as_it_is_now(desk: Desk, rows: AirflowRows, session: Session) -> None:
    """Though the same session had looked at it before somebody marked it."""
    gate = desk.gate(LAST_LEVEL)
    seen = session.get_one(TaskInstance, ti_id_of(gate))
    assert seen.state == "deferred"
    rows.set_state(ti_id_of(gate), "failed")
    locked = facts.lock_task(ti_id_of(gate), session=session)
    assert locked is not None
    assert locked.row.state == "failed"


def test_nobody_writes_between_what_a_decision_reads_and_what_it_writes(desk: Desk) -> None:
    """The task and the request are locked by the time the clock is read, on either database."""
    gate = desk.gate(LAST_LEVEL)
    in_the_way = (
        update(TaskInstance).where(TaskInstance.id == ti_id_of(gate)).values(state="failed"),
        update(approval_table).where(approval_table.c.id == gate.id).values(subject="theirs"),
    )
    refused = []

    def interrupted() -> datetime:
        for write in in_the_way:
            with impatient(desk.sessions) as other, pytest.raises(OperationalError) as error:
                other.execute(write)
            refused.append(str(error.value.orig))
        return SOON

    decided = commands.run(gate.id, decide, yes(MANAGER), work=Work(settings=SETTINGS, clock=interrupted))

    assert len(refused) == len(in_the_way)
    assert all("lock" in words for words in refused), refused
    assert (decided.status, desk.task_of(gate).state) == (Status.APPROVED, "scheduled")
    assert desk.read(gate) == decided
