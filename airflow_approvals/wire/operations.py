"""Numbers, sweeps, clean-ups and health."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from airflow_approvals.domain.status import Status
from airflow_approvals.wire.base import Output


class SweepShape(Output):
    """What one call of a sweep did, counted in requests; ask again while ``remaining``, with what it says."""

    escalated: int
    expired: int
    cancelled: int
    resumed: int
    failed: int
    failed_ids: list[UUID] = Field(
        default=[], description="Those of `failed`; the API server's log says why."
    )
    remaining: bool
    after: UUID | None = Field(
        default=None, description="How far it has looked who waits; for the next call, which goes on there."
    )


class CleanupShape(Output):
    """What one clean-up did; ask again while ``remaining``."""

    removed: int
    remaining: bool


class GroupShape(Output):
    """Numbers of the requests that share a role, a Dag or a day of opening (UTC)."""

    key: str
    total: int
    open: int
    approved: int
    denied: int
    expired: int
    cancelled: int
    escalated: int
    median_response_time_seconds: float | None
    p95_response_time_seconds: float | None


class MetricsShape(Output):
    """Numbers of the visible requests opened in the period; ``*_now`` looks at all open ones."""

    period_days: int
    total_approvals: int
    status_breakdown: dict[Status, int]
    average_response_time_seconds: float | None
    median_response_time_seconds: float | None
    p95_response_time_seconds: float | None
    escalated_count: int
    escalation_rate_percent: float
    open_now: int
    overdue_now: int
    oldest_open_age_seconds: float | None
    per_role: list[GroupShape]
    per_dag: list[GroupShape]
    per_day: list[GroupShape]


class HealthShape(Output):
    """Whether the API can do its work."""

    status: Literal["healthy", "unhealthy"]
    problems: list[str] | None = Field(
        default=None, description="What keeps it from that; only for who may edit connections."
    )
    warnings: list[str] | None = Field(
        default=None, description="What should be set up otherwise; only for who may edit connections."
    )
