"""What happens to a command that others keep getting in the way of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timezone
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.commands.edit import Edit, edit
from airflow_approvals.domain.errors import ChangedMeanwhile
from airflow_approvals.domain.events import Unknown, Updated
from airflow_approvals.service.transaction import ATTEMPTS, Work, new_session, writing
from airflow_approvals.store import approvals as store
from airflow_approvals.store import locks, tables
from airflow_approvals.store.locks import StaleVersion
from airflow_approvals.store.mapping import vote_rows
from tests.builders import ti_id_of
from tests.integration.service.desk import EDITOR, SETTINGS, SOON, Desk, work_at
from tests.integration.service.racing import (
    MEETING_SECONDS,
    ONLY_POSTGRES,
    ONLY_SQLITE,
    DriverError,
    Race,
    failing,
    impatient,
)


class Interrupted:
    """An edit of what a person was shown; somebody else changes the request in between, a number of times."""

    def __init__(self, desk: Desk, gate: Approval, *, times: int) -> None:
        self._desk, self._gate, self._times = desk, gate, times
        self._shown = gate
        self.attempts = 0

    def sessions(self) -> AbstractContextManager[Session]:
        """Look, let the other one write if it is their turn, and only then begin."""
        self.attempts += 1
        self._shown = self._desk.read(self._gate)
        if self.attempts <= self._times:
            self._desk.edit(self._gate, body=f"changed {self.attempts} times")
        return new_session()

    def __call__(self, *, session: Session) -> Approval:
        """Leave a trace, then write on top of what was shown."""
        session.execute(insert(tables.event), [trace_of(self._shown, self.attempts)])
        return store.save(self._shown, edit(self._shown, LAST_WORD, SOON), session=session)


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
        "fields": {"attempt": attempt},
    }


def traces(desk: Desk, gate: Approval) -> list[Any]:
    """Which attempts left one."""
    return [fact.fields["attempt"] for fact in desk.events(gate) if isinstance(fact, Unknown)]


def test_a_beaten_command_is_tried_again_and_leaves_nothing_of_the_lost_attempts(desk: Desk) -> None:
    """Nothing of either change is lost; what the lost attempts had written is taken back."""
    gate = desk.gate()
    command = Interrupted(desk, gate, times=3)

    saved = writing(command, work=replace(work_at(SOON), sessions=command.sessions))

    assert command.attempts == 4
    assert (saved.content.subject, saved.content.body) == ("The last word", "changed 3 times")
    assert desk.read(gate) == saved
    edits = [fact for fact in desk.events(gate) if isinstance(fact, Updated)]
    assert ["subject" in fact.fields for fact in edits] == [False, False, False, True]
    assert traces(desk, gate) == [4]


def test_a_command_that_is_always_beaten_gives_up(desk: Desk) -> None:
    """With an error that asks the person to look again; nothing of it is written."""
    gate = desk.gate()
    command = Interrupted(desk, gate, times=1000)
    with pytest.raises(ChangedMeanwhile):
        writing(command, work=replace(work_at(SOON), sessions=command.sessions))
    assert command.attempts == ATTEMPTS
    assert desk.read(gate).content.subject == gate.content.subject
    assert traces(desk, gate) == []


LOST = [
    StaleVersion(),
    OperationalError("", {}, DriverError("could not serialize access", "40001")),
    OperationalError("", {}, DriverError("deadlock detected", "40P01")),
    OperationalError("", {}, DriverError("could not obtain lock", "55P03")),
    OperationalError("", {}, DriverError("database is locked")),
    OperationalError("", {}, DriverError("database table is locked: approval")),
]


@pytest.mark.parametrize("error", LOST, ids=str)
def test_a_lost_race_is_run_again(desk: Desk, error: Exception) -> None:
    """Somebody else was faster; now it may work."""
    attempts: list[Session] = []
    writing(failing, error, attempts, work=work_at(SOON))
    assert len(attempts) == 2


@ONLY_POSTGRES
def test_two_commands_that_wait_for_each_other_both_succeed(desk: Desk, race: Race) -> None:
    """PostgreSQL ends one of the two, and that one starts over."""
    gates = [desk.gate(map_index=number) for number in range(2)]
    both_have_one = Barrier(2, timeout=MEETING_SECONDS)
    attempts: list[UUID] = []

    def lock_both(one: Approval, other: Approval, *, session: Session) -> None:
        attempts.append(one.id)
        store.get(one.id, session=session, lock=True)
        if attempts.count(one.id) == 1:
            both_have_one.wait()
        store.get(other.id, session=session, lock=True)

    answers = race(
        lambda: writing(lock_both, *gates, work=work_at(SOON)),
        lambda: writing(lock_both, *reversed(gates), work=work_at(SOON)),
    )
    assert [answer.error for answer in answers] == [None, None]
    assert len(attempts) == 3


@ONLY_POSTGRES
def test_a_command_on_a_view_that_has_grown_old_starts_over(desk: Desk) -> None:
    """Where a stricter isolation level is set up, PostgreSQL refuses to lock what changed meanwhile."""
    gate = desk.gate()
    attempts: list[Session] = []

    @contextmanager
    def strict() -> Iterator[Session]:
        with new_session() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    def look_and_lock(*, session: Session) -> Approval | None:
        attempts.append(session)
        store.get(gate.id, session=session)
        if len(attempts) == 1:
            desk.edit(gate, body="changed by somebody else")
        return store.get(gate.id, session=session, lock=True)

    found = writing(look_and_lock, work=replace(work_at(SOON), sessions=strict))
    assert len(attempts) == 2
    assert found == desk.read(gate)


@ONLY_SQLITE
def test_a_command_that_finds_the_database_locked_starts_over(desk: Desk) -> None:
    """SQLite says so when its own patience is at an end."""
    gate = desk.gate()
    attempts: list[Session] = []

    with desk.sessions() as writer:
        writer.execute(text("UPDATE approval SET subject = 'theirs'"))

        @contextmanager
        def hasty() -> Iterator[Session]:
            with new_session() as session:
                session.execute(text("PRAGMA busy_timeout = 1"))
                attempts.append(session)
                if len(attempts) == 3:
                    writer.rollback()
                yield session

        found = writing(
            lambda *, session: store.get(gate.id, session=session),
            work=replace(work_at(SOON), sessions=hasty),
        )
    assert len(attempts) == 3
    assert found == gate


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
        tables.vote: vote_rows(gate.id, [vote])[0],
        tables.event: {**event, "seq": 1},
    }
    other = desk.gate(map_index=1)
    twice[tables.waiter]["approval_id"] = other.id
    for table, row in twice.items():
        with desk.sessions() as session, pytest.raises(IntegrityError) as refused:
            session.execute(insert(table).values(row))
        assert locks.is_lost_race(refused.value), table.name


@ONLY_SQLITE
def test_a_writing_transaction_locks_a_database_without_row_locks(desk: Desk) -> None:
    """From its beginning: nobody writes between its reading and its writing."""
    gate = desk.gate()

    def read_and_write(*, session: Session) -> Approval:
        before = store.get(gate.id, session=session, lock=True)
        assert before is not None
        with impatient(desk.sessions) as other, pytest.raises(OperationalError, match="locked"):
            other.execute(text("UPDATE approval SET subject = 'theirs'"))
        return store.save(before, edit(before, LAST_WORD, SOON), session=session)

    assert writing(read_and_write, work=work_at(SOON)) == desk.read(gate)


def test_the_clock_of_a_deployment_is_in_utc() -> None:
    """What is written by it needs no conversion."""
    assert Work(settings=SETTINGS).clock().tzinfo is timezone.utc
