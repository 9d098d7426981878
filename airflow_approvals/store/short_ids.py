"""Ids that people can type: the beginning or the end of a request's, in hexadecimal digits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session

from airflow_approvals.store.tables import approval as approval_table

DIGITS = 32


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A request that may be meant; no more of it is read, as its terms may be a newer version's."""

    id: UUID
    status: str
    subject: str
    dag_id: str


def beginning_or_ending_with(digits: str, *, limit: int, session: Session) -> list[Candidate]:
    """Give at most ``limit`` requests whose ids begin or end with these lower-case digits, oldest first."""
    written, columns = _written(), approval_table.c
    query = select(columns.id, columns.status, columns.subject, columns.dag_id).where(
        or_(written.startswith(digits, autoescape=True), written.endswith(digits, autoescape=True))
    )
    found = session.execute(query.order_by(columns.id).limit(limit)).mappings()
    return [Candidate(**row) for row in found]


def shared_ends(ends: Collection[str], *, length: int, session: Session) -> set[str]:
    """Give those of the ends, ``length`` digits long, that more than one request of all has."""
    end = func.substr(_written(), DIGITS - length + 1)
    query = select(end).where(end.in_(ends))
    return {digits for digits, times in Counter(session.execute(query).scalars()).items() if times > 1}


def _written() -> ColumnElement[str]:
    """Write ids the same way in every database: SQLite keeps digits, PostgreSQL shows hyphens."""
    return func.replace(cast(approval_table.c.id, String), "-", "")
