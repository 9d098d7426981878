"""Skips everything downstream of a task, whatever the trigger rules there say."""

from __future__ import annotations

from datetime import datetime, timezone

from airflow.models.dagbag import DBDagBag
from airflow.models.taskinstance import TaskInstance
from airflow.models.xcom import XComModel
from airflow.utils.state import TaskInstanceState
from sqlalchemy import and_, or_, update
from sqlalchemy.orm import Session

from airflow_approvals.airflow_core.facts import LockedTask

SKIPPED_ABOVE = "skipmixin_key"
"""XCom of a task that skips others: Airflow looks at it before it runs what is directly downstream."""

_LEFT_ALONE = (
    TaskInstanceState.RUNNING,
    TaskInstanceState.SUCCESS,
    TaskInstanceState.FAILED,
    TaskInstanceState.UPSTREAM_FAILED,
    TaskInstanceState.SKIPPED,
    TaskInstanceState.REMOVED,
)


def skip_downstream(locked: LockedTask, *, session: Session) -> None:
    """Skip all that is downstream of a task and has not begun, but teardowns, as Airflow's own skipping does.

    What is cleared later, or comes into the Dag later, directly downstream, is skipped as well. Of a mapped
    task group the tasks of the same map index are skipped, and all that comes after the group.
    """
    row = locked.row
    dag = DBDagBag(load_op_links=False).get_dag_for_run(row.dag_run, session=session)
    if dag is None or not dag.has_task(row.task_id):
        return
    gate = dag.get_task(row.task_id)
    direct = gate.get_direct_relatives(upstream=False)
    followed = [task.task_id for task in direct if task.is_teardown]
    XComModel.set(
        SKIPPED_ABOVE,
        {"followed": followed},
        dag_id=row.dag_id,
        run_id=row.run_id,
        task_id=row.task_id,
        map_index=row.map_index,
        serialize=False,
        session=session,
    )
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
            or_(TaskInstance.state.is_(None), TaskInstance.state.not_in(_LEFT_ALONE)),
        )
        .values(state=TaskInstanceState.SKIPPED, start_date=now, end_date=now)
        .execution_options(synchronize_session=False)
    )
