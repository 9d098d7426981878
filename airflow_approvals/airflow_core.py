"""The only file that touches Airflow's internal tables: look up runs and task instances, resume one.

Airflow versions differ here and nowhere else. Sessions come from the caller, who commits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.models.trigger import Trigger, handle_event_submit
from airflow.triggers.base import TriggerEvent
from airflow.utils.state import TaskInstanceState
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

RESUME_METHOD = "execute_complete"
TRIGGER_CLASSPATH = "airflow_approvals.triggers.approval.ApprovalTrigger"

_ALIVE = frozenset(
    {
        TaskInstanceState.SCHEDULED,
        TaskInstanceState.QUEUED,
        TaskInstanceState.RUNNING,
        TaskInstanceState.DEFERRED,
        TaskInstanceState.RESTARTING,
    }
)


@dataclass(frozen=True, kw_only=True)
class TaskInstanceFacts:
    """What Airflow knows about one try of one task instance."""

    ti_id: UUID
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    try_number: int
    running: bool
    triggered_by: str | None
    team_name: str | None


class Delivery(Enum):
    """What became of an attempt to wake a task."""

    RESUMED = "resumed"
    TOO_SOON = "too_soon"
    NOT_WAITING = "not_waiting"


def task_instance(ti_id: UUID, *, session: Session) -> TaskInstanceFacts | None:
    """Look up a task instance by the id of its current try; None when there is a newer try or none."""
    query = (
        select(TaskInstance, DagRun.triggering_user_name)
        .join(DagRun, (DagRun.dag_id == TaskInstance.dag_id) & (DagRun.run_id == TaskInstance.run_id))
        .where(TaskInstance.id == ti_id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    found, triggered_by = row
    return TaskInstanceFacts(
        ti_id=ti_id,
        dag_id=found.dag_id,
        run_id=found.run_id,
        task_id=found.task_id,
        map_index=found.map_index,
        try_number=found.try_number,
        running=found.state == TaskInstanceState.RUNNING,
        triggered_by=triggered_by,
        team_name=team_name(found.dag_id, session=session),
    )


def run_exists(dag_id: str, run_id: str, *, session: Session) -> bool:
    """Tell whether Airflow has this Dag run."""
    query = select(DagRun.id).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
    return session.execute(query).first() is not None


def task_exists(dag_id: str, run_id: str, task_id: str, map_index: int, *, session: Session) -> bool:
    """Tell whether the run has this task instance."""
    query = select(TaskInstance.id).where(
        TaskInstance.dag_id == dag_id,
        TaskInstance.run_id == run_id,
        TaskInstance.task_id == task_id,
        TaskInstance.map_index == map_index,
    )
    return session.execute(query).first() is not None


def team_name(dag_id: str, *, session: Session) -> str | None:
    """Give the team a Dag belongs to, if any."""
    name: str | None = DagModel.get_team_name(dag_id, session=session)
    return name


def team_names(dag_ids: Collection[str], *, session: Session) -> Mapping[str, str | None]:
    """Give the teams of those Dags that belong to one."""
    names: Mapping[str, str | None] = DagModel.get_dag_id_to_team_name_mapping(list(dag_ids), session=session)
    return names


def why_gone(
    ti_id: UUID | None, *, dag_id: str, run_id: str, task_id: str | None, map_index: int, session: Session
) -> str | None:
    """Say why nobody waits for an answer any more; None when somebody does.

    One of ``run_deleted``, ``superseded`` (a newer try exists), ``task_deleted``, ``task_<state>``.
    A request without a task instance lives as long as its Dag run.
    """
    if ti_id is not None:
        state = session.execute(select(TaskInstance.state).where(TaskInstance.id == ti_id)).one_or_none()
        if state is not None:
            return None if state[0] in _ALIVE else f"task_{state[0] or 'cleared'}"
    if not run_exists(dag_id, run_id, session=session):
        return "run_deleted"
    if ti_id is None:
        return None
    newer = task_id is not None and task_exists(dag_id, run_id, task_id, map_index, session=session)
    return "superseded" if newer else "task_deleted"


def alive(ti_ids: Collection[UUID], *, session: Session) -> set[UUID]:
    """Give those of the task instance tries that run, wait, or are on their way to a worker."""
    query = select(TaskInstance.id).where(TaskInstance.id.in_(ti_ids), TaskInstance.state.in_(_ALIVE))
    return set(session.execute(query).scalars())


def existing_runs(runs: Collection[tuple[str, str]], *, session: Session) -> set[tuple[str, str]]:
    """Give those of the runs, ``(dag_id, run_id)``, that Airflow has."""
    query = select(DagRun.dag_id, DagRun.run_id).where(tuple_(DagRun.dag_id, DagRun.run_id).in_(runs))
    return {(row.dag_id, row.run_id) for row in session.execute(query)}


def waiting(*, after: UUID | None, limit: int, session: Session) -> list[UUID]:
    """Give deferred task instances that an approval could wake, in order of id, from ``after`` on."""
    query = (
        select(TaskInstance.id)
        .join(Trigger, Trigger.id == TaskInstance.trigger_id)
        .where(
            TaskInstance.state == TaskInstanceState.DEFERRED,
            TaskInstance.next_method == RESUME_METHOD,
            Trigger.classpath == TRIGGER_CLASSPATH,
        )
        .order_by(TaskInstance.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(TaskInstance.id > after)
    return list(session.execute(query).scalars())


def resume(
    ti_id: UUID, payload: Mapping[str, Any], *, now: datetime, settle: timedelta, session: Session
) -> Delivery:
    """Wake the task if it waits with our trigger and has done so for ``settle``.

    A task that waits for something else is left alone, whoever claims it as theirs.

    A task woken sooner is failed by the scheduler, which has not yet taken in that it went to wait.
    ``TaskInstance.updated_at`` is when it parked.
    """
    parked = session.get(TaskInstance, ti_id, with_for_update={"of": TaskInstance}, populate_existing=True)
    if parked is None or parked.state != TaskInstanceState.DEFERRED or not _waits_for_us(parked):
        return Delivery.NOT_WAITING
    if parked.updated_at is not None and now < parked.updated_at + settle:
        return Delivery.TOO_SOON
    handle_event_submit(TriggerEvent(dict(payload)), task_instance=parked, session=session)
    return Delivery.RESUMED


def _waits_for_us(parked: TaskInstance) -> bool:
    trigger = parked.trigger
    return (
        parked.next_method == RESUME_METHOD and trigger is not None and trigger.classpath == TRIGGER_CLASSPATH
    )
