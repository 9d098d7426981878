"""What a list of requests is asked for, through whose eyes, and the little that is read of single ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from airflow_approvals.domain.approval import Source
from airflow_approvals.domain.calendar import require_aware
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.status import Status


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks. A request is visible to those who may read its Dag and to its approvers at any level.

    :param readable_dag_ids: the Dags, of those that have requests, that this person may read.
    """

    actor: Actor
    readable_dag_ids: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a request belongs, seen by one person.

    :param team_name: the Dag's team when the request was opened.
    :param is_approver: they are an approver of it, at any level.
    """

    dag_id: str
    run_id: str
    task_id: str | None
    map_index: int
    team_name: str | None
    is_approver: bool


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a waiting trigger needs to know of its request; times as in :class:`Approval`."""

    id: UUID
    status: Status
    level: int
    expires_at: datetime | None
    ti_id: UUID | None
    resumed_at: datetime | None

    def __post_init__(self) -> None:
        require_aware(self.expires_at, self.resumed_at)


class Order(str, Enum):
    """Sort orders of a list; a leading minus sorts downwards. Requests without the time come last."""

    CREATED_AT = "created_at"
    CREATED_AT_DESC = "-created_at"
    EXPIRES_AT = "expires_at"
    EXPIRES_AT_DESC = "-expires_at"
    RESOLVED_AT = "resolved_at"
    RESOLVED_AT_DESC = "-resolved_at"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Conditions of a list, all of which must hold; several values of one field mean any of them.

    :param overdue: open with a deadline in the past, or (False) everything else.
    :param assigned_to_me: the viewer may decide it now, or (False) everything else.
    :param search: found in subject, Dag id, run id or task id, whatever the case.
    """

    dag_id: tuple[str, ...] = ()
    run_id: tuple[str, ...] = ()
    task_id: tuple[str, ...] = ()
    map_index: tuple[int, ...] = ()
    ti_id: tuple[UUID, ...] = ()
    status: tuple[Status, ...] = ()
    approver_role: tuple[str, ...] = ()
    requested_by: tuple[str, ...] = ()
    source: tuple[Source, ...] = ()
    assigned_to_me: bool | None = None
    overdue: bool | None = None
    search: str | None = None
