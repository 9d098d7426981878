"""What the maintenance Dag looks for: passed deadlines, who waits for nothing, what is old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from airflow_approvals.store.approvals import OPEN_VALUES, TERMINAL_VALUES, Held, held, holders
from airflow_approvals.store.tables import approval as approval_table
from airflow_approvals.store.tables import waiter as waiter_table

Condition = ColumnElement[bool]


class Due(NamedTuple):
    """An open request whose deadline has passed."""

    expires_at: datetime
    id: UUID


class Slice(NamedTuple):
    """A stretch of ids: those after the one, up to the other; None: from the first on, to the last."""

    after: UUID | None
    upto: UUID | None


def due(now: datetime, *, after: Due | None, limit: int, session: Session) -> list[Due]:
    """Give open requests whose deadline has passed, the longest overdue first, from ``after`` on."""
    columns = approval_table.c
    found: list[Due] = []
    for status in OPEN_VALUES:  # each by itself is read from the index in order, however many are due
        query = (
            select(columns.expires_at, columns.id)
            .where(columns.status == status, columns.expires_at <= now)
            .order_by(columns.expires_at, columns.id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(tuple_(columns.expires_at, columns.id) > tuple_(*after))
        found += (Due(*row) for row in session.execute(query))
    return sorted(found)[:limit]


def slice_of_open(after: UUID | None, *, size: int, session: Session) -> tuple[Slice, bool]:
    """Give where the next ``size`` open requests lie, in order of id, and whether there are more."""
    query = select(approval_table.c.id).where(approval_table.c.status.in_(OPEN_VALUES))
    if after is not None:
        query = query.where(approval_table.c.id > after)
    found = query.order_by(approval_table.c.id).limit(size).subquery()
    last = select(found.c.id, func.count().over()).order_by(found.c.id.desc()).limit(1)
    row = session.execute(last).one_or_none()
    more = row is not None and row[1] == size
    return Slice(after, row[0] if row is not None and more else None), more


def forsaken(
    where: Slice,
    *,
    lives: Callable[[ColumnElement[UUID]], Condition],
    has_run: Callable[[ColumnElement[str], ColumnElement[str]], Condition],
    session: Session,
) -> list[UUID]:
    """Give the open requests of a slice that nobody waits for, in order of id.

    :param lives: the condition that a task instance, by its id, is at work or waits.
    :param has_run: the condition that Airflow has a Dag run, by the id of its Dag and its own.
    """
    columns, ti_id = approval_table.c, waiter_table.c.ti_id
    query = (
        select(columns.id)
        .outerjoin(waiter_table, waiter_table.c.approval_id == columns.id)
        .where(
            columns.status.in_(OPEN_VALUES),
            *([] if where.after is None else [columns.id > where.after]),
            *([] if where.upto is None else [columns.id <= where.upto]),
            or_(
                and_(ti_id.is_not(None), ~lives(ti_id)),
                and_(ti_id.is_(None), ~has_run(columns.dag_id, columns.run_id)),
            ),
        )
        .order_by(columns.id)
    )
    return list(session.execute(query).scalars())


def undelivered(waiting: Select[tuple[UUID]], *, session: Session) -> list[UUID]:
    """Give the closed requests of those that task instances asked, whatever the record says of them.

    :param waiting: the query of the ids of the task instances.
    """
    query = (
        select(approval_table.c.id)
        .join(waiter_table, waiter_table.c.approval_id == approval_table.c.id)
        .where(waiter_table.c.ti_id.in_(waiting), approval_table.c.status.in_(TERMINAL_VALUES))
    )
    return list(session.execute(query).scalars())


def holders_of_closed(*, before: datetime, limit: int, session: Session) -> list[Held]:
    """Give requests closed before then with what held each, oldest first."""
    columns = approval_table.c
    query = (
        holders()
        .where(columns.status.in_(TERMINAL_VALUES), columns.resolved_at < before)
        .order_by(columns.resolved_at, columns.id)
    )
    return held(query.limit(limit), session=session)
