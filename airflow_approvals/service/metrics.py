"""Numbers about requests, over those the viewer may see."""

from __future__ import annotations

import statistics as stats
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from airflow_approvals.domain.people import ActorKind
from airflow_approvals.domain.search import Viewer
from airflow_approvals.domain.status import OPEN, Status
from airflow_approvals.service.transaction import Work
from airflow_approvals.store import statistics
from airflow_approvals.store.statistics import Sample


@dataclass(frozen=True, kw_only=True)
class Group:
    """Numbers of the requests that share a role, a Dag or a day of opening (UTC).

    Response times are from opening to a person's decision; None when nobody has decided.
    """

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
        found = statistics.samples(viewer, since=since, session=session)
        roles = statistics.asked_roles(viewer, since=since, session=session)
        open_now, overdue_now, oldest = statistics.open_now(viewer, now=now, session=session)
    by_id = {sample.id: sample for sample in found}
    times = _response_times(found)
    escalated = sum(sample.escalated_at is not None for sample in found)
    return Metrics(
        period_days=days,
        total_approvals=len(found),
        status_breakdown={status.value: sum(s.status is status for s in found) for status in Status},
        average_response_time_seconds=stats.fmean(times) if times else None,
        median_response_time_seconds=_percentile(times, 50),
        p95_response_time_seconds=_percentile(times, 95),
        escalated_count=escalated,
        escalation_rate_percent=round(100 * escalated / len(found), 2) if found else 0.0,
        open_now=open_now,
        overdue_now=overdue_now,
        oldest_open_age_seconds=None if oldest is None else (now - oldest).total_seconds(),
        per_role=_groups((role, by_id[id_]) for id_, role in roles if id_ in by_id),
        per_dag=_groups((sample.dag_id, sample) for sample in found),
        per_day=_groups(_with_days(found, since.date(), now.date())),
    )


def _with_days(found: Sequence[Sample], first: date, last: date) -> Iterable[tuple[str, Sample | None]]:
    for offset in range((last - first).days + 1):
        yield (first + timedelta(days=offset)).isoformat(), None
    for sample in found:
        yield sample.created_at.date().isoformat(), sample


def _groups(keyed: Iterable[tuple[str, Sample | None]]) -> list[Group]:
    groups: dict[str, list[Sample]] = defaultdict(list)
    for key, sample in keyed:
        groups[key].extend([] if sample is None else [sample])
    return [_group(key, groups[key]) for key in sorted(groups)]


def _group(key: str, samples: Sequence[Sample]) -> Group:
    times = _response_times(samples)
    return Group(
        key=key,
        total=len(samples),
        open=sum(s.status in OPEN for s in samples),
        approved=sum(s.status is Status.APPROVED for s in samples),
        denied=sum(s.status is Status.DENIED for s in samples),
        expired=sum(s.status is Status.EXPIRED for s in samples),
        cancelled=sum(s.status is Status.CANCELLED for s in samples),
        escalated=sum(s.escalated_at is not None for s in samples),
        median_response_time_seconds=_percentile(times, 50),
        p95_response_time_seconds=_percentile(times, 95),
    )


def _response_times(samples: Iterable[Sample]) -> list[float]:
    return [
        (s.resolved_at - s.created_at).total_seconds()
        for s in samples
        if s.resolved_at is not None
        and s.status in {Status.APPROVED, Status.DENIED}
        and s.actor_kind is ActorKind.PERSON
    ]


def _percentile(values: Sequence[float], percent: int) -> float | None:
    if len(values) < 2:  # noqa: PLR2004  (a percentile between two points needs two)
        return values[0] if values else None
    return stats.quantiles(values, n=100, method="inclusive")[percent - 1]
