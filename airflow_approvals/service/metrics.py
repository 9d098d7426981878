"""Numbers about requests, over those the viewer may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from airflow_approvals.domain.search import Viewer
from airflow_approvals.domain.status import TERMINAL
from airflow_approvals.service.transaction import Work
from airflow_approvals.store import statistics
from airflow_approvals.store.statistics import Group


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Numbers of the requests opened in the last ``period_days`` days; ``*_now`` looks at all of them."""

    period_days: int
    total_approvals: int
    status_breakdown: Mapping[str, int]
    average_response_time_seconds: float | None
    median_response_time_seconds: float | None
    p95_response_time_seconds: float | None
    escalated_count: int
    escalation_rate_percent: float
    open_now: int
    overdue_now: int
    oldest_open_age_seconds: float | None
    per_role: Sequence[Group]
    per_dag: Sequence[Group]
    per_day: Sequence[Group]


def compute(viewer: Viewer, *, days: int, now: datetime, work: Work) -> Metrics:
    """Compute everything for the last ``days`` days."""
    since = now - timedelta(days=days)
    with work.sessions() as session:
        found = statistics.numbers(viewer, since=since, session=session)
        open_now, overdue_now, oldest = statistics.open_now(viewer, now=now, session=session)
    total, escalated = found.all.total, found.all.escalated
    # of the open ones, those that are not pending are escalated
    breakdown = {status.value: getattr(found.all, status.value) for status in TERMINAL}
    breakdown |= {"pending": found.pending, "escalated": found.all.open - found.pending}
    busy = {group.key: group for group in found.per_day}
    every_day = ((since.date() + timedelta(days=day)).isoformat() for day in range(days + 1))
    return Metrics(
        period_days=days,
        total_approvals=total,
        status_breakdown=breakdown,
        average_response_time_seconds=found.average_response_time_seconds,
        median_response_time_seconds=found.all.median_response_time_seconds,
        p95_response_time_seconds=found.all.p95_response_time_seconds,
        escalated_count=escalated,
        escalation_rate_percent=round(100 * escalated / total, 2) if total else 0.0,
        open_now=open_now,
        overdue_now=overdue_now,
        oldest_open_age_seconds=None if oldest is None else (now - oldest).total_seconds(),
        per_role=found.per_role,
        per_dag=found.per_dag,
        per_day=[busy.get(day, Group(key=day)) for day in every_day],
    )
