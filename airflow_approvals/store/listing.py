"""Lists and counts. One visibility condition serves lists, single reads, events and metrics."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Actor, Approval
from airflow_approvals.domain.policy import ApproverKind
from airflow_approvals.domain.search import Filters, Order, Viewer
from airflow_approvals.domain.status import OPEN
from airflow_approvals.store import mapping, tables
from airflow_approvals.store.tables import approval as approval_table

Condition = ColumnElement[bool]


def visible_to(viewer: Viewer) -> Condition:
    """Hold for requests whose Dag the viewer may read, or of which they are an approver at any level."""
    return or_(
        approval_table.c.dag_id.in_(viewer.readable_dag_ids),
        _has_approver(_named(viewer.actor)),
    )


def dag_ids(*, session: Session) -> set[str]:
    """Give every Dag that has requests."""
    return set(session.execute(select(approval_table.c.dag_id).distinct()).scalars())


def role_names(*, session: Session) -> set[str]:
    """Give every role that some request asks."""
    query = select(tables.approver.c.name).where(tables.approver.c.kind == ApproverKind.ROLE.value).distinct()
    return set(session.execute(query).scalars())


def dag_id_of(approval_id: UUID, *, session: Session) -> str | None:
    """Give the Dag of one request."""
    query = select(approval_table.c.dag_id).where(approval_table.c.id == approval_id)
    return session.execute(query).scalar_one_or_none()


def is_visible(approval_id: UUID, viewer: Viewer, *, session: Session) -> bool:
    """Tell whether the request exists and the viewer may see it."""
    query = select(exists().where(approval_table.c.id == approval_id, visible_to(viewer)))
    return bool(session.execute(query).scalar_one())


def choices(viewer: Viewer, *, limit: int, session: Session) -> tuple[list[str], list[str]]:
    """Give the Dags and the roles that occur in visible requests, at most ``limit`` of each, sorted."""
    dags = select(approval_table.c.dag_id).where(visible_to(viewer)).distinct()
    asked = tables.approver.c.kind == ApproverKind.ROLE.value
    roles = (
        select(tables.approver.c.name)
        .join(approval_table, approval_table.c.id == tables.approver.c.approval_id)
        .where(asked, visible_to(viewer))
        .distinct()
    )
    found = (session.execute(query.limit(limit)).scalars() for query in (dags, roles))
    dag_names, role_names_found = (sorted(names) for names in found)
    return dag_names, role_names_found


def count(filters: Filters, viewer: Viewer, *, now: datetime, session: Session) -> int:
    """Count the visible requests that meet the filters."""
    condition = and_(visible_to(viewer), *_conditions(filters, viewer, now))
    query = select(func.count()).select_from(approval_table).where(condition)
    return session.execute(query).scalar_one()


def page(
    filters: Filters,
    viewer: Viewer,
    *,
    now: datetime,
    order: Order,
    limit: int,
    offset: int,
    session: Session,
) -> tuple[list[Approval], int]:
    """Give one page of the visible requests that meet the filters, and how many there are in all."""
    condition = and_(visible_to(viewer), *_conditions(filters, viewer, now))
    total = count(filters, viewer, now=now, session=session)
    column = approval_table.c[order.value.removeprefix("-")]
    down = order.value.startswith("-")
    query = (
        select(approval_table)
        .where(condition)
        .order_by((column.desc() if down else column.asc()).nulls_last(), approval_table.c.id)
        .limit(limit)
        .offset(offset)
    )
    return _load(list(session.execute(query).mappings()), session=session), total


def by_ids(approval_ids: Collection[UUID], *, session: Session) -> list[Approval]:
    """Give those of the requests that exist, in order of id."""
    query = select(approval_table).where(approval_table.c.id.in_(approval_ids)).order_by(approval_table.c.id)
    return _load(list(session.execute(query).mappings()), session=session)


def _load(rows: list[mapping.Row], *, session: Session) -> list[Approval]:
    query = (
        select(tables.vote)
        .where(tables.vote.c.approval_id.in_([row["id"] for row in rows]))
        .order_by(tables.vote.c.at)
    )
    votes: dict[UUID, list[mapping.Row]] = {}
    for vote in session.execute(query).mappings():
        votes.setdefault(vote["approval_id"], []).append(vote)
    return [mapping.approval_of(row, votes.get(row["id"], ())) for row in rows]


def _conditions(filters: Filters, viewer: Viewer, now: datetime) -> list[Condition]:
    columns = approval_table.c
    conditions: list[Condition] = [
        columns[name].in_(values)
        for name in ("dag_id", "run_id", "task_id", "map_index", "ti_id", "requested_by")
        if (values := getattr(filters, name))
    ]
    if filters.status:
        conditions.append(columns.status.in_([status.value for status in filters.status]))
    if filters.approver_role:
        role = tables.approver.c.kind == ApproverKind.ROLE.value
        conditions.append(_has_approver(and_(role, tables.approver.c.name.in_(filters.approver_role))))
    if filters.assigned_to_me is not None:
        conditions.append(_is(filters.assigned_to_me, _assigned_to(viewer.actor)))
    if filters.overdue is not None:
        late = and_(_is_open(), columns.expires_at.is_not(None), columns.expires_at <= now)
        conditions.append(_is(filters.overdue, late))
    if filters.search:
        text = (columns.subject, columns.dag_id, columns.run_id, columns.task_id)
        conditions.append(
            or_(*(func.coalesce(c, "").icontains(filters.search, autoescape=True) for c in text))
        )
    return conditions


def _is(wanted: bool, condition: Condition) -> Condition:
    return condition if wanted else ~condition


def _is_open() -> Condition:
    return approval_table.c.status.in_([status.value for status in OPEN])


def _assigned_to(actor: Actor) -> Condition:
    reached = tables.approver.c.level <= approval_table.c.level
    voted = exists().where(
        tables.vote.c.approval_id == approval_table.c.id, tables.vote.c.actor_id == actor.id
    )
    return and_(_is_open(), _has_approver(and_(reached, _named(actor))), ~voted)


def _named(actor: Actor) -> Condition:
    """Hold for approver rows that mean this person."""
    columns = tables.approver.c
    return or_(
        and_(columns.kind == ApproverKind.ROLE.value, columns.name.in_(actor.roles))
        if actor.roles
        else false(),
        and_(columns.kind == ApproverKind.USER.value, columns.name == actor.name),
    )


def _has_approver(condition: Condition) -> Condition:
    named = exists().where(tables.approver.c.approval_id == approval_table.c.id, condition)
    return named.correlate(approval_table)  # not with approvers, should the outer query have them as well
