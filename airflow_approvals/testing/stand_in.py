"""Stands in for the approvals API where a gate's answer is known beforehand."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from uuid import UUID

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException
from typing_extensions import assert_never
from uuid6 import uuid7

from airflow_approvals.dag_test import in_dag_test
from airflow_approvals.domain import rules
from airflow_approvals.domain.approval import Approval, Origin, Verdict
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.open import Opening, open_request
from airflow_approvals.domain.commands.remark import note_woken
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.outcome import Outcome, outcome_of
from airflow_approvals.domain.people import Actor, ActorKind
from airflow_approvals.domain.policy import Policy
from airflow_approvals.domain.waiting import Waiter, Waits
from airflow_approvals.testing.answer import Answer
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.bodies import OpenBody
from airflow_approvals.wire.watching import AdvancedShape, WatchedShape

CALLED_OFF = "called off by a test"


class StandIn:
    """The approvals API as one running gate meets it. Has one request, which is opened by the gate."""

    _approval: Approval

    def __init__(self, task: BaseOperator, context: Context, answer: Answer) -> None:
        self._task = task
        self._context = context
        self._answer = answer

    def open(self, body: OpenBody) -> ApprovalShape:
        """Open the request and close it; where notifiers tell of it, when it is read after that.

        :raises AirflowFailException: it is to expire, and never would.
        """
        opening = _opening(body, self._context)
        now = _now()
        opened_at = now - self._over_after(opening.policy)
        self._approval = open_request(opening, opened_at).approval
        if not self._task.notifiers:
            self._close(now)
        return ApprovalShape.of(self._approval)

    def get(self, approval_id: UUID) -> ApprovalShape:
        """Read the request, which is closed by now."""
        if self._approval.is_open:
            self._close(_now())
        return ApprovalShape.of(self._approval)

    def cancel(self, approval_id: UUID, reason: str) -> ApprovalShape:
        """Cancel the request: the process that runs the test is being ended."""
        cancellation = Cancellation(actor=_task_actor(self._context), reason=reason)
        self._approval = cancel(self._approval, cancellation, _now()).approval
        return ApprovalShape.of(self._approval)

    def advance(self, approval_id: UUID, *, takes: bool = False) -> AdvancedShape:
        """Read what there is: nothing becomes due here."""
        return AdvancedShape(**vars(WatchedShape.of(self._approval)), settled=True)

    def _over_after(self, policy: Policy) -> timedelta:
        """Give how long before now the request has to be opened, for its last deadline to be now."""
        if self._answer.kind != "expire":
            return timedelta(0)
        if policy.levels[-1].timeout is None:
            raise AirflowFailException(
                f"{self._task.task_id} cannot expire: without expires_in it waits for ever."
            )
        return sum((level.timeout or timedelta(0) for level in policy.levels), timedelta(0))

    def _close(self, now: datetime) -> None:
        self._task.log.info("Answered by airflow_approvals.testing, not by a person: %s", self._answer)
        closed = _closed(self._approval, self._answer, now)
        self._approval = note_woken(closed, now).approval
        policy = closed.policy
        outcome = outcome_of(closed.status, on_deny=policy.on_deny, on_expiry=policy.on_expiry)
        if outcome is Outcome.SKIPPED and not policy.respect_trigger_rules and in_dag_test():
            _skip_downstream(UUID(str(self._context["ti"].id)))


def _opening(body: OpenBody, context: Context) -> Opening:
    """Make of what a task asks what the API server makes of it.

    :raises Invalid: it makes no sense.
    """
    ti = context["ti"]
    waits = Waits() if body.waits is None else body.waits.value()
    return Opening(
        id=uuid7(),
        origin=Origin(dag_id=ti.dag_id, run_id=ti.run_id, task_id=ti.task_id, map_index=ti.map_index),
        content=Content.of(subject=body.subject, body=body.body, metadata=body.metadata),
        policy=Policy.of_roles(
            approver_role=body.approver_role,
            escalate_role=body.escalate_role,
            expires_in=None if body.expires_in is None else timedelta(seconds=body.expires_in),
            on_deny=body.on_deny,
            on_expiry=body.on_expiry,
            respect_trigger_rules=body.respect_trigger_rules,
        ),
        actor=_task_actor(context),
        requested_by=context["dag_run"].triggering_user_name,
        waiter=Waiter(ti_id=UUID(str(ti.id)), map_index=ti.map_index, try_number=ti.try_number, waits=waits),
    )


def _task_actor(context: Context) -> Actor:
    name = f"ti:{context['ti'].id}"
    return Actor(kind=ActorKind.TASK, id=name, name=name)


def _closed(approval: Approval, answer: Answer, now: datetime) -> Approval:
    """Close a request by the commands that close a real one."""
    asked = frozenset(approver.name for approver in approval.asked())
    actor = Actor(kind=ActorKind.PERSON, id=answer.by, name=answer.by, roles=asked)
    change: Change
    match answer.kind:
        case "approve" | "deny":
            verdict = Verdict(answer.kind)
            change = decide(approval, rules.Answer(actor=actor, verdict=verdict, comment=answer.comment), now)
        case "cancel":
            change = cancel(approval, Cancellation(actor=actor, reason=answer.comment or CALLED_OFF), now)
        case "expire":
            change = Change(approval=approval)
            while change.approval.is_open and (deadline := change.approval.progress.expires_at) is not None:
                change = change.then(advance(change.approval, deadline))
        case _:
            assert_never(answer.kind)
    return change.approval


def _skip_downstream(ti_id: UUID) -> None:
    """Skip what the API server would skip, by its own code: ``dag.test()`` has Airflow's database at hand."""
    from airflow import settings

    from airflow_approvals.airflow_core import facts, skipping

    with settings.NonScopedSession.begin() as session:
        task = facts.lock_task(ti_id, session=session)
        if task is not None:
            skipping.skip_downstream(task, session=session)


def _now() -> datetime:
    return datetime.now(tz=timezone.utc)
