"""Lists, counts and the little that single looks need.

Who sees what is one rule, written twice: here as a condition (:func:`visible_to`) for all that is listed
and counted, and in ``api/permissions.py`` for single requests. A test holds the two together.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Approval, Source
from airflow_approvals.domain.errors import NewerVersion
from airflow_approvals.domain.people import Actor, ApproverKind
from airflow_approvals.domain.search import Filters, Order, Place, Viewer, Watched
from airflow_approvals.domain.status import Status
from airflow_approvals.store import approvals, mapping, tables
from airflow_approvals.store.approvals import OPEN_VALUES, since_opened
from airflow_approvals.store.tables import approval as approval_table

log = logging.getLogger(__name__)

Condition = ColumnElement[bool]


def visible_to(viewer: Viewer) -> Condition:
    """Hold for requests whose Dag the viewer may read, or of which they are an approver at any level."""
    return or_(
        approval_table.c.dag_id.in_(viewer.readable_dag_ids),
        _has_approver(_named(viewer.actor)),
    )


def dag_teams(dag_ids: Collection[str] | None, *, session: Session) -> dict[str, set[str | None]]:
    """Give the Dags that have requests (of those named, if any are), each with the teams of its requests."""
    columns = approval_table.c
    query = select(columns.dag_id, columns.team_name).distinct()
    if dag_ids is not None:
        query = query.where(columns.dag_id.in_(dag_ids))
    teams: dict[str, set[str | None]] = {}
    for row in session.execute(query):
        teams.setdefault(row.dag_id, set()).add(row.team_name)
    return teams


def role_names(*, session: Session) -> set[str]:
    """Give every role that some request asks."""
    query = select(tables.approver.c.name).where(tables.approver.c.kind == ApproverKind.ROLE.value).distinct()
    return set(session.execute(query).scalars())


def place_of(approval_id: UUID, actor: Actor, *, session: Session) -> Place | None:
    """Give what decides whether this person may see a request; None when there is no such request."""
    columns = approval_table.c
    asked = exists().where(tables.approver.c.approval_id == columns.id, _named(actor))
    query = select(
        columns.dag_id,
        columns.run_id,
        columns.task_id,
        columns.map_index,
        columns.team_name,
        asked.label("is_approver"),
    ).where(columns.id == approval_id)
    row = session.execute(query).mappings().one_or_none()
    return None if row is None else Place(**row)


def choices(viewer: Viewer, *, limit: int, session: Session) -> tuple[list[str], list[str]]:
    """Give the Dags and the roles that occur in visible requests, at most ``limit`` of each, sorted."""
    dags = (
        select(approval_table.c.dag_id).where(visible_to(viewer)).distinct().order_by(approval_table.c.dag_id)
    )
    asked = tables.approver.c.kind == ApproverKind.ROLE.value
    roles = (
        select(tables.approver.c.name)
        .join(approval_table, approval_table.c.id == tables.approver.c.approval_id)
        .where(asked, visible_to(viewer))
        .distinct()
        .order_by(tables.approver.c.name)
    )
    found = (session.execute(query.limit(limit)).scalars() for query in (dags, roles))
    dag_names, role_names_found = (sorted(names) for names in found)
    return dag_names, role_names_found


def count(filters: Filters, viewer: Viewer, *, now: datetime, session: Session) -> int:
    """Count the visible requests that meet the filters."""
    condition = and_(visible_to(viewer), *_conditions(filters, viewer, now))
    query = select(func.count()).select_from(approval_table).where(condition)
    return session.execute(query).scalar_one()


def held(
    filters: Filters, viewer: Viewer, *, now: datetime, limit: int, session: Session
) -> list[approvals.Held]:
    """Give at most ``limit`` of the visible requests that meet the filters, each with what holds it."""
    condition = and_(visible_to(viewer), *_conditions(filters, viewer, now))
    return approvals.held(approvals.holders().where(condition).limit(limit), session=session)


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
    """Give one page of the visible requests that meet the filters, and how many there are in all.

    One that a newer version wrote is counted and left out.
    """
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


def watched(approval_ids: Collection[UUID], *, session: Session) -> list[Watched]:
    """Give those of the requests that exist, in order of id."""
    columns = approval_table.c
    query = (
        select(
            columns.id,
            columns.status,
            columns.level,
            columns.expires_at,
            tables.waiter.c.ti_id,
            tables.waiter.c.ended_at,
        )
        .outerjoin(tables.waiter, tables.waiter.c.approval_id == columns.id)
        .where(columns.id.in_(approval_ids))
        .order_by(columns.id)
    )
    return [
        Watched(
            id=row.id,
            status=Status(row.status),
            level=row.level,
            expires_at=row.expires_at,
            ti_id=row.ti_id,
            resumed_at=row.ended_at,
        )
        for row in session.execute(query)
    ]


def _load(rows: list[mapping.Row], *, session: Session) -> list[Approval]:
    ids = [row["id"] for row in rows]
    waiting = select(tables.waiter).where(tables.waiter.c.approval_id.in_(ids))
    waiters = {waiter["approval_id"]: waiter for waiter in session.execute(waiting).mappings()}
    votes, edits = (_by_approval(query, session=session) for query in since_opened(ids))
    approvals = (_approval(row, waiters.get(row["id"]), votes[row["id"]], edits[row["id"]]) for row in rows)
    return [approval for approval in approvals if approval is not None]


def _by_approval(query: Select[Any], *, session: Session) -> dict[UUID, list[mapping.Row]]:
    found: dict[UUID, list[mapping.Row]] = defaultdict(list)
    for row in session.execute(query).mappings():
        found[row["approval_id"]].append(row)
    return found


def _approval(
    row: mapping.Row, waiter: mapping.Row | None, *since_opened: list[mapping.Row]
) -> Approval | None:
    """Rebuild one of many; one that a newer version wrote must not hide the others."""
    try:
        return mapping.approval_of(row, waiter, *since_opened)
    except NewerVersion as error:
        log.warning("Approval %s is left out of a list: %s", row["id"], error)
        return None


def _conditions(filters: Filters, viewer: Viewer, now: datetime) -> list[Condition]:
    columns = approval_table.c
    conditions: list[Condition] = []
    if filters.dag_id:
        conditions.append(columns.dag_id.in_(filters.dag_id))
    if filters.run_id:
        conditions.append(columns.run_id.in_(filters.run_id))
    if filters.task_id:
        conditions.append(columns.task_id.in_(filters.task_id))
    if filters.map_index:
        conditions.append(columns.map_index.in_(filters.map_index))
    if filters.requested_by:
        conditions.append(columns.requested_by.in_(filters.requested_by))
    if filters.ti_id:
        waiter = tables.waiter.c
        waits = exists().where(waiter.approval_id == columns.id, waiter.ti_id.in_(filters.ti_id))
        conditions.append(waits.correlate(approval_table))  # not with waiters: lists have them as well
    if filters.status:
        conditions.append(columns.status.in_([status.value for status in filters.status]))
    if filters.approver_role:
        role = tables.approver.c.kind == ApproverKind.ROLE.value
        conditions.append(_has_approver(and_(role, tables.approver.c.name.in_(filters.approver_role))))
    if filters.assigned_to_me is not None:
        conditions.append(_is(filters.assigned_to_me, _assigned_to(viewer.actor, now)))
    if filters.overdue is not None:
        conditions.append(_is(filters.overdue, and_(_is_open(), _is_late(now))))
    if filters.source:
        by_task = exists().where(tables.waiter.c.approval_id == columns.id).correlate(approval_table)
        wanted = {Source.TASK: by_task, Source.PERSON: ~by_task}
        conditions.append(or_(*(wanted[source] for source in filters.source)))
    if filters.search:
        text = (columns.subject, columns.dag_id, columns.run_id, columns.task_id)
        conditions.append(
            or_(*(func.coalesce(c, "").icontains(filters.search, autoescape=True) for c in text))
        )
    return conditions


def _is(wanted: bool, condition: Condition) -> Condition:
    return condition if wanted else ~condition


def _is_open() -> Condition:
    return approval_table.c.status.in_(OPEN_VALUES)


def _is_late(now: datetime) -> Condition:
    deadline = approval_table.c.expires_at
    return and_(deadline.is_not(None), deadline <= now)


def _assigned_to(actor: Actor, now: datetime) -> Condition:
    """Hold for requests that this person may answer, as ``domain/rules.py`` has it once time has passed.

    A deadline that is over has opened the next level, or has closed the request if there is none.
    """
    late, level = _is_late(now), approval_table.c.level
    reached = level + case((late, 1), else_=0)
    vote = tables.vote.c
    is_actor = or_(vote.actor_id == actor.id, vote.actor_name == actor.name)  # Who.is_also
    voted = exists().where(vote.approval_id == approval_table.c.id, is_actor)
    return and_(
        _is_open(),
        or_(~late, _has_approver(tables.approver.c.level == level + 1)),
        _has_approver(and_(tables.approver.c.level <= reached, _named(actor))),
        ~voted,
    )


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
