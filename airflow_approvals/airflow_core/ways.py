"""The ways in which a task waits: which tasks wait so, and how a task is woken.

In the state ``awaiting_input``, where Airflow has it, or deferred, with our trigger or an author's own one
made of it. Either is known by what it carries: the id of the request that it waits for, which its task gave
it when it parked.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from airflow.jobs.job import Job, JobState
from airflow.models.crypto import get_fernet
from airflow.models.taskinstance import TaskInstance
from airflow.models.trigger import handle_event_submit
from airflow.triggers.base import TriggerEvent
from airflow.utils.state import TaskInstanceState
from cryptography.fernet import InvalidToken
from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from airflow_approvals.airflow_core.facts import AWAITING_INPUT, LockedTask

log = logging.getLogger(__name__)

DEFERRED_METHOD = "execute_complete"
AWAITING_METHOD = "execute_woken"
APPROVAL_ID = "approval_id"


LONG_AFTER = timedelta(minutes=1)
"""Longer than schedulers stand still that go on afterwards: after half of it others take over."""
MAX_REMEMBERED = 10_000

_first_signs: dict[tuple[UUID, datetime], datetime] = {}
"""When a scheduler that knows of a task's parking was first seen alive, by the task's id and the moment."""


def waiting(*, after: UUID | None, upto: UUID | None) -> Select[tuple[UUID]]:
    """Give the query of task instances that wait and that an approval may end or wake, by their ids.

    Others that wait with the same method are among them: for which request one waits is seen in
    :func:`waits_for`.

    :param after: only those with greater ids.
    :param upto: none with greater ids.
    """
    return select(TaskInstance.id).where(
        or_(
            and_(
                TaskInstance.state == TaskInstanceState.DEFERRED,
                TaskInstance.next_method == DEFERRED_METHOD,
                TaskInstance.trigger_id.is_not(None),
            ),
            and_(TaskInstance.state == AWAITING_INPUT, TaskInstance.next_method == AWAITING_METHOD),
        ),
        *([] if after is None else [TaskInstance.id > after]),
        *([] if upto is None else [TaskInstance.id <= upto]),
    )


def waits_for(locked: LockedTask, approval_id: UUID) -> bool:
    """Tell whether a task has parked and waits for this request, whoever claims it as theirs."""
    parked = locked.row
    if parked.state == TaskInstanceState.DEFERRED:
        return parked.next_method == DEFERRED_METHOD and _awaited(locked.trigger_kwargs) == str(approval_id)
    return parked.state == AWAITING_INPUT and _resumes_for(parked, approval_id)


def goes_on_for(locked: LockedTask, approval_id: UUID) -> bool:
    """Tell whether a task that waited for this request was woken, and no worker runs it yet."""
    on_its_way = {TaskInstanceState.SCHEDULED, TaskInstanceState.QUEUED}
    return locked.row.state in on_its_way and _resumes_for(locked.row, approval_id)


def has_settled(locked: LockedTask, *, now: datetime, settle: timedelta, session: Session) -> bool:
    """Tell whether a task that waits may run again: Airflow has taken in that its run to the wait is over.

    Woken before, it is failed by the scheduler that queued it, once that hears that a run ended. It has heard
    of it when it has gone round once since the executor could be told, of which two signs of life tell: it
    takes in what executors say before each. One is enough if it comes long after.
    ``TaskInstance.updated_at`` is when the task parked.

    :param settle: how long it may take until an executor is told that the run is over.
    """
    parked = locked.row
    if parked.updated_at is None:
        return True
    reported_at = parked.updated_at + settle
    if now < reported_at:
        return False
    if parked.queued_by_job_id is None:  # `dag.test()`
        return True
    query = select(Job.state, Job.latest_heartbeat).where(Job.id == parked.queued_by_job_id)
    scheduler = session.execute(query).one_or_none()
    if scheduler is None or scheduler.state != JobState.RUNNING:  # nobody is left to hear of it
        return True
    alive_at = scheduler.latest_heartbeat
    if alive_at <= reported_at:
        return False
    return bool(alive_at > reported_at + LONG_AFTER or alive_at > _first_sign(parked, alive_at))


def wake(
    locked: LockedTask,
    approval_id: UUID,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    settle: timedelta,
    session: Session,
) -> bool:
    """Hand a task the event it waits for, if it waits for this request and may run again.

    :returns: whether it was woken; not so if Airflow cannot resume it.
    """
    parked = locked.row
    if not waits_for(locked, approval_id) or not has_settled(locked, now=now, settle=settle, session=session):
        return False
    method = parked.next_method
    event = TriggerEvent({APPROVAL_ID: str(approval_id), **payload})
    try:
        handle_event_submit(event, task_instance=parked, session=session)
    except (ImportError, KeyError, AttributeError, TypeError, ValueError):
        # What the task kept for itself cannot be read. Airflow 3.2 says so by raising whatever it met, and
        # has changed nothing; 3.3 schedules the task so that a worker fails it.
        log.exception("%s cannot be resumed; the request keeps its decision", parked)
    return bool(parked.state == TaskInstanceState.SCHEDULED and parked.next_method == method)


def move_deadline(
    locked: LockedTask,
    approval_id: UUID,
    deadline: datetime | None,
    *,
    now: datetime,
    settle: timedelta,
    session: Session,
) -> None:
    """Have Airflow's scheduler look at a task in ``awaiting_input`` at another time, not before it may run.

    One that is about to be looked at stays so: it has something to hear.

    :param deadline: None: not at all.
    """
    parked = locked.row
    if parked.state != AWAITING_INPUT or not waits_for(locked, approval_id):
        return
    if parked.trigger_timeout is not None and parked.trigger_timeout <= now:
        return
    timeout = None if deadline is None else max(deadline, now + settle)
    unchanged = {"updated_at": TaskInstance.updated_at}  # which says when the task parked
    session.execute(
        update(TaskInstance)
        .where(TaskInstance.id == parked.id)
        .values(trigger_timeout=timeout, **unchanged)
        .execution_options(synchronize_session=False)
    )


def _first_sign(parked: TaskInstance, alive_at: datetime) -> datetime:
    """Give the first of a scheduler's signs of life that this process was shown since a task has parked."""
    if len(_first_signs) >= MAX_REMEMBERED:
        _first_signs.clear()  # whose tasks are all looked at once more
    return _first_signs.setdefault((parked.id, parked.updated_at), alive_at)


def _resumes_for(row: TaskInstance, approval_id: UUID) -> bool:
    kwargs = row.next_kwargs
    return (
        row.next_method == AWAITING_METHOD
        and isinstance(kwargs, Mapping)
        and kwargs.get(APPROVAL_ID) == str(approval_id)
    )


def _awaited(trigger_kwargs: str | None) -> object:
    """Give the id of the request that a trigger waits for; None when it waits for none, or cannot be read.

    Read as JSON only: made into objects, it would run what a task chose, in the API server.

    :param trigger_kwargs: as Airflow keeps them: encrypted, or as JSON where a worker sent them.
    """
    if trigger_kwargs is None:
        return None
    try:
        if not trigger_kwargs.startswith("{"):
            trigger_kwargs = get_fernet().decrypt(trigger_kwargs.encode()).decode()
        kwargs = json.loads(trigger_kwargs)
    except (InvalidToken, ValueError):
        return None
    return kwargs.get(APPROVAL_ID) if isinstance(kwargs, dict) else None
