"""Numbers, maintenance and health."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from airflow_approvals import wire
from airflow_approvals.api.deps import WorkDep
from airflow_approvals.api.problems import answers
from airflow_approvals.api.security import MaintainerDep, PersonDep
from airflow_approvals.service import approvals, maintenance, metrics

MAX_DAYS = 3650

router = APIRouter(tags=["operations"])


class MetricsQuery(BaseModel):
    """The period to look at."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = 30


@router.get("/approvals/metrics", responses=answers(403))
def get_metrics(
    query: Annotated[MetricsQuery, Query()], person: PersonDep, work: WorkDep
) -> wire.MetricsShape:
    """Count and time the requests you may see."""
    viewer = person.viewer(approvals.dag_ids(session=work.session))
    computed = metrics.compute(viewer, days=query.days, now=work.now, session=work.session)
    return wire.MetricsShape.model_validate(computed)


@router.post("/maintenance/escalate", responses=answers(403), dependencies=[MaintainerDep])
def escalate(body: wire.EmptyBody, work: WorkDep) -> wire.EscalateShape:
    """Apply passed deadlines, cancel what nobody waits for, deliver what did not arrive."""
    done = maintenance.escalate(settings=work.settings, now=work.now, session=work.session)
    return wire.EscalateShape.model_validate(done)


@router.post("/maintenance/cleanup", responses=answers(403), dependencies=[MaintainerDep])
def cleanup(body: wire.EmptyBody, work: WorkDep) -> wire.CleanupShape:
    """Remove requests closed longer ago than the retention time."""
    done = maintenance.cleanup(settings=work.settings, now=work.now, session=work.session)
    return wire.CleanupShape.model_validate(done)


@router.get("/health")
def health() -> wire.HealthShape:
    """Say that the API is served. The only route without sign-in."""
    return wire.HealthShape()
