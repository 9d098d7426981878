"""What triggerers ask and are told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.status import Status
from airflow_approvals.wire.base import Input, Output

MAX_WATCHED = 5000
"""Two such reads, two seconds apart, are for 10,000 triggers in one process; each is some 200 kB."""


class WatchBody(Input):
    """The requests a triggerer waits for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ids": ["01900000-0000-7000-8000-000000000001"]}]}
    )

    ids: list[UUID] = Field(max_length=MAX_WATCHED)


class WatchedShape(Output):
    """What a waiting trigger needs to know."""

    id: UUID
    status: Status
    level: int
    expires_at: datetime | None
    resumed_at: datetime | None

    @classmethod
    def of(cls, approval: Approval) -> WatchedShape:
        """Shape one request."""
        return cls(
            id=approval.id,
            status=approval.status,
            level=approval.progress.level,
            expires_at=approval.progress.expires_at,
            resumed_at=None if approval.waiter is None else approval.waiter.ended_at,
        )


class AdvancedShape(WatchedShape):
    """What a task or its trigger is told once its request was brought up to date."""

    settled: bool = Field(description="Whether the task may go on: Airflow has taken in that it waits.")


class WatchedCollection(Output):
    """The watched requests that exist; one that is missing was deleted."""

    approvals: list[WatchedShape]
