"""Read and write single requests. Every write checks the version it is based on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Approval, Origin
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.events import AnyEvent, Updated
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from airflow_approvals.store import events, mapping, tables
from airflow_approvals.store.locks import StaleVersion
from airflow_approvals.store.tables import approval as approval_table
from airflow_approvals.store.tables import waiter as waiter_table

OPEN_VALUES = tuple(status.value for status in Status if status in OPEN)
TERMINAL_VALUES = tuple(status.value for status in Status if status in TERMINAL)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A request and what holds it: a task instance try, or only a Dag run."""

    id: UUID
    status: Status
    ti_id: UUID | None
    dag_id: str
    run_id: str
    task_id: str | None
    map_index: int
    resolved_at: datetime | None


def add(change: Change, *, session: Session) -> Approval:
    """Write a new request with its waiter, its approvers and its first events; gives it as written.

    :raises sqlalchemy.exc.IntegrityError: the task instance has a request already.
    """
    approval = replace(change.approval, recorded=len(change.events))
    session.execute(insert(approval_table).values(mapping.approval_row(approval)))
    if approval.waiter is not None:
        session.execute(insert(waiter_table).values(mapping.waiter_row(approval.id, approval.waiter)))
    session.execute(insert(tables.approver), mapping.approver_rows(approval))
    if approval.votes:
        session.execute(insert(tables.vote), mapping.vote_rows(approval.id, approval.votes))
    session.execute(insert(tables.event), events.event_rows(approval.id, change.events, first_seq=1))
    return approval


def get(approval_id: UUID, *, session: Session, lock: bool = False) -> Approval | None:
    """Read one request.

    :param lock: keep others from changing it until this transaction ends, where the database has row locks.
    """
    query = select(approval_table).where(approval_table.c.id == approval_id)
    row = session.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        return None
    # Read once the lock is given: what stood beside the row in one query would be as old as the wait for it.
    # Read to the end before anything can go wrong: a half-read result keeps SQLite in the past.
    waiter = select(waiter_table).where(waiter_table.c.approval_id == approval_id)
    return mapping.approval_of(
        row,
        session.execute(waiter).mappings().one_or_none(),
        *(
            session.execute(query).mappings().all()
            for query in since_opened([approval_id])
            if row["version"] > 1 or row["resolved_at"]  # else nothing has happened but that it was opened
        ),
    )


def lock(approval_id: UUID, *, session: Session) -> Held | None:
    """Keep others from changing one request until this transaction ends; reads nothing of what it asks."""
    query = holders().where(approval_table.c.id == approval_id).with_for_update(of=approval_table)
    return next(iter(held(query, session=session)), None)


def since_opened(approval_ids: Collection[UUID]) -> tuple[Select[Any], Select[Any]]:
    """Give the queries of what a request has only once it changed: votes, and edits from the record."""
    voted, happened = tables.vote.c, tables.event.c
    votes = select(tables.vote).where(voted.approval_id.in_(approval_ids)).order_by(voted.at, voted.actor_id)
    edits = (
        select(tables.event)
        .where(happened.approval_id.in_(approval_ids), happened.type == Updated.type)
        .order_by(happened.approval_id, happened.seq)
    )
    return votes, edits


def save(before: Approval, change: Change, *, session: Session) -> Approval:
    """Write a change; gives the request as written. What only an edit touches is written after an edit only.

    :raises StaleVersion: the request changed since ``before`` was read; nothing was written.
    """
    after = replace(
        change.approval,
        recorded=before.recorded + len(change.events),
        version=before.version + 1,
    )
    columns = mapping.state_columns(after)
    if after.content is not before.content:
        _keep(before, session=session)
        columns |= mapping.content_columns(after.content)
    if after.policy != before.policy:
        columns |= mapping.policy_columns(after.policy)
    written = session.execute(
        update(approval_table)
        .where(approval_table.c.id == before.id, approval_table.c.version == before.version)
        .values(columns)
    )
    if written.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion
    if after.policy != before.policy:
        session.execute(delete(tables.approver).where(tables.approver.c.approval_id == before.id))
        session.execute(insert(tables.approver), mapping.approver_rows(after))
    if after.waiter is not None and after.waiter is not before.waiter:
        session.execute(
            update(waiter_table)
            .where(waiter_table.c.ti_id == after.waiter.ti_id)
            .values(mapping.waiter_row(after.id, after.waiter))
        )
    _save_votes(before, after, session=session)
    session.execute(
        insert(tables.event), events.event_rows(after.id, change.events, first_seq=before.recorded + 1)
    )
    return after


def _keep(approval: Approval, *, session: Session) -> None:
    """Keep a content that is about to be replaced, once however often it comes back."""
    kept, now = tables.content.c, approval.content.fingerprint
    query = select(kept.fingerprint).where(kept.approval_id == approval.id, kept.fingerprint == now)
    if session.execute(query).scalar_one_or_none() is None:
        session.execute(
            insert(tables.content).values(
                approval_id=approval.id, **mapping.content_columns(approval.content)
            )
        )


