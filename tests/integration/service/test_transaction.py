"""What happens to a command that others keep getting in the way of."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from airflow_approvals.domain import lifecycle
from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.errors import ChangedMeanwhile
from airflow_approvals.domain.lifecycle import Edit
from airflow_approvals.service.transaction import ATTEMPTS, retrying
from airflow_approvals.store import approvals as store
from tests.integration.service.desk import EDITOR, SOON, Desk


class Interrupted:
    """An edit that somebody else beats to it a number of times."""

    def __init__(self, desk: Desk, gate: Approval, *, times: int, session: Session) -> None:
        self._desk, self._gate, self._times, self._session = desk, gate, times, session
        self.attempts = 0

    def __call__(self) -> Approval:
        """Read, let the other one write first if it is their turn, then write."""
        before = store.get(self._gate.id, session=self._session)
        assert before is not None
        self._session.rollback()  # ends the reading, as if the request had been shown to a person
        self.attempts += 1
        if self.attempts <= self._times:
            self._desk.edit(self._gate, Edit(body=f"changed {self.attempts} times"))
        change = Edit(subject="The last word")
        after, events = lifecycle.edit(before, change=change, actor=EDITOR, now=SOON)
        saved = store.save(before, after, events, session=self._session)
        self._session.commit()
        return saved


def test_a_beaten_command_is_tried_again_on_what_it_then_finds(desk: Desk, session: Session) -> None:
    """Nothing of either change is lost."""
    gate = desk.gate()
    command = Interrupted(desk, gate, times=3, session=session)
    saved = retrying(command, session=session)
    assert command.attempts == 4
    assert (saved.subject, saved.body) == ("The last word", "changed 3 times")
    assert desk.read(gate) == saved
    assert [sorted(event.detail["changed"]) for event in desk.events(gate)[1:]] == [
        ["body"],
        ["body"],
        ["body"],
        ["subject"],
    ]


def test_a_command_that_is_always_beaten_gives_up(desk: Desk, session: Session) -> None:
    """With an error that asks the person to look again; nothing of it is written."""
    gate = desk.gate()
    command = Interrupted(desk, gate, times=1000, session=session)
    with pytest.raises(ChangedMeanwhile):
        retrying(command, session=session)
    assert command.attempts == ATTEMPTS
    assert desk.read(gate).subject == gate.subject


def test_an_error_of_the_database_is_not_hidden(desk: Desk, session: Session) -> None:
    """One that no repetition heals is raised as it is."""
    gate = desk.gate()

    def work() -> None:
        store.add(gate, (), session=session)

    with pytest.raises(IntegrityError):
        retrying(work, session=session)
    assert desk.read(gate) == gate
