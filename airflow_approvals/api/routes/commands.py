"""What is done to one request: approve, deny, cancel, advance."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from airflow_approvals.api.callers import TaskDep
from airflow_approvals.api.permissions import CancellerDep, OwnDep, Sight, SightDep
from airflow_approvals.api.problems import answers
from airflow_approvals.api.work import WorkDep
from airflow_approvals.domain.approval import Verdict
from airflow_approvals.domain.commands.close import Cancellation
from airflow_approvals.domain.commands.close import cancel as cancel_request
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.rules import Answer
from airflow_approvals.service import commands, delivering
from airflow_approvals.service.commands import ByTask
from airflow_approvals.service.transaction import Work
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.bodies import AdvanceBody, CancelBody, DecisionBody
from airflow_approvals.wire.watching import AdvancedShape, WatchedShape

router = APIRouter(tags=["commands"], prefix="/approvals/{approval_id}", responses=answers(403, 404, 409))


@router.post("/approve")
def approve(approval_id: UUID, body: DecisionBody, sight: SightDep, work: WorkDep) -> ApprovalShape:
    """Say yes. Only approvers of a level reached so far may."""
    return _decide(approval_id, Verdict.APPROVE, body, sight, work)


@router.post("/deny")
def deny(approval_id: UUID, body: DecisionBody, sight: SightDep, work: WorkDep) -> ApprovalShape:
    """Say no. Only approvers of a level reached so far may."""
    return _decide(approval_id, Verdict.DENY, body, sight, work)


@router.post("/cancel")
def cancel(approval_id: UUID, body: CancelBody, canceller: CancellerDep, work: WorkDep) -> ApprovalShape:
    """Close a request that nobody needs to answer any more. A waiting task fails."""
    cancellation = Cancellation(actor=canceller, reason=body.reason)
    return ApprovalShape.of(commands.run(approval_id, cancel_request, cancellation, work=work))


@router.post("/advance", dependencies=[OwnDep])
def advance(approval_id: UUID, body: AdvanceBody, ti_id: TaskDep, work: WorkDep) -> AdvancedShape:
    """Escalate or expire if that is due, cancel if the task is gone, deliver a decision; tasks only."""
    by_task = ByTask.TAKES if body.takes else ByTask.LOOKS
    approval = commands.bring_up_to_date(approval_id, by_task=by_task, work=work).approval
    seen = WatchedShape.of(approval)
    return AdvancedShape(**vars(seen), settled=delivering.may_go_on(approval_id, ti_id, work=work))


def _decide(
    approval_id: UUID, verdict: Verdict, body: DecisionBody, sight: Sight, work: Work
) -> ApprovalShape:
    answer = Answer(
        actor=sight.person.actor, verdict=verdict, comment=body.comment, fingerprint=body.fingerprint
    )
    return ApprovalShape.of(commands.run(approval_id, decide, answer, work=work))
