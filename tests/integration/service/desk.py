"""The service as the API uses it: a session per call, the usual arguments filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from airflow.models.taskinstance import TaskInstance
from sqlalchemy.orm import Session, sessionmaker

from airflow_approvals.config import Settings
from airflow_approvals.domain.approval import Actor, Approval, Event, EventType, Verdict
from airflow_approvals.domain.lifecycle import Edit
from airflow_approvals.domain.policy import Policy
from airflow_approvals.domain.status import Status
from airflow_approvals.service import approvals, maintenance
from airflow_approvals.service.approvals import Content
from airflow_approvals.service.transaction import Outcome
from tests.airflow_rows import AirflowRows
from tests.builders import HOUR, MANAGER, MINUTE, NOW, origin, person, policy, types

SOON = NOW + MINUTE
SETTINGS = Settings(settle_seconds=5.0, retention_days=90)
EDITOR = person("dag-editor")

T = TypeVar("T")


def content(
    *,
    subject: str = "Release 1.2",
    body: str = "Built from the main branch.",
    terms: Policy | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Content:
    """What a request asks: a release, of a manager and then a director, an hour each."""
    return Content(
        subject=subject, body=body, policy=terms or policy(), metadata=dict(metadata or {"rows": 1200})
    )


class Desk:
    """Calls the service the way the routes do."""

    def __init__(self, sessions: sessionmaker[Session], rows: AirflowRows) -> None:
        self.sessions = sessions
        self.rows = rows

    def call(self, use_case: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Call any use case in a session of its own."""
        with self.sessions() as session:
            return use_case(*arguments, **named, session=session)

    # Opening

    def ask(self, ti_id: UUID, *, now: datetime = NOW, **terms: Any) -> Approval:
        """Open the request of a running task instance; takes the arguments of ``content``."""
        return self.call(approvals.open_by_task, ti_id, content(**terms), now=now)[0]

    def gate(
        self,
        terms: Policy | None = None,
        *,
        state: str | None = "deferred",
        parked_at: datetime | None = NOW - HOUR,
        now: datetime = NOW,
        **task: Any,
    ) -> Approval:
        """Run a task up to its gate.

        :param state: what has become of the task since it asked; by default it waits.
        :param parked_at: when it began to wait; by default long enough ago to be resumed at once.
        :param task: arguments of ``AirflowRows.task_instance``.
        """
        ti_id = self.rows.task_instance(**task)
        approval = self.ask(ti_id, now=now, terms=terms)
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
        asked = origin(**{"ti_id": None, "task_id": None, "try_number": None, **task})
        return self.call(
            approvals.open_by_hand, asked, content(terms=terms), actor=EDITOR, expires_at=expires_at, now=now
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
    ) -> Approval:
        """Answer as the manager, a minute after opening."""
        return self.call(
            approvals.decide,
            approval.id,
            verdict,
            actor=actor,
            comment=comment,
            settings=SETTINGS,
            now=now,
        )

    def edit(
        self, approval: Approval, change: Edit, *, actor: Actor = EDITOR, now: datetime = SOON
    ) -> Approval:
        """Change an open request."""
        return self.call(approvals.edit, approval.id, change, actor=actor, settings=SETTINGS, now=now)

    def cancel(
        self,
        approval: Approval,
        *,
        actor: Actor = EDITOR,
        reason: str = "called off",
        now: datetime = SOON,
    ) -> Approval:
        """Close an open request."""
        return self.call(
            approvals.cancel, approval.id, actor=actor, reason=reason, settings=SETTINGS, now=now
        )

    def advance(self, approval: Approval, now: datetime = SOON) -> Outcome:
        """Bring a request up to date."""
        return self.call(approvals.advance, approval.id, settings=SETTINGS, now=now)

    def let_deadline_pass(self, approval: Approval) -> Approval:
        """Bring a request up to date at the moment of its deadline."""
        assert approval.expires_at is not None
        return self.advance(approval, approval.expires_at).approval

    def delete(self, approval: Approval) -> None:
        """Remove a closed request."""
        self.call(approvals.delete, approval.id)

    def sweep(self, now: datetime = SOON, *, batch: int = 500) -> maintenance.EscalateSummary:
        """Do what the maintenance Dag does first."""
        return self.call(maintenance.escalate, settings=SETTINGS, now=now, batch=batch)

    def finish(self, approval: Approval) -> None:
        """Let the task that asked go on and succeed."""
        assert approval.origin.ti_id is not None
        self.rows.set_state(approval.origin.ti_id, "success")

    # What came of it

    def read(self, approval: Approval) -> Approval:
        """The request as it is in the database now."""
        return self.call(approvals.get, approval.id)

    def events(self, approval: Approval) -> list[Event]:
        """The audit trail as it is in the database now."""
        return self.call(approvals.events, approval.id)

    def trail(self, approval: Approval) -> list[EventType]:
        """The kinds of the events, in order."""
        return types(self.events(approval))

    def task_of(self, approval: Approval) -> TaskInstance:
        """The task instance that asked, as it is in the database now."""
        assert approval.origin.ti_id is not None
        return self.rows.look(approval.origin.ti_id)
