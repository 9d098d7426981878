"""Read and write single requests. Every write checks the version it is based on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, func, insert, select, tuple_, update
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
    found = _read(query.with_for_update() if lock else query, session=session)
    return found[0] if found else None


def lock_all(approval_ids: Collection[UUID], *, session: Session) -> list[Approval]:
    """Read requests, in order of id, and keep others from changing them; leaves out what others hold."""
    query = select(approval_table).where(approval_table.c.id.in_(approval_ids)).order_by(approval_table.c.id)
    return _read(query.with_for_update(skip_locked=True), session=session)


def _read(query: Select[Any], *, session: Session) -> list[Approval]:
    # Read to the end before anything can go wrong: a half-read result keeps SQLite in the past.
    rows = session.execute(query).mappings().all()
    if not rows:
        return []
    # Read once the locks are given: what stood beside a row in one query would be as old as the wait for it.
    asked = waiter_table.c.approval_id.in_([row["id"] for row in rows])
    found = session.execute(select(waiter_table).where(asked)).mappings().all()
    waiters = {waiter["approval_id"]: waiter for waiter in found}
    # Of others nothing has happened but that they were opened.
    changed = [row["id"] for row in rows if row["version"] > 1 or row["resolved_at"]]
    votes, edits = (_of_each(query, session=session) if changed else {} for query in since_opened(changed))
    return [
        mapping.approval_of(row, waiters.get(row["id"]), votes.get(row["id"], ()), edits.get(row["id"], ()))
        for row in rows
    ]


def _of_each(query: Select[Any], *, session: Session) -> dict[UUID, list[mapping.Row]]:
    found: dict[UUID, list[mapping.Row]] = {}
    for row in session.execute(query).mappings().all():
        found.setdefault(row["approval_id"], []).append(row)
    return found


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
    """Write a change; gives the request as written.

    :raises StaleVersion: the request changed since ``before`` was read; nothing was written.
    """
    (after,) = save_all([(before, change)], session=session)
    return after


def save_all(changes: Sequence[tuple[Approval, Change]], *, session: Session) -> list[Approval]:
    """Write changes of several requests, each as it was read before; gives the requests as written.

    What only an edit touches is written after an edit only.

    :raises StaleVersion: one of them changed since it was read; what was written has to be rolled back.
    """
    written = [(before, _as_written(before, change)) for before, change in changes]
    _save_states(written, session=session)
    for before, after in written:
        _save_terms(before, after, session=session)
    _save_waiters(written, session=session)
    for before, after in written:
        _save_votes(before, after, session=session)
    happened = [
        row
        for before, change in changes
        for row in events.event_rows(before.id, change.events, first_seq=before.recorded + 1)
    ]
    session.execute(insert(tables.event), happened)
    return [after for _, after in written]


def _as_written(before: Approval, change: Change) -> Approval:
    recorded = before.recorded + len(change.events)
    return replace(change.approval, recorded=recorded, version=before.version + 1)


def _save_states(written: Sequence[tuple[Approval, Approval]], *, session: Session) -> None:
    columns = approval_table.c
    statement = update(approval_table).where(
        columns.id == bindparam("read_id"), columns.version == bindparam("read_version")
    )
    rows = [
        {"read_id": before.id, "read_version": before.version, **mapping.state_columns(after)}
        for before, after in written
    ]
    if len(rows) == 1:
        count = session.execute(statement, rows[0]).rowcount  # type: ignore[attr-defined]
    else:  # sent together, for which drivers do not say how many rows they met
        session.execute(statement, rows)
        as_written = tuple_(columns.id, columns.version).in_([(a.id, a.version) for _, a in written])
        count = session.execute(select(func.count()).where(as_written)).scalar_one()
    if count != len(rows):
        raise StaleVersion


def _save_terms(before: Approval, after: Approval, *, session: Session) -> None:
    edited: dict[str, Any] = {}
    if after.content is not before.content:
        _keep(before, session=session)
        edited |= mapping.content_columns(after.content)
    if after.policy != before.policy:
        edited |= mapping.policy_columns(after.policy)
        session.execute(delete(tables.approver).where(tables.approver.c.approval_id == before.id))
        session.execute(insert(tables.approver), mapping.approver_rows(after))
    if edited:
        session.execute(update(approval_table).where(approval_table.c.id == before.id).values(edited))


def _save_waiters(written: Sequence[tuple[Approval, Approval]], *, session: Session) -> None:
    rows = [
        {"read_ti_id": after.waiter.ti_id, **mapping.waiter_row(after.id, after.waiter)}
        for before, after in written
        if after.waiter is not None and after.waiter is not before.waiter
    ]
    if rows:
        session.execute(update(waiter_table).where(waiter_table.c.ti_id == bindparam("read_ti_id")), rows)


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
