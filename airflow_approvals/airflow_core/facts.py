"""What Airflow knows about Dags, runs and task instances."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from airflow.models.dag import DagModel
from airflow.models.dagbundle import DagBundleModel
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.models.team import Team
from airflow.models.trigger import Trigger
from airflow.utils.state import TaskInstanceState
from sqlalchemy import ColumnElement, Select, exists, func, select, tuple_
from sqlalchemy.orm import Session, lazyload, selectinload

RUN_DELETED, TASK_DELETED, SUPERSEDED = "run_deleted", "task_deleted", "superseded"
MISSING = frozenset({RUN_DELETED, TASK_DELETED, SUPERSEDED})
"""Why a request's run, or its task's try, is not there any more."""
AWAITING_INPUT = "awaiting_input"  # Airflow 3.2 has no such state
_ALIVE = frozenset({"scheduled", "queued", "running", "deferred", AWAITING_INPUT, "restarting"})


@dataclass(frozen=True, kw_only=True)
class TaskInstanceFacts:
    """What Airflow knows about one try of one task instance.

    :param run_cleared: how often something of its run was cleared.
    """

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    try_number: int
    run_cleared: int
    running: bool
    triggered_by: str | None
    team_name: str | None


@dataclass(frozen=True, kw_only=True)
class LockedTask:
    """A task instance; from :func:`lock_task`, one that nobody else changes until this transaction ends.

    :param trigger_kwargs: arguments of the trigger it waits with, as stored; None when it has none.
    """

    row: TaskInstance
    trigger_kwargs: str | None

    @property
    def lives(self) -> bool:
        """Whether it runs, waits, or is on its way to a worker."""
        return self.row.state in _ALIVE

    @property
    def runs(self) -> bool:
        """Whether a worker runs it."""
        return bool(self.row.state == TaskInstanceState.RUNNING)


def task_instance(ti_id: UUID, *, session: Session) -> TaskInstanceFacts | None:
    """Look up a task instance by the id of its current try; None when there is a newer try or none."""
    query = (
        select(
            TaskInstance.dag_id,
            TaskInstance.run_id,
            TaskInstance.task_id,
            TaskInstance.map_index,
            TaskInstance.try_number,
            func.coalesce(TaskInstance.state == TaskInstanceState.RUNNING, False).label("running"),
            DagRun.clear_number.label("run_cleared"),
            DagRun.triggering_user_name.label("triggered_by"),
            Team.name.label("team_name"),
        )
        .join(DagRun, (DagRun.dag_id == TaskInstance.dag_id) & (DagRun.run_id == TaskInstance.run_id))
        .outerjoin(DagModel, DagModel.dag_id == TaskInstance.dag_id)
        .outerjoin(DagBundleModel, DagBundleModel.name == DagModel.bundle_name)
        .outerjoin(DagBundleModel.teams)
        .where(TaskInstance.id == ti_id)
    )
    row = session.execute(query).mappings().first()
    return None if row is None else TaskInstanceFacts(**row)


def task(ti_id: UUID, *, session: Session) -> LockedTask | None:
    """Look up a task instance, with how it waits, as it is now; None when that try is no more."""
    return _task(_waiting_task(ti_id), session=session)


def lock_task(ti_id: UUID, *, session: Session) -> LockedTask | None:
    """Look up a task instance as it is now, and keep it so; None when that try is no more.

    Whoever ends a task, marks it or clears it, locks it too: who comes second sees what the first one did.
    """
    return _task(_waiting_task(ti_id).with_for_update(of=TaskInstance), session=session)


def lock_tasks(
    ti_ids: Collection[UUID], *, session: Session
) -> tuple[dict[UUID, LockedTask], Collection[UUID]]:
    """Look up task instances as they are now, and keep them so.

    :returns: each by its id, without those tries that are no more; and the ids of those that others hold,
        for which nobody waits here.
    """
    # With all that ending them would look up one by one.
    used = (TaskInstance.dag_run, TaskInstance.dag_model, TaskInstance.task_instance_note)
    query = _waiting_tasks(ti_ids).options(*map(selectinload, used)).order_by(TaskInstance.id)
    rows = session.execute(query.with_for_update(of=TaskInstance, skip_locked=True)).all()
    locked = {row[0].id: LockedTask(row=row[0], trigger_kwargs=row[1]) for row in rows}
    missing = set(ti_ids) - locked.keys()
    held = select(TaskInstance.id).where(TaskInstance.id.in_(missing))
    return locked, set(session.execute(held).scalars()) if missing else missing


def _waiting_task(ti_id: UUID) -> Select[tuple[TaskInstance, str | None]]:
    return _waiting_tasks([ti_id]).options(lazyload(TaskInstance.dag_run))


def _waiting_tasks(ti_ids: Collection[UUID]) -> Select[tuple[TaskInstance, str | None]]:
    return (
        select(TaskInstance, Trigger.encrypted_kwargs)
        .outerjoin(Trigger, Trigger.id == TaskInstance.trigger_id)
        .where(TaskInstance.id.in_(ti_ids))
        .execution_options(populate_existing=True)
    )


def _task(query: Select[tuple[TaskInstance, str | None]], *, session: Session) -> LockedTask | None:
    row = session.execute(query).one_or_none()
    return None if row is None else LockedTask(row=row[0], trigger_kwargs=row[1])


def why_gone(
    locked: LockedTask | None,
    *,
    dag_id: str,
    run_id: str,
    task_id: str | None,
    map_index: int,
    session: Session,
) -> str | None:
    """Say why that task no longer waits for an answer; None when it does.

    One of ``run_deleted``, ``superseded`` (a newer try exists), ``task_deleted``, ``task_<state>``.
    """
    if locked is not None:
        state = locked.row.state
        return None if state in _ALIVE else f"task_{state or 'cleared'}"
    if not run_exists(dag_id, run_id, session=session):
        return RUN_DELETED
    newer = task_id is not None and task_exists(dag_id, run_id, task_id, map_index, session=session)
    return SUPERSEDED if newer else TASK_DELETED


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


def team_names(dag_ids: Collection[str], *, session: Session) -> Mapping[str, str | None]:
    """Give the teams of those of the Dags that Airflow knows; None for one that belongs to none."""
    query = (
        select(DagModel.dag_id, Team.name)
        .outerjoin(DagBundleModel, DagBundleModel.name == DagModel.bundle_name)
        .outerjoin(DagBundleModel.teams)
        .where(DagModel.dag_id.in_(dag_ids))
    )
    return {row.dag_id: row.name for row in session.execute(query)}


def alive(ti_ids: Collection[UUID], *, session: Session) -> set[UUID]:
    """Give those of the task instance tries that run, wait, or are on their way to a worker."""
    query = select(TaskInstance.id).where(TaskInstance.id.in_(ti_ids), TaskInstance.state.in_(_ALIVE))
    return set(session.execute(query).scalars())


def lives(ti_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Hold for a task instance try that runs, waits, or is on its way to a worker: :func:`alive` in SQL."""
    return exists().where(TaskInstance.id == ti_id, TaskInstance.state.in_(_ALIVE))


def has_run(dag_id: ColumnElement[str], run_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Hold for a Dag run that Airflow has: :func:`existing_runs` in SQL."""
    return exists().where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)


def existing_runs(runs: Collection[tuple[str, str]], *, session: Session) -> set[tuple[str, str]]:
    """Give those of the runs, ``(dag_id, run_id)``, that Airflow has."""
    query = select(DagRun.dag_id, DagRun.run_id).where(tuple_(DagRun.dag_id, DagRun.run_id).in_(runs))
    return {(row.dag_id, row.run_id) for row in session.execute(query)}
