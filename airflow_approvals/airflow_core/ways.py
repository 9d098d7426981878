"""The ways in which a task waits: which tasks wait so, and how a task is woken.

There is one so far: deferred, with our trigger or an author's own one made of it. It is known by what it
carries: the id of the request that it waits for, which its task gave it when it parked.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from airflow.models.crypto import get_fernet
from airflow.models.taskinstance import TaskInstance
from airflow.models.trigger import handle_event_submit
from airflow.triggers.base import TriggerEvent
from airflow.utils.state import TaskInstanceState
from cryptography.fernet import InvalidToken
from sqlalchemy import select
from sqlalchemy.orm import Session

from airflow_approvals.airflow_core.facts import LockedTask

log = logging.getLogger(__name__)

RESUME_METHOD = "execute_complete"
APPROVAL_ID = "approval_id"


class Delivery(Enum):
    """What became of an attempt to wake a task."""

    WOKEN = "woken"
    TOO_SOON = "too_soon"
    NOT_WAITING = "not_waiting"


def waiting(*, after: UUID | None, limit: int, session: Session) -> list[UUID]:
    """Give deferred task instances that an approval may wake, in order of id, from ``after`` on.

    Others that wait with the same method are among them: for which request one waits is seen in :func:`wake`.
    """
    query = (
        select(TaskInstance.id)
        .where(
            TaskInstance.state == TaskInstanceState.DEFERRED,
            TaskInstance.next_method == RESUME_METHOD,
            TaskInstance.trigger_id.is_not(None),
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
    """Hand a task the event it waits for, if it waits for this request and has done so for ``settle``.

    A task that waits for something else is left alone, whoever claims it as theirs. One that is woken sooner
    is failed by the scheduler, which has not yet taken in that it went to wait; ``TaskInstance.updated_at``
    is when it parked. If Airflow cannot resume the task, that is no delivery.

    :param payload: has the ``approval_id``, as text, of the request to which the event belongs.
    """
    parked = locked.row
    if (
        parked.state != TaskInstanceState.DEFERRED
        or parked.next_method != RESUME_METHOD
        or _awaited(locked.trigger_kwargs) != payload[APPROVAL_ID]
    ):
        return Delivery.NOT_WAITING
    if parked.updated_at is not None and now < parked.updated_at + settle:
        return Delivery.TOO_SOON
    try:
        handle_event_submit(TriggerEvent(dict(payload)), task_instance=parked, session=session)
    except (ImportError, KeyError, AttributeError, TypeError, ValueError):
        # What the task kept for itself cannot be read. Airflow 3.2 says so by raising whatever it met, and
        # has changed nothing; 3.3 schedules the task so that a worker fails it.
        log.exception("%s cannot be resumed; the request keeps its decision", parked)
    resumed = parked.state == TaskInstanceState.SCHEDULED and parked.next_method == RESUME_METHOD
    return Delivery.WOKEN if resumed else Delivery.NOT_WAITING


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
