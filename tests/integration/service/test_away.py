"""What happens to a command whose database is away, stays locked, or refuses for good."""

from __future__ import annotations

import sqlite3
import time
from uuid import UUID

import pytest
from sqlalchemy import exc, insert, text
from sqlalchemy.exc import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.orm import Session

from airflow_approvals.domain.errors import ChangedMeanwhile, Unavailable
from airflow_approvals.service.transaction import ATTEMPTS, RETRY_SECONDS, writing
from airflow_approvals.store import approvals as store
from airflow_approvals.store import tables
from tests.builders import UUID_OF_NOBODY
from tests.integration.service.desk import SOON, Desk, work_at
from tests.integration.service.racing import ONLY_POSTGRES, ONLY_SQLITE, DriverError, failing
from tests.integration.service.test_transaction import trace_of

AWAY = [
    OperationalError("", {}, DriverError("could not connect to server: Connection refused")),
    OperationalError("", {}, DriverError("sorry, too many clients already", "53300")),
    OperationalError("", {}, DriverError("terminating connection due to administrator command", "57P01")),
    OperationalError("", {}, DriverError("canceling statement due to statement timeout", "57014")),
    OperationalError("", {}, sqlite3.OperationalError("unable to open database file")),
    OperationalError("", {}, sqlite3.OperationalError("disk I/O error")),
    InterfaceError("", {}, DriverError("connection already closed")),
    DatabaseError("", {}, DriverError("server closed the connection"), connection_invalidated=True),
    exc.TimeoutError("QueuePool limit of size 5 overflow 10 reached"),
    exc.DisconnectionError("stale connection"),
]
FINAL = [
    OperationalError("", {}, sqlite3.OperationalError("no such table: approval")),
    ProgrammingError("", {}, DriverError('relation "approval" does not exist', "42P01")),
    IntegrityError(
        "", {}, DriverError('violates foreign key constraint "fk_approval_vote_approval"', "23503")
    ),
    ValueError("a bug"),
]


def test_a_database_that_stays_locked_is_no_conflict_about_the_request(desk: Desk) -> None:
    """It is said to be unavailable: a worker tries again, and a killed task's request does not count as
    closed."""
    attempts: list[Session] = []

    def locked(*, session: Session) -> None:
        attempts.append(session)
        raise OperationalError("", {}, DriverError("database is locked"))

    with pytest.raises(Unavailable) as refused:
        writing(locked, work=work_at(SOON))
    assert isinstance(refused.value.__cause__, OperationalError)
    assert len(attempts) == ATTEMPTS


@pytest.mark.parametrize("error", AWAY, ids=str)
def test_a_database_that_is_away_is_not_tried_again(desk: Desk, error: Exception) -> None:
    """Five attempts at a server that is away would be five time-outs; asking later may help."""
    attempts: list[Session] = []
    with pytest.raises(Unavailable) as refused:
        writing(failing, error, attempts, work=work_at(SOON))
    assert refused.value.__cause__ is error
    assert len(attempts) == 1


def test_a_key_that_others_reach_first_every_time_is_a_conflict(desk: Desk) -> None:
    """Nothing is wrong with the database, so it is neither a bug nor an outage."""
    taken = IntegrityError("", {}, DriverError("UNIQUE constraint failed: approval_waiter.ti_id"))

    def beaten(*, session: Session) -> None:
        raise taken

    with pytest.raises(ChangedMeanwhile):
        writing(beaten, work=work_at(SOON))


@ONLY_SQLITE
def test_a_lock_that_outlasts_the_time_there_is_costs_one_attempt(desk: Desk) -> None:
    """SQLite's own patience with a lock counts."""
    attempts: list[Session] = []

    def note(*, session: Session) -> None:
        attempts.append(session)

    start = time.monotonic()
    with desk.sessions() as other:
        other.execute(text("BEGIN IMMEDIATE"))
        with pytest.raises(Unavailable):
            writing(note, work=work_at(SOON))
        other.rollback()
    assert attempts == []
    assert time.monotonic() - start < 2 * RETRY_SECONDS


@ONLY_POSTGRES
def test_a_row_that_stays_locked_is_waited_for_a_few_seconds(desk: Desk) -> None:
    """Not for as long as its holder likes, with one of Airflow's connections in hand."""
    gate = desk.gate()
    start = time.monotonic()
    with desk.sessions() as other:
        store.get(gate.id, session=other, lock=True)
        with pytest.raises(Unavailable):
            writing(lambda *, session: store.get(gate.id, session=session, lock=True), work=work_at(SOON))
    assert time.monotonic() - start < 2 * RETRY_SECONDS


@pytest.mark.parametrize("error", FINAL, ids=str)
def test_any_other_error_is_raised_at_once(desk: Desk, error: Exception) -> None:
    """Trying again would not help; nor would asking later."""
    attempts: list[Session] = []
    with pytest.raises(type(error)):
        writing(failing, error, attempts, work=work_at(SOON))
    assert len(attempts) == 1


def test_a_key_that_no_race_explains_is_not_tried_again(desk: Desk) -> None:
    """An event of a request that does not exist would be refused for ever."""
    attempts: list[UUID] = []

    def work(*, session: Session) -> None:
        attempts.append(UUID_OF_NOBODY)
        session.execute(insert(tables.event), [{**trace_of(desk_gate, 1), "approval_id": UUID_OF_NOBODY}])

    desk_gate = desk.gate()
    with pytest.raises(IntegrityError):
        writing(work, work=work_at(SOON))
    assert len(attempts) == 1
