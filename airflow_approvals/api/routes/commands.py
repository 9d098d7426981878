"""What is done to one request: approve, deny, cancel, advance."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from airflow_approvals import wire
from airflow_approvals.api.deps import Work, WorkDep
from airflow_approvals.api.problems import answers
from airflow_approvals.api.security import CancellerDep, Person, TaskDep, ViewerDep
from airflow_approvals.domain.approval import Verdict
from airflow_approvals.service import approvals

router = APIRouter(tags=["commands"], prefix="/approvals/{approval_id}", responses=answers(403, 404, 409))


@router.post("/approve")
def approve(
    approval_id: UUID, body: wire.DecisionBody, person: ViewerDep, work: WorkDep
) -> wire.ApprovalShape:
    """Say yes. Only approvers of a level reached so far may."""
    return _decide(approval_id, Verdict.APPROVE, body, person, work)


@router.post("/deny")
def deny(approval_id: UUID, body: wire.DecisionBody, person: ViewerDep, work: WorkDep) -> wire.ApprovalShape:
    """Say no. Only approvers of a level reached so far may."""
    return _decide(approval_id, Verdict.DENY, body, person, work)


@router.post("/cancel")
def cancel(
    approval_id: UUID, body: wire.CancelBody, canceller: CancellerDep, work: WorkDep
) -> wire.ApprovalShape:
    """Close a request that nobody needs to answer any more. A waiting task fails."""
    cancelled = approvals.cancel(
        approval_id,
        actor=canceller,
        reason=body.reason,
        settings=work.settings,
        now=work.now,
        session=work.session,
    )
    return wire.ApprovalShape.of(cancelled)


@router.post("/advance")
def advance(approval_id: UUID, body: wire.EmptyBody, ti_id: TaskDep, work: WorkDep) -> wire.ApprovalShape:
    """Escalate or expire if that is due, cancel if the task is gone, deliver a decision; tasks only."""
    approvals.get_own(approval_id, ti_id, session=work.session)
    outcome = approvals.advance(approval_id, settings=work.settings, now=work.now, session=work.session)
    return wire.ApprovalShape.of(outcome.approval)


def _decide(
    approval_id: UUID, verdict: Verdict, body: wire.DecisionBody, person: Person, work: Work
) -> wire.ApprovalShape:
    decided = approvals.decide(
        approval_id,
        verdict,
        actor=person.actor,
        comment=body.comment,
        settings=work.settings,
        now=work.now,
        session=work.session,
    )
    return wire.ApprovalShape.of(decided)
