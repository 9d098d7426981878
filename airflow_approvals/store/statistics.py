"""The few columns that metrics are computed from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from airflow_approvals.domain.people import ActorKind, ApproverKind
from airflow_approvals.domain.search import Viewer
from airflow_approvals.domain.status import Status
from airflow_approvals.store import tables
from airflow_approvals.store.approvals import OPEN_VALUES
from airflow_approvals.store.listing import visible_to
from airflow_approvals.store.tables import approval as approval_table


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What counts about one request."""

    id: UUID
    dag_id: str
    status: Status
    created_at: datetime
    resolved_at: datetime | None
    escalated_at: datetime | None
    actor_kind: ActorKind | None


def samples(viewer: Viewer, *, since: datetime, session: Session) -> list[Sample]:
    """Give all visible requests opened since then."""
    columns = approval_table.c
    query = select(
        columns.id,
        columns.dag_id,
        columns.status,
        columns.created_at,
        columns.resolved_at,
        columns.escalated_at,
        columns.actor_kind,
    ).where(visible_to(viewer), columns.created_at >= since)
    return [
        Sample(
            id=row.id,
            dag_id=row.dag_id,
            status=Status(row.status),
            created_at=row.created_at,
            resolved_at=row.resolved_at,
            escalated_at=row.escalated_at,
            actor_kind=None if row.actor_kind is None else ActorKind(row.actor_kind),
        )
        for row in session.execute(query)
    ]


def asked_roles(viewer: Viewer, *, since: datetime, session: Session) -> list[tuple[UUID, str]]:
    """Give ``(approval id, role)`` for every role that was asked in those requests."""
    query = (
        select(tables.approver.c.approval_id, tables.approver.c.name)
        .join(approval_table, approval_table.c.id == tables.approver.c.approval_id)
        .where(
            visible_to(viewer),
            approval_table.c.created_at >= since,
            tables.approver.c.kind == ApproverKind.ROLE.value,
            tables.approver.c.level <= approval_table.c.level,
        )
        .distinct()
    )
    return [(row.approval_id, row.name) for row in session.execute(query)]


def open_now(viewer: Viewer, *, now: datetime, session: Session) -> tuple[int, int, datetime | None]:
    """Give how many visible requests are open, how many of them overdue, and when the oldest was opened."""
    columns = approval_table.c
    is_open = and_(visible_to(viewer), columns.status.in_(OPEN_VALUES))
    total, oldest = session.execute(select(func.count(), func.min(columns.created_at)).where(is_open)).one()
    late = session.execute(
        select(func.count()).select_from(approval_table).where(is_open, columns.expires_at <= now)
    ).scalar_one()
    return total, late, oldest
