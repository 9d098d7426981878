"""Real Dags, as Airflow stores them, and tasks of them that run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from airflow.models.dag_version import DagVersion
from airflow.models.dagrun import DagRun
from airflow.models.serialized_dag import SerializedDagModel
from airflow.models.taskinstance import TaskInstance
from airflow.sdk import DAG
from airflow.serialization.serialized_objects import LazyDeserializedDAG
from sqlalchemy import update

from tests.airflow_rows import BUNDLE, DAG_ID, AirflowRows


@contextmanager
def stored(rows: AirflowRows, **arguments: Any) -> Iterator[None]:
    """Have Airflow store the Dag that is built meanwhile, as its Dag processor does."""
    with DAG(DAG_ID, schedule=None, **arguments) as dag:
        yield
    rows.dag()
    with rows.sessions.begin() as session:
        assert SerializedDagModel.write_dag(
            LazyDeserializedDAG.from_dag(dag), bundle_name=BUNDLE, session=session
        )


def running(rows: AirflowRows, *, bundle_version: str | None = None, **fields: Any) -> UUID:
    """Run a task of the newest version of the stored Dag."""
    ti_id = rows.task_instance(**fields)
    with rows.sessions.begin() as session:
        version = DagVersion.get_latest_version(DAG_ID, session=session)
        assert version is not None
        session.execute(
            update(DagRun).values(created_dag_version_id=version.id, bundle_version=bundle_version)
        )
        session.execute(
            update(TaskInstance).where(TaskInstance.id == ti_id).values(dag_version_id=version.id)
        )
    return ti_id
