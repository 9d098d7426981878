"""Numbers, maintenance and health."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from airflow_approvals.api.callers import PersonDep
from airflow_approvals.api.permissions import IsMaintainerDep, MaintainerDep, viewer_of
from airflow_approvals.api.problems import answers
from airflow_approvals.api.work import WorkDep
from airflow_approvals.config import warnings
from airflow_approvals.service import health as healthy
from airflow_approvals.service import metrics, sweep
from airflow_approvals.wire.bodies import EmptyBody, SweepBody
from airflow_approvals.wire.operations import CleanupShape, HealthShape, MetricsShape, SweepShape

MAX_DAYS = 3650

router = APIRouter(tags=["operations"])


class MetricsQuery(BaseModel):
    """The period to look at."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = 30


@router.get("/approvals/metrics", responses=answers(403))
def get_metrics(query: Annotated[MetricsQuery, Query()], person: PersonDep, work: WorkDep) -> MetricsShape:
    """Count and time the requests you may see."""
    viewer = viewer_of(person, work=work)
    computed = metrics.compute(viewer, days=query.days, now=work.clock(), work=work)
    return MetricsShape.model_validate(computed)


@router.post("/maintenance/escalate", responses=answers(403), dependencies=[MaintainerDep])
def escalate(body: SweepBody, work: WorkDep) -> SweepShape:
    """Apply passed deadlines, cancel what nobody waits for, deliver what did not arrive."""
    done = sweep.sweep(work=work, leave_out=body.leave_out, after=body.after)
    return SweepShape.model_validate(done)


@router.post("/maintenance/cleanup", responses=answers(403), dependencies=[MaintainerDep])
def cleanup(body: EmptyBody, work: WorkDep) -> CleanupShape:
    """Remove requests closed longer ago than the retention time."""
    return CleanupShape.model_validate(sweep.cleanup(work=work))


@router.get(
    "/health",
    response_model_exclude_none=True,
    responses={503: {"model": HealthShape, "description": "Not well."}},
)
def health(is_maintainer: IsMaintainerDep, work: WorkDep, response: Response) -> HealthShape:
    """Say whether the API can do its work. The only route without sign-in."""
    problems = healthy.problems(work=work)
    if problems:
        response.status_code = 503
    return HealthShape(
        status="unhealthy" if problems else "healthy",
        problems=problems if is_maintainer else None,
        warnings=warnings() if is_maintainer else None,
    )
