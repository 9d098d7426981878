"""What the Approvals page reads: each view in one answer, with what its reader may do."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.search import MAX_TOTAL
from airflow_approvals.domain.status import Status
from airflow_approvals.wire.approval import ApprovalShape, Listed
from airflow_approvals.wire.base import Output
from airflow_approvals.wire.events import EventShape
from airflow_approvals.wire.people import ApproverShape

MAX_ASKED_SHOWN = 5


class RowShape(Output):
    """A request as one line of a list on the Approvals page: small, and with what the reader may do."""

    id: UUID
    dag_id: str
    run_id: str
    task_id: str | None
    map_index: int
    subject: str
    status: Status
    level: int
    asked: list[ApproverShape] = Field(description=f"Who is asked now; at most {MAX_ASKED_SHOWN} of them.")
    asked_total: int
    requested_by: str | None
    created_at: datetime
    escalated_at: datetime | None
    expires_at: datetime | None
    resolved_at: datetime | None
    actor_name: str | None
    fingerprint: str
    can_decide: bool = Field(description="You may answer it now.")
    can_approve: bool = Field(description="You may answer it with yes; not when you edited it.")

    @classmethod
    def of(cls, approval: Approval, *, can_decide: bool, can_approve: bool) -> RowShape:
        """Shape one line."""
        origin, progress, end = approval.origin, approval.progress, approval.resolution
        asked = approval.policy.levels[progress.level].approvers
        return cls(
            id=approval.id,
            dag_id=origin.dag_id,
            run_id=origin.run_id,
            task_id=origin.task_id,
            map_index=origin.map_index,
            subject=approval.content.subject,
            status=approval.status,
            level=progress.level,
            asked=[ApproverShape.of(approver) for approver in asked[:MAX_ASKED_SHOWN]],
            asked_total=len(asked),
            requested_by=approval.requested_by,
            created_at=approval.created_at,
            escalated_at=progress.asked_at if progress.level else None,
            expires_at=progress.expires_at,
            resolved_at=None if end is None else end.at,
            actor_name=None if end is None else end.by.name,
            fingerprint=approval.content.fingerprint,
            can_decide=can_decide,
            can_approve=can_approve,
        )


class RowCollection(Listed):
    """One page of lines, and how many requests wait for you, whatever the filter."""

    approvals: list[RowShape]
    waiting_for_me: int = Field(description=f"Counted as far as {MAX_TOTAL:,}.")


class DetailShape(Output):
    """Everything the Approvals page shows of one request, for the person who reads it."""

    approval: ApprovalShape
    events: list[EventShape] = Field(description="The newest part of the record, oldest first.")
    total_events: int
    can_decide: bool = Field(description="You may answer it now.")
    why_not: str | None = Field(description="Why you may not answer it, in words; null when you may.")
    can_approve: bool = Field(description="You may answer it with yes.")
    why_not_approve: str | None = Field(description="Why not with yes, in words; null when you may.")
    can_edit: bool = Field(description="You may edit its Dag, and so change or cancel the request.")
    can_delete: bool = Field(description="You run this Airflow, and its record need not be kept any longer.")


class ChoicesShape(Output):
    """What the filters of the Approvals page offer: names that occur in requests you may see."""

    dag_ids: list[str]
    roles: list[str]
