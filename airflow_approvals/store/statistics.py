"""Numbers about requests, computed where they are: none is read for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Float,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from airflow_approvals.domain.people import ActorKind, ApproverKind
from airflow_approvals.domain.search import Viewer
from airflow_approvals.domain.status import OPEN, Status
from airflow_approvals.store import tables
from airflow_approvals.store.approvals import OPEN_VALUES
from airflow_approvals.store.conditions import Condition, visible_to
from airflow_approvals.store.tables import approval as approval_table

ANSWERED = (Status.APPROVED.value, Status.DENIED.value)
MEDIAN, P95 = 0.5, 0.95


@dataclass(frozen=True, kw_only=True)
class Group:
    """Numbers of the requests that share a role, a Dag or a day of opening (UTC).

    Response times are from opening to a person's decision; None when nobody has decided.
    """

    key: str
    total: int = 0
    open: int = 0
    approved: int = 0
    denied: int = 0
    expired: int = 0
    cancelled: int = 0
    escalated: int = 0
    median_response_time_seconds: float | None = None
    p95_response_time_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What there is to tell of the requests opened since then; groups in order of their keys."""

    all: Group
    pending: int
    average_response_time_seconds: float | None
    per_role: Sequence[Group]
    per_dag: Sequence[Group]
    per_day: Sequence[Group]


def numbers(viewer: Viewer, *, since: datetime, session: Session) -> Numbers:
    """Compute the numbers of the visible requests opened since then.

    In one statement: whether a request is visible is found out once, and not for each way of grouping.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    if not is_sqlite:  # sorts of a million response times, in memory
        session.execute(text("SET LOCAL work_mem = '64MB'"))
        session.execute(text("SET LOCAL jit = off"))
    sample = _sample(is_sqlite).where(visible_to(viewer), approval_table.c.created_at >= since).cte("sample")
    by: dict[str, FromClause] = {
        "all": _keyed(sample, literal("", String())),
        "per_role": _asked_roles(sample),
        "per_dag": _keyed(sample, sample.c.dag_id if is_sqlite else sample.c.dag_id.collate("C")),
        "per_day": _keyed(sample, sample.c.day),
    }
    parts = (_grouped(name, samples, is_sqlite) for name, samples in by.items())
    found: dict[str, list[Group]] = {name: [] for name in by}
    pending, average = 0, None
    for row in session.execute(union_all(*parts)).mappings():
        told = dict(row)
        name, its_pending, its_average = (told.pop(column) for column in ("grouping", "pending", "average"))
        found[name].append(Group(**told))
        if name == "all":
            pending, average = its_pending, its_average
    (whole,) = found.pop("all") or [Group(key="")]
    groups = {name: sorted(those, key=lambda group: group.key) for name, those in found.items()}
    return Numbers(all=whole, pending=pending, average_response_time_seconds=average, **groups)


def _sample(is_sqlite: bool) -> Select[Any]:
    """Give the little of each request that counts."""
    columns = approval_table.c
    day = func.substr(cast(columns.created_at, String), 1, 10) if is_sqlite else _utc_date()
    return select(
        columns.id,
        columns.dag_id,
        columns.level,
        columns.status,
        columns.escalated_at.is_not(None).label("is_escalated"),
        day.label("day"),
        _seconds(is_sqlite).label("seconds"),
    )


def _keyed(sample: CTE, key: ColumnElement[Any]) -> FromClause:
    columns = sample.c
    return select(key.label("key"), columns.status, columns.is_escalated, columns.seconds).subquery()


def _asked_roles(sample: CTE) -> FromClause:
    """Give each request once for each role that was asked, at the first level that asks it."""
    asked, before = tables.approver.c, tables.approver.alias().c
    earlier = exists().where(
        before.approval_id == asked.approval_id,
        before.kind == asked.kind,
        before.name == asked.name,
        before.level < asked.level,
    )
    columns = sample.c
    # Ids are in order of time, mostly: of a few days few approvers are read then.
    first = select(select(columns.id).order_by(columns.id).limit(1).cte("first")).scalar_subquery()
    roles = (
        select(asked.name.label("key"), columns.status, columns.is_escalated, columns.seconds)
        .join(sample, columns.id == asked.approval_id)
        .where(asked.kind == ApproverKind.ROLE.value, asked.approval_id >= first)
    )
    further = roles.where(columns.level > 0, asked.level > 0, asked.level <= columns.level, ~earlier)
    return union_all(roles.where(asked.level == 0), further).subquery()


def _grouped(name: str, samples: FromClause, is_sqlite: bool) -> Select[Any]:
    """Give a row for each key, with the names of :class:`Group` and what is told of all of them only."""
    counted = _ranked(samples) if is_sqlite else samples
    columns = counted.c

    def those(condition: Condition) -> ColumnElement[int]:
        return func.count().filter(condition)

    def percentile(share: float) -> ColumnElement[float]:
        if is_sqlite:
            away = func.abs(columns.place - 1 - share * (columns.answered - 1))
            return func.sum(columns.seconds * (1 - away)).filter(away < 1)
        return func.percentile_cont(share).within_group(columns.seconds)

    ends = (status for status in Status if status not in OPEN)
    numbers: Any = select(
        literal(name, String()).label("grouping"),
        cast(columns.key, String).label("key"),
        func.count().label("total"),
        those(columns.status == Status.PENDING.value).label("pending"),
        those(columns.status.in_(OPEN_VALUES)).label("open"),
        *(those(columns.status == status.value).label(status.value) for status in ends),
        those(columns.is_escalated).label("escalated"),
        func.avg(columns.seconds).label("average"),
        percentile(MEDIAN).label("median_response_time_seconds"),
        percentile(P95).label("p95_response_time_seconds"),
    )
    grouped: Select[Any] = numbers.group_by(columns.key)
    return grouped


def _ranked(samples: FromClause) -> FromClause:
    """Add each response time's place among those of its key, from 1, and how many these are.

    A percentile lies at a place that may be broken: between two times, each of which counts the more the
    nearer it is.
    """
    columns = samples.c
    place = func.row_number().over(partition_by=columns.key, order_by=columns.seconds.asc().nulls_last())
    answered = func.count(columns.seconds).over(partition_by=columns.key)
    return select(samples, place.label("place"), answered.label("answered")).subquery()


def _seconds(is_sqlite: bool) -> ColumnElement[float]:
    """Give the time until a person decided; NULL when none has."""
    columns = approval_table.c
    by_a_person = and_(columns.actor_kind == ActorKind.PERSON.value, columns.status.in_(ANSWERED))
    start, end = columns.created_at, columns.resolved_at
    if not is_sqlite:
        return case((by_a_person, func.date_part("epoch", end - start, type_=Float(53))))
    whole = cast(func.strftime("%s", end), Integer) - cast(func.strftime("%s", start), Integer)
    micro = [cast(func.substr(cast(moment, String), 21), Integer) for moment in (end, start)]
    return case((by_a_person, whole + (micro[0] - micro[1]) / 1e6))


def _utc_date() -> ColumnElement[Any]:
    return cast(func.timezone("UTC", approval_table.c.created_at), Date())


def open_now(viewer: Viewer, *, now: datetime, session: Session) -> tuple[int, int, datetime | None]:
    """Give how many visible requests are open, how many of them overdue, and when the oldest was opened."""
    columns = approval_table.c
    late = func.count().filter(columns.expires_at <= now)
    query = select(func.count(), late, func.min(columns.created_at))
    found = session.execute(query.where(columns.status.in_(OPEN_VALUES), visible_to(viewer))).one()
    return found[0], found[1], found[2]
