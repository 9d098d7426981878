"""The service as the API uses it: a session per call, the usual arguments filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from airflow.models.taskinstance import TaskInstance
from sqlalchemy.orm import Session, sessionmaker

from airflow_approvals.config import Settings
from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.edit import Edit, edit
from airflow_approvals.domain.events import AnyEvent
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.policy import Policy
from airflow_approvals.domain.rules import Answer
from airflow_approvals.domain.status import Status
from airflow_approvals.domain.waiting import Waits
from airflow_approvals.service import commands, opening, reading, sweep
from airflow_approvals.service.opening import Question
from airflow_approvals.service.transaction import Work
from tests.airflow_rows import AirflowRows
from tests.builders import HOUR, MANAGER, MINUTE, NOW, content, origin, person, policy, ti_id_of, types

SOON = NOW + MINUTE
SETTINGS = Settings(settle_seconds=5.0, retention_days=90)
LONG_AFTER = SOON + timedelta(days=91)
EDITOR = person("dag-editor")
ADMINISTRATOR = person("an-administrator")


LATER: list[UUID] = []
"""Requests that use cases wanted to be tried again soon."""


def work_at(now: datetime, **settings: Any) -> Work:
    """What the use cases work with, at a time that stands still."""
    return Work(settings=replace(SETTINGS, **settings), clock=lambda: now, later=LATER.append)


def question(terms: Policy | None = None, *, expires_at: datetime | None = None, **fields: Any) -> Question:
    """Ask about a release, of a manager and then a director, an hour each; ``fields`` of the content."""
    asked = content(**{"metadata": {"rows": 1200}, **fields})
    return Question(content=asked, policy=terms or policy(), expires_at=expires_at)


class Desk:
    """Calls the service the way the routes do."""

    def __init__(self, sessions: sessionmaker[Session], rows: AirflowRows) -> None:
        self.sessions = sessions
        self.rows = rows
        self.later = LATER
        self.later.clear()

    # Opening

    def ask(
        self,
        ti_id: UUID,
        *,
        now: datetime = NOW,
        terms: Policy | None = None,
        waits: Waits | None = None,
        **fields: Any,
    ) -> Approval:
        """Open the request of a running task instance; takes the arguments of ``question``."""
        return opening.open_by_task(ti_id, question(terms, **fields), waits, work=work_at(now))[0]

    def gate(
        self,
        terms: Policy | None = None,
        *,
        state: str | None = "deferred",
        parked_at: datetime | None = NOW - HOUR,
        now: datetime = NOW,
        waits: Waits | None = None,
        **task: Any,
    ) -> Approval:
        """Run a task up to its gate.

        :param state: what has become of the task since it asked; by default it waits.
        :param parked_at: when it began to wait; by default long enough ago to be resumed at once.
        :param waits: how the task says that it waits; by default a worker ends it.
        :param task: arguments of ``AirflowRows.task_instance``.
        """
        ti_id = self.rows.task_instance(**task)
        approval = self.ask(ti_id, now=now, terms=terms, waits=waits)
        self.rows.set_state(ti_id, state, updated_at=parked_at)
        return approval

    def by_hand(
        self,
        *,
        terms: Policy | None = None,
        expires_at: datetime | None = None,
        now: datetime = NOW,
        **task: Any,
    ) -> Approval:
        """Open a request for the run, or for what ``task`` says; no task waits for it."""
        asked = origin(**{"task_id": None, **task})
        return opening.open_by_hand(
            asked, question(terms, expires_at=expires_at), actor=EDITOR, work=work_at(now)
        )

    def in_status(self, status: Status, **task: Any) -> Approval:
        """A gate brought to a status; ``task`` as in ``gate``."""
        gate = self.gate(**task)
        match status:
            case Status.PENDING:
                return gate
            case Status.ESCALATED:
                return self.let_deadline_pass(gate)
            case Status.APPROVED:
                return self.decide(gate)
            case Status.DENIED:
                return self.decide(gate, Verdict.DENY)
            case Status.EXPIRED:
                return self.let_deadline_pass(self.let_deadline_pass(gate))
            case Status.CANCELLED:
                return self.cancel(gate)

    # Commands

    def decide(
        self,
        approval: Approval,
        verdict: Verdict = Verdict.APPROVE,
        *,
        actor: Actor = MANAGER,
        now: datetime = SOON,
        comment: str | None = None,
        fingerprint: str | None = None,
    ) -> Approval:
        """Answer as the manager, a minute after opening."""
        answer = Answer(actor=actor, verdict=verdict, comment=comment, fingerprint=fingerprint)
        return commands.run(approval.id, decide, answer, work=work_at(now))

    def edit(
        self, approval: Approval, *, actor: Actor = EDITOR, now: datetime = SOON, **fields: Any
    ) -> Approval:
        """Change an open request; takes the fields of ``Edit``."""
        return commands.run(approval.id, edit, Edit(actor=actor, **fields), work=work_at(now))

    def cancel(
        self,
        approval: Approval,
        *,
        actor: Actor = EDITOR,
        reason: str = "called off",
        now: datetime = SOON,
    ) -> Approval:
        """Close an open request."""
        cancellation = Cancellation(actor=actor, reason=reason)
        return commands.run(approval.id, cancel, cancellation, work=work_at(now))

    def advance(self, approval: Approval, now: datetime = SOON) -> Change:
        """Bring a request up to date."""
        return commands.bring_up_to_date(approval.id, work=work_at(now))

    def let_deadline_pass(self, approval: Approval) -> Approval:
        """Bring a request up to date at the moment of its deadline."""
        assert approval.progress.expires_at is not None
        return self.advance(approval, approval.progress.expires_at).approval

    def delete(self, approval: Approval, *, now: datetime = LONG_AFTER, **settings: Any) -> None:
        """Remove a closed request once its retention time is over, as an administrator."""
        commands.delete(approval.id, actor=ADMINISTRATOR, work=work_at(now, **settings))

    def sweep(self, now: datetime = SOON, **call: Any) -> sweep.SweepSummary:
        """Do one call of what the maintenance Dag does; takes the arguments of ``sweep``."""
        return sweep.sweep(work=work_at(now), **call)

    def finish(self, approval: Approval) -> None:
        """Let the task that asked go on and succeed."""
        self.rows.set_state(ti_id_of(approval), "success")

    # What came of it

    def delivered_at(self, approval: Approval) -> datetime | None:
        """When the task was given the answer; None when it was not, or no task waits."""
        waiter = self.read(approval).waiter
        return None if waiter is None else waiter.ended_at

    def read(self, approval: Approval) -> Approval:
        """The request as it is in the database now."""
        return reading.get(approval.id, work=work_at(SOON))

    def events(self, approval: Approval) -> list[AnyEvent]:
        """The record as it is in the database now."""
        return reading.record(approval.id, work=work_at(SOON))

    def trail(self, approval: Approval) -> list[str]:
        """The types of the facts, in order."""
        return types(self.events(approval))

    def visible(self, approval: Approval, actor: Actor) -> bool:
        """May this person see the request without reading its Dag?"""
        return reading.place_of(approval.id, actor, work=work_at(SOON)).is_approver

    def task_of(self, approval: Approval) -> TaskInstance:
        """The task instance that asked, as it is in the database now."""
        return self.rows.look(ti_id_of(approval))
