"""Lists, counts and the little that single looks need.

A list is read in parts, each in the order of an index and no longer than what is asked for, and merged: what
the viewer sees because of its Dag and what because they are asked, what has the time that is sorted by and
what has none. So its cost follows the page, not the table.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.errors import NewerVersion
from airflow_approvals.domain.people import Actor, ApproverKind
from airflow_approvals.domain.search import (
    MAX_TOTAL,
    Cut,
    Filters,
    Order,
    Page,
    Place,
    Total,
    Viewer,
    Watched,
)
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from airflow_approvals.store import approvals, mapping, tables
from airflow_approvals.store.approvals import since_opened
from airflow_approvals.store.conditions import Condition, conditions_of, named, visible_by
from airflow_approvals.store.tables import approval as approval_table

log = logging.getLogger(__name__)

NEWEST_WITH_CHOICES = 1000


def dags_with_requests(*, session: Session) -> set[str]:
    """Give every Dag that has requests."""
    return _values(approval_table.c.dag_id, true(), session=session)


def role_names(*, session: Session) -> set[str]:
    """Give every role that some request asks."""
    asked = tables.approver.c
    return _values(asked.name, asked.kind == ApproverKind.ROLE.value, session=session)


def _values(column: ColumnElement[str], condition: Condition, *, session: Session) -> set[str]:
    """Give the values of a column that an index has in order: from each to the next, past its rows."""
    found = select(func.min(column).label("value")).where(condition).cte("found", recursive=True)
    following = select(func.min(column)).where(condition, column > found.c.value)
    following = following.correlate(found)
    found = found.union_all(select(following.scalar_subquery()).where(found.c.value.is_not(None)))
    query = select(found.c.value).where(found.c.value.is_not(None))
    return set(session.execute(query).scalars())


def dag_teams(dag_ids: Collection[str], *, session: Session) -> dict[str, set[str | None]]:
    """Give those of the Dags that have requests, each with the teams in which these were opened."""
    columns = approval_table.c
    query = select(columns.dag_id, columns.team_name).where(columns.dag_id.in_(dag_ids)).distinct()
    teams: dict[str, set[str | None]] = {}
    for row in session.execute(query):
        teams.setdefault(row.dag_id, set()).add(row.team_name)
    return teams


def place_of(approval_id: UUID, actor: Actor, *, session: Session) -> Place | None:
    """Give what decides whether this person may see a request; None when there is no such request."""
    columns = approval_table.c
    asked = exists().where(tables.approver.c.approval_id == columns.id, named(actor))
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


def choices(viewer: Viewer, *, limit: int, now: datetime, session: Session) -> tuple[list[str], list[str]]:
    """Give Dags and roles that occur in visible requests, at most ``limit`` of each, sorted.

    All Dags that the viewer may read, and what the newest requests name, a thousand open and as many closed.
    """
    newest = [
        _ids(Filters(status=tuple(statuses)), viewer, now, Cut(limit=NEWEST_WITH_CHOICES - 1)).subquery()
        for statuses in (OPEN, TERMINAL)
    ]
    seen = select(union(*(select(part.c.id) for part in newest)).subquery())
    dags = select(approval_table.c.dag_id).where(approval_table.c.id.in_(seen)).distinct()
    asked = tables.approver.c
    roles = (
        select(asked.name)
        .where(asked.approval_id.in_(seen), asked.kind == ApproverKind.ROLE.value)
        .distinct()
    )
    dag_ids = viewer.readable_dag_ids.union(session.execute(dags).scalars())
    return sorted(dag_ids)[:limit], sorted(session.execute(roles).scalars())[:limit]


def count(filters: Filters, viewer: Viewer, *, now: datetime, session: Session) -> Total:
    """Count the visible requests that meet the filters, as far as totals go."""
    conditions = conditions_of(filters, viewer, now)
    parts = [
        select(approval_table.c.id).where(seen, *conditions).limit(MAX_TOTAL + 1).subquery()
        for seen in _seen(filters, viewer)
    ]
    found = union(*(select(part.c.id) for part in parts)).subquery()
    return Total.of(session.execute(select(func.count()).select_from(found)).scalar_one())


def held(
    filters: Filters, viewer: Viewer, *, now: datetime, limit: int, session: Session
) -> list[approvals.Held]:
    """Give at most ``limit`` of the visible requests that meet the filters, each with what holds it."""
    condition = and_(or_(*_seen(filters, viewer)), *conditions_of(filters, viewer, now))
    return approvals.held(approvals.holders().where(condition).limit(limit), session=session)


def page(filters: Filters, viewer: Viewer, *, now: datetime, cut: Cut, session: Session) -> Page:
    """Give one page of the visible requests that meet the filters, and how many there are in all.

    One that a newer version wrote is counted and left out.
    """
    found = session.execute(_ids(filters, viewer, now, cut)).all()
    ids, is_last = [row.id for row in found[: cut.limit]], len(found) <= cut.limit
    if is_last and cut.after is None and (found or not cut.offset):
        total = Total.of(cut.offset + len(found))
    else:
        total = count(filters, viewer, now=now, session=session)
    next_after = None if is_last or not ids else (found[len(ids) - 1].at, ids[-1])
    return Page(approvals=_load(ids, session=session), total=total, next_after=next_after)


def _seen(filters: Filters, viewer: Viewer) -> list[Condition]:
    """Give the ways to be visible that matter: whom a request waits for sees it, whoever may read its Dag."""
    return [true()] if filters.assigned_to_me else visible_by(viewer)


def _ids(filters: Filters, viewer: Viewer, now: datetime, cut: Cut) -> Select[Any]:
    """Give the query of the requests of a page and one more, if there is: ``id``, and ``at``, in order."""
    wanted = cut.offset + cut.limit + 1
    conditions = conditions_of(filters, viewer, now)
    parts = [
        part.where(seen, *conditions).limit(wanted).subquery()
        for part in _in_order(cut, filters)
        for seen in _seen(filters, viewer)
    ]
    merged = union(*(select(part) for part in parts)).subquery()
    columns, down = merged.c, cut.order.is_down
    order = (columns.at.desc(), columns.id.desc()) if down else (columns.at.asc(), columns.id.asc())
    return select(merged).order_by(order[0].nulls_last(), order[1]).limit(cut.limit + 1).offset(cut.offset)


def _in_order(cut: Cut, filters: Filters) -> Iterator[Select[Any]]:
    """Give the requests that have the time to sort by, and those that have none and come last."""
    columns, down = approval_table.c, cut.order.is_down
    at, id_ = columns[cut.order.column], columns.id
    query = select(id_, at.label("at"))
    dated = query.order_by(at.desc(), id_.desc()) if down else query.order_by(at, id_)
    undated = query.where(at.is_(None)).order_by(id_.desc() if down else id_)
    if at.nullable:
        dated = dated.where(at.is_not(None))
    has_none, has_some = _has(cut.order, filters)
    if cut.after is not None:
        last_at, last_id = cut.after
        if last_at is None:
            has_some = False
            undated = undated.where(id_ < last_id if down else id_ > last_id)
        else:
            here, last = tuple_(at, id_), tuple_(literal(last_at, at.type), literal(last_id, Uuid()))
            dated = dated.where(here < last if down else here > last)
    yield from (query for query, wanted in ((dated, has_some), (undated, has_none)) if wanted)


def _has(order: Order, filters: Filters) -> tuple[bool, bool]:
    """Tell whether requests that meet the filters may have no such time, and whether they may have one."""
    statuses = set(filters.status or Status)
    match order.column:
        case "created_at":
            return False, True
        case "resolved_at":
            return bool(statuses & OPEN), bool(statuses & TERMINAL)
        case _:
            return True, True


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


def _load(ids: list[UUID], *, session: Session) -> list[Approval]:
    """Read requests, in this order."""
    asked = select(approval_table).where(approval_table.c.id.in_(ids))
    rows = {row["id"]: row for row in session.execute(asked).mappings()}
    waiting = select(tables.waiter).where(tables.waiter.c.approval_id.in_(ids))
    waiters = {waiter["approval_id"]: waiter for waiter in session.execute(waiting).mappings()}
    votes, edits = (_by_approval(query, session=session) for query in since_opened(ids))
    found = (_approval(rows[i], waiters.get(i), votes[i], edits[i]) for i in ids if i in rows)
    return [approval for approval in found if approval is not None]


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
