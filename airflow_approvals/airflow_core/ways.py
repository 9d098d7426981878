"""The ways in which a task waits: which tasks wait so, and how a task is woken.

There is one so far: deferred, with our trigger.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from airflow.models.taskinstance import TaskInstance
from airflow.models.trigger import Trigger, handle_event_submit
from airflow.triggers.base import TriggerEvent
from airflow.utils.state import TaskInstanceState
from sqlalchemy import select
from sqlalchemy.orm import Session

from airflow_approvals.airflow_core.facts import LockedTask

RESUME_METHOD = "execute_complete"
TRIGGER_CLASSPATH = "airflow_approvals.triggers.approval.ApprovalTrigger"


class Delivery(Enum):
    """What became of an attempt to wake a task."""

    WOKEN = "woken"
    TOO_SOON = "too_soon"
    NOT_WAITING = "not_waiting"


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


def wake(
    locked: LockedTask, payload: Mapping[str, Any], *, now: datetime, settle: timedelta, session: Session
) -> Delivery:
    """Hand a task the event it waits for, if it waits with our trigger and has done so for ``settle``.

    A task that waits for something else is left alone, whoever claims it as theirs. One that is woken sooner
    is failed by the scheduler, which has not yet taken in that it went to wait; ``TaskInstance.updated_at``
    is when it parked. If Airflow cannot resume the task, it fails it: that is no delivery.
    """
    parked = locked.row
    if (
        parked.state != TaskInstanceState.DEFERRED
        or parked.next_method != RESUME_METHOD
        or locked.trigger != TRIGGER_CLASSPATH
    ):
        return Delivery.NOT_WAITING
    if parked.updated_at is not None and now < parked.updated_at + settle:
        return Delivery.TOO_SOON
    handle_event_submit(TriggerEvent(dict(payload)), task_instance=parked, session=session)
    return Delivery.WOKEN if parked.state == TaskInstanceState.SCHEDULED else Delivery.NOT_WAITING