def _save_votes(before: Approval, after: Approval, *, session: Session) -> None:
    known = len(before.votes)
    if before.votes != after.votes[:known]:  # voided; the record tells of them
        session.execute(delete(tables.vote).where(tables.vote.c.approval_id == after.id))
        known = 0
    if new_votes := after.votes[known:]:
        session.execute(insert(tables.vote), mapping.vote_rows(after.id, new_votes))


def remove(approval_ids: Collection[UUID], *, session: Session) -> int:
    """Delete requests with all that belongs to them; gives how many there were."""
    for child in (tables.event, tables.content, tables.vote, tables.approver, tables.waiter):
        session.execute(delete(child).where(child.c.approval_id.in_(approval_ids)))
    removed = session.execute(delete(approval_table).where(approval_table.c.id.in_(approval_ids)))
    return int(removed.rowcount)  # type: ignore[attr-defined]


def events_of(
    approval_id: UUID, *, limit: int | None = None, offset: int = 0, session: Session
) -> list[AnyEvent]:
    """Give the record of one request, oldest first.

    :param limit: at most this many of them, after leaving out ``offset``; None: all.
    """
    query = (
        select(tables.event)
        .where(tables.event.c.approval_id == approval_id, tables.event.c.seq > offset)
        .order_by(tables.event.c.seq)
        .limit(limit)
    )
    return [events.event_of(row) for row in session.execute(query).mappings().all()]


def past_content(approval_id: UUID, fingerprint: str, *, session: Session) -> Content | None:
    """Give a content that an edit replaced."""
    kept = tables.content.c
    query = select(tables.content).where(kept.approval_id == approval_id, kept.fingerprint == fingerprint)
    row = session.execute(query).mappings().one_or_none()
    return None if row is None else mapping.content_of(row)


def id_of_task_instance(ti_id: UUID, *, session: Session) -> UUID | None:
    """Give the request of one task instance try."""
    query = select(waiter_table.c.approval_id).where(waiter_table.c.ti_id == ti_id)
    return session.execute(query).scalar_one_or_none()


def ids_of_task(origin: Origin, *, session: Session) -> list[tuple[UUID, Status]]:
    """Give the requests of all tries of one task instance, the newest last, each with its status."""
    columns = approval_table.c
    query = (
        select(columns.id, columns.status)
        .join(waiter_table, waiter_table.c.approval_id == columns.id)
        .where(
            columns.dag_id == origin.dag_id,
            columns.run_id == origin.run_id,
            columns.task_id == origin.task_id,
            waiter_table.c.map_index == origin.map_index,
        )
        .order_by(columns.created_at, columns.id)
    )
    return [(row.id, Status(row.status)) for row in session.execute(query)]


def due_ids(now: datetime, *, limit: int, session: Session) -> list[UUID]:
    """Give open requests whose deadline has passed, the longest overdue first."""
    columns = approval_table.c
    query = (
        select(columns.id)
        .where(columns.status.in_(OPEN_VALUES), columns.expires_at <= now)
        .order_by(columns.expires_at, columns.id)
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def holders_of_open(*, after: UUID | None, limit: int, session: Session) -> list[Held]:
    """Give open requests with what holds each, in order of id, from ``after`` on."""
    query = holders().where(approval_table.c.status.in_(OPEN_VALUES)).order_by(approval_table.c.id)
    if after is not None:
        query = query.where(approval_table.c.id > after)
    return held(query.limit(limit), session=session)


def holders_of_closed(*, before: datetime, limit: int, session: Session) -> list[Held]:
    """Give requests closed before then with what held each, oldest first."""
    columns = approval_table.c
    query = (
        holders()
        .where(columns.status.in_(TERMINAL_VALUES), columns.resolved_at < before)
        .order_by(columns.resolved_at, columns.id)
    )
    return held(query.limit(limit), session=session)


def undelivered_ids(ti_ids: Collection[UUID], *, session: Session) -> list[UUID]:
    """Give the closed requests of those that these task instances asked, whatever the record says of them."""
    query = (
        select(approval_table.c.id)
        .join(waiter_table, waiter_table.c.approval_id == approval_table.c.id)
        .where(
            waiter_table.c.ti_id.in_(ti_ids),
            approval_table.c.status.in_(TERMINAL_VALUES),
        )
    )
    return list(session.execute(query).scalars())


def holders() -> Select[Any]:
    """Give the query of requests with what holds each."""
    columns = approval_table.c
    return select(
        columns.id,
        columns.status,
        waiter_table.c.ti_id,
        columns.dag_id,
        columns.run_id,
        columns.task_id,
        columns.map_index,
        columns.resolved_at,
    ).outerjoin(waiter_table, waiter_table.c.approval_id == columns.id)


def held(query: Select[Any], *, session: Session) -> list[Held]:
    """Read what such a query finds."""
    rows = session.execute(query).mappings().all()
    return [Held(**{**row, "status": Status(row["status"])}) for row in rows]
