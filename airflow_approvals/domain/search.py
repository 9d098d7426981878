"""What a list of requests is asked for, through whose eyes, and the little that is read of single ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from airflow_approvals.domain.approval import Approval, Source
from airflow_approvals.domain.calendar import require_aware
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.status import Status

MAX_TOTAL = 10_000
"""As far as anybody wants to know how many there are."""


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

    @property
    def is_down(self) -> bool:
        """Whether the latest comes first."""
        return self.value.startswith("-")

    @property
    def column(self) -> str:
        """The time that is sorted by."""
        return self.value.removeprefix("-")


After = tuple[datetime | None, UUID]
"""The last request of a page, by what lists are sorted by: its time, if it has one, and its id."""


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Which part of a list.

    :param after: only what comes after that one.
    :param offset: and after so many more.
    """

    order: Order = Order.CREATED_AT_DESC
    limit: int
    offset: int = 0
    after: After | None = None

    def __post_init__(self) -> None:
        require_aware(None if self.after is None else self.after[0])


@dataclass(frozen=True)
class Total:
    """How many requests a list has; it is counted as far as ``MAX_TOTAL``.

    :param has_more: there are more than ``number``.
    """

    number: int
    has_more: bool = False

    @classmethod
    def of(cls, counted: int) -> Total:
        """Take a count that may have gone further."""
        return cls(min(counted, MAX_TOTAL), counted > MAX_TOTAL)

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.has_more else ''}"


@dataclass(frozen=True, kw_only=True)
class Page:
    """One part of a list.

    :param total: of the whole list.
    :param next_after: where the next page begins; None when this is the last one.
    """

    approvals: list[Approval]
    total: Total
    next_after: After | None

    def __post_init__(self) -> None:
        require_aware(None if self.next_after is None else self.next_after[0])


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
