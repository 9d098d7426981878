"""Who may write now, and how it shows that somebody else was faster."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

_POSTGRES_LOST = frozenset(
    {
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "55P03",  # lock_not_available
    }
)
_SQLITE_LOST = ("database is locked", "database table is locked")
# Unique keys that two transactions can reach at once, as PostgreSQL and as SQLite name them.
_KEYS = (
    ("uq_approval_waiter_ti_id", "approval_waiter.ti_id"),
    ("pk_approval_event", "approval_event.approval_id, approval_event.seq"),
    ("pk_approval_vote", "approval_vote.approval_id, approval_vote.actor_id"),
)


class StaleVersion(Exception):  # noqa: N818  (never leaves the service)
    """Somebody else changed the request since it was read."""


def begin_writing(session: Session) -> None:
    """Begin a transaction that means to write: SQLite, which has no row locks, locks the whole database.

    Without this it would read outside of any transaction, and write over what others wrote meanwhile.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def is_lost_race(error: BaseException) -> bool:
    """Tell whether a concurrent transaction won, so that the same work may well succeed now."""
    if isinstance(error, StaleVersion):
        return True
    if not isinstance(error, DBAPIError):
        return False
    text = str(error.orig)
    if isinstance(error, IntegrityError):
        return any(name in text for names in _KEYS for name in names)
    # psycopg2 calls it pgcode, psycopg 3 sqlstate.
    code = getattr(error.orig, "pgcode", None) or getattr(error.orig, "sqlstate", None)
    return code in _POSTGRES_LOST or text.startswith(_SQLITE_LOST)
