"""Dag runs and task instances in Airflow's own tables, made and changed through Airflow's own models."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from airflow.jobs.job import Job
from airflow.models.dag import DagModel
from airflow.models.dagbundle import DagBundleModel
from airflow.models.dagrun import DagRun
from airflow.models.log import Log
from airflow.models.taskinstance import TaskInstance
from airflow.models.team import Team
from airflow.models.trigger import Trigger
from airflow.models.xcom import XComModel
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunType
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session, sessionmaker
from uuid6 import uuid7

from airflow_approvals.store.tables import waiter
from tests.builders import HOUR, NOW, origin

BUNDLE = "tests"
DAG_ID, RUN_ID, TASK_ID = origin().dag_id, origin().run_id, "gate"

# In an order that no foreign key minds.
_TABLES = (
    "log",
    "xcom",
    "task_map",
    "callback",
    "asset_event",
    "asset_active",
    "asset",
    "approval_event",
    "approval_content",
    "approval_vote",
    "approval_approver",
    "approval_waiter",
    "approval",
    "hitl_detail",
    "task_instance_history",
    "task_instance",
    "dag_run",
    "dag_version",
    "dag",
    "dag_bundle_team",
    "dag_bundle",
    "team",
    "trigger",
    "job",
)


def clean(sessions: sessionmaker[Session]) -> None:
    """Empty our tables, and those of Airflow's that :class:`AirflowRows` fills."""
    with sessions.begin() as session:
        for table in _TABLES:
            session.execute(text(f'DELETE FROM "{table}"'))  # noqa: S608  (names from above)


class AirflowRows:
    """What a running Airflow would have written. Every call is a transaction of its own."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self.sessions = sessions

    def dag(self, dag_id: str = DAG_ID, *, team: str | None = None) -> None:
        """Make a Dag if it is not there.

        :param team: name of the team whose bundle it comes from.
        """
        with self.sessions.begin() as session:
            if session.get(DagModel, dag_id) is not None:
                return
            name = team or BUNDLE
            bundle = session.get(DagBundleModel, name)
            if bundle is None:
                bundle = DagBundleModel(name=name)
                bundle.teams = [Team(name=team)] if team else []
                session.add(bundle)
                session.flush()
            session.add(DagModel(dag_id=dag_id, bundle_name=name))

    def run(self, dag_id: str = DAG_ID, run_id: str = RUN_ID, *, started_by: str | None = None) -> None:
        """Make a running Dag run, and its Dag, if they are not there."""
        self.dag(dag_id)
        with self.sessions.begin() as session:
            query = select(DagRun.id).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
            if session.execute(query).first() is None:
                session.add(
                    DagRun(
                        dag_id=dag_id,
                        run_id=run_id,
                        run_type=DagRunType.MANUAL,
                        state=DagRunState.RUNNING,
                        run_after=NOW - HOUR,
                        triggering_user_name=started_by,
                    )
                )

    def task_instance(
        self,
        *,
        dag_id: str = DAG_ID,
        run_id: str = RUN_ID,
        task_id: str = TASK_ID,
        map_index: int = -1,
        try_number: int = 1,
        state: str | None = "running",
        updated_at: datetime | None = NOW - HOUR,
        started_by: str | None = None,
        ti_id: UUID | None = None,
    ) -> UUID:
        """Make a task instance, with its Dag run and Dag if they are not there; gives its id.

        :param updated_at: for a deferred one, when it parked.
        :param started_by: who triggered the run, if that is made here.
        :param ti_id: the id to give it; a new one unless told.
        """
        self.run(dag_id, run_id, started_by=started_by)
        ti_id = ti_id or UUID(str(uuid7()))
        with self.sessions.begin() as session:
            session.execute(
                insert(TaskInstance).values(
                    id=ti_id,
                    dag_id=dag_id,
                    run_id=run_id,
                    task_id=task_id,
                    map_index=map_index,
                    try_number=try_number,
                    max_tries=2,
                    pool="default_pool",
                    queue="default",
                    start_date=NOW - HOUR,
                )
            )
        self.set_state(ti_id, state, updated_at=updated_at)
        return ti_id

    def set_state(
        self,
        ti_id: UUID,
        state: str | None,
        *,
        updated_at: datetime | None = NOW - HOUR,
    ) -> None:
        """Put a task instance into a state; one that waits does so for its request."""
        values: dict[str, Any] = {"state": state, "updated_at": updated_at}
        with self.sessions.begin() as session:
            asked = select(waiter.c.approval_id).where(waiter.c.ti_id == ti_id)
            approval_id = session.execute(asked).scalar_one_or_none()
            waited = {} if approval_id is None else {"approval_id": str(approval_id)}
            if state == "awaiting_input":
                values |= {
                    "trigger_id": None,
                    "next_method": "execute_woken",
                    "next_kwargs": {**waited, "level": 0},
                }
            if state == "deferred":
                trigger = Trigger("airflow_approvals.triggers.approval.ApprovalTrigger", {})
                trigger.encrypted_kwargs = json.dumps(waited)  # as Airflow keeps what a worker sends
                session.add(trigger)
                session.flush()
                values |= {
                    "trigger_id": trigger.id,
                    "next_method": "execute_complete",
                    "next_kwargs": {"kept": "yes"},
                }
            session.execute(update(TaskInstance).where(TaskInstance.id == ti_id).values(values))

    def job(self, **values: Any) -> int:
        """Make a scheduler's row; gives its id."""
        with self.sessions.begin() as session:
            job = Job(job_type="SchedulerJob")
            session.add(job)
            session.flush()
            session.execute(update(Job).where(Job.id == job.id).values(values))
            return int(job.id)

    def change_job(self, job_id: int, **values: Any) -> None:
        """Change columns of a scheduler's row."""
        with self.sessions.begin() as session:
            session.execute(update(Job).where(Job.id == job_id).values(values))

    def change(self, ti_id: UUID, **values: Any) -> None:
        """Change columns of a task instance."""
        with self.sessions.begin() as session:
            session.execute(update(TaskInstance).where(TaskInstance.id == ti_id).values(values))

    def next_try(self, ti_id: UUID) -> UUID:
        """Prepare the next try as clearing does; the same task instance goes by a new id from then on."""
        with self.sessions.begin() as session:
            found = session.get_one(TaskInstance, ti_id)
            found.prepare_db_for_next_try(session)
            found.try_number += 1
            found.state = None
            session.flush()
            return UUID(str(found.id))

    def remove(self, ti_id: UUID) -> None:
        """Delete a task instance, as happens when a Dag loses a task or a mapped task shrinks."""
        with self.sessions.begin() as session:
            session.delete(session.get_one(TaskInstance, ti_id))

    def remove_run(self, dag_id: str = DAG_ID, run_id: str = RUN_ID) -> None:
        """Delete a Dag run with its task instances."""
        with self.sessions.begin() as session:
            query = select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
            session.delete(session.execute(query).scalar_one())

    def logs(self, task: TaskInstance) -> list[Log]:
        """Read what Airflow's audit log has of a task instance."""
        with self.sessions() as session:
            return list(session.scalars(select(Log).filter_by(run_id=task.run_id, task_id=task.task_id)))

    def xcoms(self, task: TaskInstance) -> list[XComModel]:
        """Read what a task instance left."""
        with self.sessions() as session:
            query = select(XComModel).filter_by(run_id=task.run_id, task_id=task.task_id)
            return list(session.scalars(query))

    def look(self, ti_id: UUID) -> TaskInstance:
        """Read a task instance as it is in the database now."""
        with self.sessions() as session:
            return session.get_one(TaskInstance, ti_id)
