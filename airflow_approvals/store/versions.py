"""Which of its tables a database has, as the migrations count."""

from __future__ import annotations

from sqlalchemy import String, column, inspect, select, table
from sqlalchemy.orm import Session

TABLE = "alembic_version_approvals"
NEEDED = "0006"
"""The last migration of this version."""


def found(*, session: Session) -> str | None:
    """Give the migration that the database has got to; None when it has none of the tables."""
    if not inspect(session.connection()).has_table(TABLE):
        return None
    return session.execute(select(table(TABLE, column("version_num", String())))).scalar_one_or_none()
