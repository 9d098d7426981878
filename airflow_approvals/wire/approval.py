"""A request, whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from airflow_approvals.domain.approval import Approval, Decided, Source, Verdict, Vote, Withdrawn
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.people import ActorKind
from airflow_approvals.domain.policy import Level, OnDeny, OnExpiry
from airflow_approvals.domain.search import MAX_TOTAL, Order, Page
from airflow_approvals.domain.status import Status
from airflow_approvals.domain.waiting import Ends, Way
from airflow_approvals.wire.base import Output
from airflow_approvals.wire.cursors import cursor_of
from airflow_approvals.wire.people import ApproverShape


class LevelShape(Output):
    """One step of the escalation."""

    approvers: list[ApproverShape]
    timeout_seconds: float | None

    @classmethod
    def of(cls, level: Level) -> LevelShape:
        """Shape one level."""
        return cls(
            approvers=[ApproverShape.of(approver) for approver in level.approvers],
            timeout_seconds=None if level.timeout is None else level.timeout.total_seconds(),
        )


class VoteShape(Output):
    """One person's answer."""

    actor_id: str
    actor_name: str
    verdict: Verdict
    comment: str | None
    level: int
    at: datetime

    @classmethod
    def of(cls, vote: Vote) -> VoteShape:
        """Shape one answer."""
        return cls(
            actor_id=vote.by.id,
            actor_name=vote.by.name,
            verdict=vote.verdict,
            comment=vote.comment,
            level=vote.level,
            at=vote.at,
        )


class ApprovalShape(Output):
    """A request and everything known about it."""

    id: UUID
    dag_id: str
    run_id: str
    task_id: str | None
    map_index: int
    try_number: int | None
    ti_id: UUID | None
    team_name: str | None
    source: Source = Field(
        description="`task`: a task waits for the answer. `person`: opened by hand; no task heeds it."
    )
    subject: str
    body: str
    fingerprint: str = Field(description="Stands for exactly this subject, body and metadata (SHA-256).")
    status: Status
    level: int = Field(description="Index of the highest level asked so far.")
    levels: list[LevelShape]
    quorum: int
    on_deny: OnDeny
    on_expiry: OnExpiry
    respect_trigger_rules: bool = Field(
        description="Whether skipping leaves it to the trigger rules what runs."
    )
    way: Way | None = Field(description="How the task waits; null: no task does.")
    ends: Ends | None = Field(description="Who ends the task: the server with the answer, or a worker.")
    requested_by: str | None
    created_at: datetime
    expires_at: datetime | None = Field(description="Deadline of the current level; null waits for ever.")
    escalated_at: datetime | None
    resolved_at: datetime | None
    actor_kind: ActorKind | None = Field(description="Who closed it: `system` when nobody answered in time.")
    actor_id: str | None
    actor_name: str | None
    comment: str | None = Field(description="What the person said whose answer settled it.")
    reason: str | None = Field(description="Why it was cancelled.")
    metadata: dict[str, Any]
    resumed_at: datetime | None = Field(
        description="When the waiting task was ended, or woken, with the decision."
    )
    votes: list[VoteShape] = Field(description="The answers that count; an edit of the content voids them.")
    version: int

    @classmethod
    def of(cls, approval: Approval) -> ApprovalShape:
        """Shape one request."""
        origin, content, policy = approval.origin, approval.content, approval.policy
        progress, end, waiter = approval.progress, approval.resolution, approval.waiter
        return cls(
            id=approval.id,
            dag_id=origin.dag_id,
            run_id=origin.run_id,
            task_id=origin.task_id,
            map_index=origin.map_index,
            try_number=None if waiter is None else waiter.try_number,
            ti_id=None if waiter is None else waiter.ti_id,
            team_name=origin.team_name,
            source=approval.source,
            subject=content.subject,
            body=content.body,
            fingerprint=content.fingerprint,
            status=approval.status,
            level=progress.level,
            levels=[LevelShape.of(level) for level in policy.levels],
            quorum=policy.quorum,
            on_deny=policy.on_deny,
            on_expiry=policy.on_expiry,
            respect_trigger_rules=policy.respect_trigger_rules,
            way=None if waiter is None else waiter.waits.way,
            ends=None if waiter is None else waiter.waits.ends,
            requested_by=approval.requested_by,
            created_at=approval.created_at,
            expires_at=progress.expires_at,
            escalated_at=progress.asked_at if progress.level else None,
            resolved_at=None if end is None else end.at,
            actor_kind=None if end is None else end.by.kind,
            actor_id=None if end is None else end.by.id,
            actor_name=None if end is None else end.by.name,
            comment=end.comment if isinstance(end, Decided) else None,
            reason=end.reason if isinstance(end, Withdrawn) else None,
            metadata=dict(content.metadata),
            resumed_at=None if waiter is None else waiter.ended_at,
            votes=[VoteShape.of(vote) for vote in approval.votes],
            version=approval.version,
        )


class ContentShape(Output):
    """What a request asks, or asked before somebody edited it."""

    fingerprint: str
    subject: str
    body: str
    metadata: dict[str, Any]

    @classmethod
    def of(cls, content: Content) -> ContentShape:
        """Shape one content."""
        return cls(
            fingerprint=content.fingerprint,
            subject=content.subject,
            body=content.body,
            metadata=dict(content.metadata),
        )


class Listed(Output):
    """What is told of a list beside one page of it."""

    total_entries: int = Field(description=f"How many match; counted as far as {MAX_TOTAL:,}.")
    more_than_total: bool = Field(description="There are more than `total_entries`.")
    next_cursor: str | None = Field(description="`cursor` of the next page; null when this is the last one.")

    @staticmethod
    def told(page: Page, order: Order) -> dict[str, Any]:
        """Give these values."""
        return {
            "total_entries": page.total.number,
            "more_than_total": page.total.has_more,
            "next_cursor": cursor_of(page.next_after, order),
        }


class ApprovalCollection(Listed):
    """One page of requests."""

    approvals: list[ApprovalShape]

    @classmethod
    def of(cls, page: Page, order: Order) -> ApprovalCollection:
        """Shape one page."""
        return cls(approvals=[ApprovalShape.of(a) for a in page.approvals], **cls.told(page, order))
