"""A decision, and somebody who clears, marks or deletes in Airflow at that moment: one story comes of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

import pytest
from airflow.models.taskinstance import TaskInstance
from airflow.utils.state import TaskInstanceState
from sqlalchemy import update
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Approval, Withdrawn
from airflow_approvals.domain.errors import AlreadyClosed
from airflow_approvals.domain.status import Status
from airflow_approvals.store import locks
from tests.airflow_rows import AirflowRows
from tests.builders import level, policy, role, ti_id_of
from tests.integration.service.desk import Desk
from tests.integration.service.racing import (
    MEETING_SECONDS,
    ROUNDS,
    Answer,
    Race,
    wait_until_somebody_waits,
)

LAST_LEVEL = policy(level(role("manager")))

Interference = Callable[[AirflowRows, UUID], object]


def mark(state: TaskInstanceState, rows: AirflowRows, ti_id: UUID) -> None:
    """Mark the task as a person does in the web UI: through the model, on top of what it is now."""
    with rows.sessions.begin() as session:
        locks.begin_writing(session)
        found = session.get_one(TaskInstance, ti_id, with_for_update={"of": TaskInstance})
        found.set_state(state, session=session)


def clear(rows: AirflowRows, ti_id: UUID) -> None:
    """Clear the task: the next try has a new id."""
    rows.next_try(ti_id)


def delete_run(rows: AirflowRows, ti_id: UUID) -> None:
    """Delete the Dag run with its task instances."""
    rows.remove_run(run_id=rows.look(ti_id).run_id)


@pytest.mark.parametrize(
    ("interfere", "reason", "left"),
    [
        (partial(mark, TaskInstanceState.FAILED), "task_failed", "failed"),
        (partial(mark, TaskInstanceState.SUCCESS), "task_success", "success"),
        (clear, "superseded", None),
        (delete_run, "run_deleted", None),
    ],
    ids=["marked failed", "marked success", "cleared", "run deleted"],
)
def test_a_decision_comes_wholly_before_or_wholly_after(
    desk: Desk, rows: AirflowRows, race: Race, interfere: Interference, reason: str, left: str | None
) -> None:
    """Before: it is recorded, and the task was woken. After: it is refused, and the task stays as it was."""
    for number in range(ROUNDS):
        gate = desk.gate(LAST_LEVEL, run_id=f"run_{number}")
        click, other = race(partial(desk.decide, gate), partial(interfere, rows, ti_id_of(gate)))
        assert other.error is None, other
        assert_one_story(desk, gate, click, reason)
        if left is not None:
            assert desk.task_of(gate).state == left


def assert_one_story(desk: Desk, gate: Approval, click: Answer, reason: str) -> None:
    """What the person was told, what the record says, and whether the task was woken, agree."""
    closed = desk.read(gate)
    if click.error is None:
        assert closed.status is Status.APPROVED
        assert desk.trail(gate) == ["opened", "voted", "approved", "resumed"]
    else:
        assert isinstance(click.error, AlreadyClosed), click
        assert isinstance(closed.resolution, Withdrawn)
        assert closed.resolution.reason == reason
        assert desk.trail(gate) == ["opened", "cancelled"]


@pytest.mark.parametrize("databases", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
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


@pytest.mark.parametrize("databases", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_the_task_stays_locked_until_the_decision_is_written(desk: Desk, session: Session) -> None:
    """Who marks it meanwhile waits, and marks what the decision left."""
    from airflow_approvals.airflow_core import facts

    gate = desk.gate(LAST_LEVEL)
    assert facts.lock_task(ti_id_of(gate), session=session) is not None
    with ThreadPoolExecutor(1) as thread:
        marking = thread.submit(mark, TaskInstanceState.FAILED, desk.rows, ti_id_of(gate))
        with desk.sessions() as observer:
            wait_until_somebody_waits(observer)
        session.rollback()
        marking.result(MEETING_SECONDS)
    assert desk.task_of(gate).state == "failed"
