"""Whether ``airflow db clean`` took away what waited, of which Airflow keeps no word but in its audit log."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from airflow.models.log import Log
from airflow.models.taskinstancehistory import TaskInstanceHistory
from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

CLEANED = "cli_cleanup_tables"
"""What Airflow's audit log calls the command."""


def was_cleaned(dag_id: str, run_id: str, ti_id: UUID | None, *, since: datetime, session: Session) -> bool:
    """Tell whether a run, or a task instance try, that is gone was cleaned away.

    Somebody cleaned since then, and neither deleted the run or the Dag, nor is it a try that another one
    followed.
    """
    event = Log.event
    deleted = and_(
        event.like("%delete%"), Log.dag_id == dag_id, or_(Log.run_id == run_id, Log.run_id.is_(None))
    )
    query = select(event).where(Log.dttm >= since, or_(event == CLEANED, deleted)).distinct()
    if set(session.execute(query).scalars()) != {CLEANED}:
        return False
    followed = select(exists().where(TaskInstanceHistory.task_instance_id == ti_id))
    return ti_id is None or not session.execute(followed).scalar_one()
