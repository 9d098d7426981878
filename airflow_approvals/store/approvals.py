"""Read and write single requests. Every write checks the version it is based on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Approval, Event, Origin
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from airflow_approvals.store import mapping, tables
from airflow_approvals.store.tables import approval as approval_table


class StaleVersion(Exception):  # noqa: N818  (never leaves the service)
    """Somebody else changed the request since it was read."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """A request and what holds it: a task instance try, or only a Dag run."""

    id: UUID
    ti_id: UUID | None
    dag_id: str
    run_id: str


def add(approval: Approval, events: Sequence[Event], *, session: Session) -> None:
    """Write a new request with its approvers and first events.

    :raises sqlalchemy.exc.IntegrityError: the task instance has a request already.
    """
    session.execute(insert(approval_table).values(mapping.approval_row(approval)))
    session.execute(insert(tables.approver), mapping.approver_rows(approval))
    session.execute(insert(tables.event), mapping.event_rows(approval, events, first_seq=1))


def get(approval_id: UUID, *, session: Session, lock: bool = False) -> Approval | None:
    """Read one request.

    :param lock: keep others from changing it until this transaction ends, where the database can.
    """
    query = select(approval_table).where(approval_table.c.id == approval_id)
    row = session.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        return None
    votes = select(tables.vote).where(tables.vote.c.approval_id == approval_id).order_by(tables.vote.c.at)
    return mapping.approval_of(row, session.execute(votes).mappings())


def save(before: Approval, after: Approval, events: Sequence[Event], *, session: Session) -> Approval:
    """Write a change; gives the request with its new version.

    :raises StaleVersion: the request changed since ``before`` was read; nothing was written.
    """
    row = mapping.approval_row(after)
    row["version"] = before.version + 1
    changed = session.execute(
        update(approval_table)
        .where(approval_table.c.id == before.id, approval_table.c.version == before.version)
        .values(row)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion
    if after.policy != before.policy:
        session.execute(delete(tables.approver).where(tables.approver.c.approval_id == before.id))
        session.execute(insert(tables.approver), mapping.approver_rows(after))
    if new_votes := after.votes[len(before.votes) :]:
        session.execute(insert(tables.vote), mapping.vote_rows(after, new_votes))
    if events:
        last = select(func.max(tables.event.c.seq)).where(tables.event.c.approval_id == before.id)
        first_seq = session.execute(last).scalar_one() + 1
        session.execute(insert(tables.event), mapping.event_rows(after, events, first_seq))
    return mapping.approval_of(row, [vars(vote) for vote in after.votes])


def remove(approval_ids: Collection[UUID], *, session: Session) -> int:
    """Delete requests with all that belongs to them; gives how many there were."""
    for child in (tables.event, tables.vote, tables.approver):
        session.execute(delete(child).where(child.c.approval_id.in_(approval_ids)))
    removed = session.execute(delete(approval_table).where(approval_table.c.id.in_(approval_ids)))
    return int(removed.rowcount)  # type: ignore[attr-defined]


def events_of(approval_id: UUID, *, session: Session) -> list[Event]:
    """Give the audit trail of one request, oldest first."""
    query = select(tables.event).where(tables.event.c.approval_id == approval_id).order_by(tables.event.c.seq)
    return [mapping.event_of(row) for row in session.execute(query).mappings()]


def id_of_task_instance(ti_id: UUID, *, session: Session) -> UUID | None:
    """Give the request of one task instance try."""
    query = select(approval_table.c.id).where(approval_table.c.ti_id == ti_id)
    return session.execute(query).scalar_one_or_none()


def open_ids_of_task(origin: Origin, *, session: Session) -> list[UUID]:
    """Give the open requests of all tries of one task instance."""
    columns = approval_table.c
    query = select(columns.id).where(
        columns.dag_id == origin.dag_id,
        columns.run_id == origin.run_id,
        columns.task_id == origin.task_id,
        columns.map_index == origin.map_index,
        columns.ti_id.is_not(None),
        columns.status.in_(_values(OPEN)),
    )
    return list(session.execute(query).scalars())


def due_ids(now: datetime, *, limit: int, session: Session) -> list[UUID]:
    """Give open requests whose deadline has passed, the longest overdue first."""
    columns = approval_table.c
    query = (
        select(columns.id)
        .where(columns.status.in_(_values(OPEN)), columns.expires_at <= now)
        .order_by(columns.expires_at, columns.id)
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def open_origins(*, after: UUID | None, limit: int, session: Session) -> list[Held]:
    """Give what open requests are about, in order of id, from ``after`` on."""
    columns = approval_table.c
    query = (
        select(columns.id, columns.ti_id, columns.dag_id, columns.run_id)
        .where(columns.status.in_(_values(OPEN)))
        .order_by(columns.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(columns.id > after)
    return [Held(**row) for row in session.execute(query).mappings()]


def undelivered_ids(ti_ids: Collection[UUID], *, session: Session) -> list[UUID]:
    """Give, of these task instances, the closed requests whose decision was not delivered."""
    columns = approval_table.c
    query = select(columns.id).where(
        columns.ti_id.in_(ti_ids),
        columns.status.in_(_values(TERMINAL)),
        columns.resumed_at.is_(None),
    )
    return list(session.execute(query).scalars())


def closed_before(moment: datetime, *, limit: int, session: Session) -> list[Held]:
    """Give requests resolved before ``moment``, oldest first."""
    columns = approval_table.c
    query = (
        select(columns.id, columns.ti_id, columns.dag_id, columns.run_id)
        .where(columns.status.in_(_values(TERMINAL)), columns.resolved_at < moment)
        .order_by(columns.resolved_at, columns.id)
        .limit(limit)
    )
    return [Held(**row) for row in session.execute(query).mappings()]


def _values(statuses: Collection[Status]) -> list[str]:
    return [status.value for status in statuses]
