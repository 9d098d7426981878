"""What a Dag itself says about silence, as far as Airflow has kept it: code, not the task that runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from airflow.models.dag_version import DagVersion
from airflow.models.dagrun import DagRun
from airflow.models.serialized_dag import SerializedDagModel
from airflow.models.taskinstance import TaskInstance
from sqlalchemy import select
from sqlalchemy.orm import Session

GATE = ("airflow_approvals.operators.approval_ext", "ApprovalExtOperator")
ON_EXPIRY = "on_expiry"
APPROVE = "approve"
LITERALS = frozenset({"fail", "skip", "approve", "deny"})


def approves_by_silence(ti_id: UUID, *, session: Session) -> bool | None:
    """Tell whether the Dag has this task's gate approve when nobody answers.

    :returns: None where that cannot be known: the value is a template or mapped, the task is of another class
        (which may make a gate of ours as it runs), or Airflow keeps no such Dag.
    """
    query = (
        select(
            TaskInstance.dag_id,
            TaskInstance.task_id,
            TaskInstance.dag_version_id,
            DagRun.created_dag_version_id,
            DagRun.bundle_version,
        )
        .join(DagRun, (DagRun.dag_id == TaskInstance.dag_id) & (DagRun.run_id == TaskInstance.run_id))
        .where(TaskInstance.id == ti_id)
    )
    task = session.execute(query).one_or_none()
    if task is None:
        return None
    versions = {task.dag_version_id, task.created_dag_version_id}
    if task.bundle_version is None:  # its worker runs the code as it is today, whatever it was at the start
        versions.add(_latest(task.dag_id, session=session))
    kept = select(SerializedDagModel).where(SerializedDagModel.dag_version_id.in_(versions - {None}))
    said = {_said(found.data, task.task_id) for found in session.scalars(kept)}
    if True in said:
        return True
    return None if None in said or not said else False


def _latest(dag_id: str, *, session: Session) -> UUID | None:
    query = (
        select(DagVersion.id)
        .where(DagVersion.dag_id == dag_id)
        .order_by(DagVersion.version_number.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def _said(data: Mapping[str, Any] | None, task_id: str) -> bool | None:
    """Read it off a Dag as Airflow stores it. As JSON: making a large Dag of it takes too long in between."""
    tasks = (data or {}).get("dag", {}).get("tasks", [])
    said = (task.get("__var", {}) for task in tasks)
    found = next((each for each in said if each.get("task_id") == task_id), None)
    if found is None:
        return None
    mapped = found.get("_is_mapped", False)
    value = (found.get("partial_kwargs", {}) if mapped else found).get(ON_EXPIRY)
    if value not in LITERALS:
        return None
    if value == APPROVE:
        return True
    return False if (found.get("_task_module"), found.get("task_type")) == GATE else None
