"""Skips everything downstream of a task, whatever the trigger rules there say."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timezone

from airflow.models.dagbag import DBDagBag
from airflow.models.taskinstance import TaskInstance
from airflow.models.xcom import XComModel
from airflow.utils.state import TaskInstanceState
from sqlalchemy import and_, or_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from airflow_approvals.airflow_core.facts import LockedTask

log = logging.getLogger(__name__)

SKIPPED_ABOVE = "skipmixin_key"
"""XCom of a task that skips others: Airflow looks at it before it runs what is directly downstream."""

_NOT_BEGUN = (TaskInstanceState.SCHEDULED, TaskInstanceState.QUEUED)


def skip_downstream(locked: LockedTask, *, session: Session) -> None:
    """Skip all that is downstream of a task and has not begun, but teardowns.

    Of a mapped task group the tasks of the same map index are skipped, and all that comes after the group.
    What is directly downstream of a task that is not mapped, nor in a mapped group, is skipped as well when
    it is cleared later, or comes into the Dag later: Airflow looks at the XCom that this leaves, whatever
    becomes of the rest.
    """
    row = locked.row
    _leave_word(row, followed=[], session=session)
    try:
        with session.begin_nested():
            _skip(row, session=session)
    except DBAPIError:
        raise
    except Exception:
        log.exception("%s: not all that is downstream could be skipped: its Dag cannot be read", row)


def _skip(row: TaskInstance, *, session: Session) -> None:
    dag = DBDagBag().get_dag_for_run(row.dag_run, session=session)
    if dag is None or not dag.has_task(row.task_id):
        raise LookupError(f"Airflow keeps no Dag {row.dag_id} with a task {row.task_id}")
    gate = dag.get_task(row.task_id)
    teardowns = [task.task_id for task in gate.get_direct_relatives(upstream=False) if task.is_teardown]
    if teardowns:
        _leave_word(row, followed=teardowns, session=session)
    group = gate.get_closest_mapped_task_group()
    beside: list[str] = []
    after: list[str] = []
    for task in gate.get_flat_relatives(upstream=False):
        if not task.is_teardown:
            same = group is not None and task.get_closest_mapped_task_group() is group
            (beside if same else after).append(task.task_id)
    now = datetime.now(tz=timezone.utc)
    session.execute(
        update(TaskInstance)
        .where(
            TaskInstance.dag_id == row.dag_id,
            TaskInstance.run_id == row.run_id,
            or_(
                TaskInstance.task_id.in_(after),
                and_(TaskInstance.task_id.in_(beside), TaskInstance.map_index == row.map_index),
            ),
            or_(TaskInstance.state.is_(None), TaskInstance.state.in_(_NOT_BEGUN)),
        )
        .values(state=TaskInstanceState.SKIPPED, start_date=now, end_date=now)
        .execution_options(synchronize_session="evaluate")  # a sweep may hold some of them as well
    )


def _leave_word(row: TaskInstance, *, followed: Sequence[str], session: Session) -> None:
    """Have Airflow skip what is directly downstream but these."""
    XComModel.set(
        SKIPPED_ABOVE,
        {"followed": list(followed)},
        dag_id=row.dag_id,
        run_id=row.run_id,
        task_id=row.task_id,
        map_index=row.map_index,
        serialize=False,
        session=session,
    )
