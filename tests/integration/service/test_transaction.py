"""What happens to a command that others keep getting in the way of."""

from __future__ import annotations

from datetime import timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.commands.edit import Edit, edit
from airflow_approvals.domain.errors import ChangedMeanwhile
from airflow_approvals.service.transaction import ATTEMPTS, Work, writing
from airflow_approvals.store import approvals as store
from airflow_approvals.store import locks, tables
from airflow_approvals.store.locks import StaleVersion
from tests.builders import UUID_OF_NOBODY, ti_id_of
from tests.integration.service.desk import EDITOR, SETTINGS, SOON, Desk, work_at


class Beaten:
    """An edit that is based on what was read earlier, a number of times."""

    def __init__(self, desk: Desk, gate: Approval, *, times: int) -> None:
        self._desk, self._gate, self._times = desk, gate, times
        self._outdated = gate
        self.attempts = 0

    def __call__(self, *, session: Session) -> Approval:
        """Write on top of what is there, or of what was there before somebody else wrote."""
        self.attempts += 1
        before = store.get(self._gate.id, session=session)
        assert before is not None
        if self.attempts <= self._times:
            before, self._outdated = self._outdated, before
            session.execute(insert(tables.event), [trace_of(before, self.attempts)])
        return store.save(before, edit(before, LAST_WORD, SOON), session=session)


LAST_WORD = Edit(actor=EDITOR, subject="The last word")


def trace_of(approval: Approval, attempt: int) -> dict[str, Any]:
    """A row that a lost attempt leaves behind if nobody takes it back."""
    return {
        "approval_id": approval.id,
        "seq": 1000 + attempt,
        "at": SOON,
        "type": "trace",
        "actor_kind": "system",
        "actor_id": "system",
        "actor_name": "system",
        "fields": {},
    }


def test_a_beaten_command_is_tried_again_and_leaves_nothing_of_the_lost_attempts(desk: Desk) -> None:
    """It then works on what the others left; what it had written before is taken back."""
    gate = desk.gate()
    desk.edit(gate, body="changed by somebody else")
    command = Beaten(desk, gate, times=1)

    saved = writing(command, work=work_at(SOON))

    assert command.attempts == 2
    assert (saved.content.subject, saved.content.body) == ("The last word", "changed by somebody else")
    assert desk.read(gate) == saved
    assert desk.trail(gate) == ["opened", "updated", "updated"]


def test_a_command_that_is_always_beaten_gives_up(desk: Desk) -> None:
    """With an error that asks the person to look again; nothing of it is written."""
    gate = desk.gate()
    attempts = []

    def always_late(*, session: Session) -> None:
        attempts.append(session)
        session.execute(insert(tables.event), [trace_of(gate, 1)])
        raise StaleVersion

    with pytest.raises(ChangedMeanwhile):
        writing(always_late, work=work_at(SOON))
    assert len(attempts) == ATTEMPTS
    assert desk.read(gate) == gate
    assert desk.trail(gate) == ["opened"]


def failing(error: Exception, attempts: list[Session], *, session: Session) -> None:
    """Fail the first time."""
    attempts.append(session)
    if len(attempts) == 1:
        raise error


class DriverError(Exception):
    """What a driver says."""

    def __init__(self, words: str, pgcode: str | None = None) -> None:
        super().__init__(words)
        self.pgcode = pgcode


LOST = [
    StaleVersion(),
    OperationalError("", {}, DriverError("could not serialize access", "40001")),
    OperationalError("", {}, DriverError("deadlock detected", "40P01")),
    OperationalError("", {}, DriverError("could not obtain lock", "55P03")),
    OperationalError("", {}, DriverError("database is locked")),
    OperationalError("", {}, DriverError("database table is locked: approval")),
]
FINAL = [
    OperationalError("", {}, DriverError("could not connect to server: Connection refused")),
    OperationalError("", {}, DriverError("no such table: approval")),
    OperationalError("", {}, DriverError("canceling statement due to statement timeout", "57014")),
    IntegrityError(
        "", {}, DriverError('violates foreign key constraint "fk_approval_vote_approval"', "23503")
    ),
    ValueError("a bug"),
]


@pytest.mark.parametrize("error", LOST, ids=str)
def test_a_lost_race_is_run_again(desk: Desk, error: Exception) -> None:
    """Somebody else was faster; now it may work."""
    attempts: list[Session] = []
    writing(failing, error, attempts, work=work_at(SOON))
    assert len(attempts) == 2


@pytest.mark.parametrize("error", FINAL, ids=str)
def test_any_other_error_is_raised_at_once(desk: Desk, error: Exception) -> None:
    """Twenty attempts at a server that is away would be twenty time-outs."""
    attempts: list[Session] = []
    with pytest.raises(type(error)):
        writing(failing, error, attempts, work=work_at(SOON))
    assert len(attempts) == 1


def test_the_unique_keys_that_two_can_reach_at_once_are_known_by_name(desk: Desk) -> None:
    """As the database of this run says them: a try's request, a person's vote, an event's number."""
    gate = desk.decide(desk.gate())
    vote, event = gate.votes[0], trace_of(gate, 1)
    twice = {
        tables.waiter: {
            "approval_id": gate.id,
            "ti_id": ti_id_of(gate),
            "map_index": -1,
            "try_number": 1,
            "way": "trigger",
            "ends": "worker",
        },
        tables.vote: {**vars(vote), "approval_id": gate.id, "verdict": "approve"},
        tables.event: {**event, "seq": 1},
    }
    other = desk.gate(map_index=1)
    twice[tables.waiter]["approval_id"] = other.id
    for table, row in twice.items():
        with desk.sessions() as session, pytest.raises(IntegrityError) as refused:
            session.execute(insert(table).values(row))
        assert locks.is_lost_race(refused.value), table.name


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


def test_a_writing_transaction_sees_what_others_wrote_until_it_ends(desk: Desk) -> None:
    """On SQLite it locks the database, so that nobody writes between its reading and its writing."""
    gate = desk.gate()
    dialect = []

    def work(*, session: Session) -> None:
        dialect.append(session.get_bind().dialect.name)
        if dialect == ["sqlite"]:
            store.get(gate.id, session=session, lock=True)
            with desk.sessions() as other:
                other.execute(text("PRAGMA busy_timeout = 1"))
                with pytest.raises(DBAPIError, match="locked"):
                    other.execute(text("UPDATE approval SET subject = 'theirs'"))

    writing(work, work=work_at(SOON))
    assert desk.read(gate) == gate


def test_the_clock_of_a_deployment_is_in_utc() -> None:
    """What is written by it needs no conversion."""
    assert Work(settings=SETTINGS).clock().tzinfo is timezone.utc
