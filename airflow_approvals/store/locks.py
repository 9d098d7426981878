"""Who may write now, and how it shows that somebody else was faster, or that nobody can."""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

LOCK_SECONDS = 4
"""How long PostgreSQL waits for a lock: as long as the pool's connections can be missed by others."""

_POSTGRES_LOST = frozenset(
    {
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "55P03",  # lock_not_available
    }
)
_POSTGRES_AWAY = ("08", "53300", "57P0")  # connection_exception, too_many_connections, …_shutdown
_SQLITE_LOST = ("database is locked", "database table is locked")
# What SQLite says of the file; whatever else it says is about the statement.
_SQLITE_AWAY = (
    *_SQLITE_LOST,
    "unable to open database file",
    "disk I/O error",
    "database or disk is full",
    "locking protocol",
)
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
    PostgreSQL waits for a lock only so long, as SQLite does by itself.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")


def is_lost_race(error: BaseException) -> bool:
    """Tell whether a concurrent transaction won, so that the same work may well succeed now."""
    if isinstance(error, StaleVersion):
        return True
    if not isinstance(error, DBAPIError):
        return False
    text = str(error.orig)
    if isinstance(error, IntegrityError):
        return any(name in text for names in _KEYS for name in names)
    return _code(error) in _POSTGRES_LOST or text.startswith(_SQLITE_LOST)


def is_unavailable(error: BaseException) -> bool:
    """Tell whether the database cannot be reached, or has no connection left: who asks later may succeed.

    Not so for a mistake of the statement's, such as a table that does not exist.
    """
    if isinstance(error, (exc.TimeoutError, exc.DisconnectionError)):  # the pool's
        return True
    if not isinstance(error, DBAPIError) or is_lost_race(error):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return str(error.orig).startswith(_SQLITE_AWAY)
    return (
        error.connection_invalidated
        or isinstance(error, (exc.OperationalError, exc.InterfaceError))
        or _code(error).startswith(_POSTGRES_AWAY)
    )


def _code(error: DBAPIError) -> str:
    """Give PostgreSQL's code; psycopg2 calls it pgcode, psycopg 3 sqlstate."""
    return getattr(error.orig, "pgcode", None) or getattr(error.orig, "sqlstate", None) or ""
