"""What the Approvals page in Airflow's UI reads, each view in one request. It writes by the public routes."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from airflow_approvals.api import badge
from airflow_approvals.api.callers import PersonDep
from airflow_approvals.api.permissions import SightDep, viewer_of
from airflow_approvals.api.problems import answers
from airflow_approvals.api.routes.approvals import ListQuery
from airflow_approvals.api.work import WorkDep
from airflow_approvals.domain.search import Viewer
from airflow_approvals.service import reading
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.events import shape_of
from airflow_approvals.wire.page import ChoicesShape, DetailShape, RowCollection, RowShape
from airflow_approvals.wire.words import words

MAX_CHOICES = 200

router = APIRouter(tags=["page"])


class RowsQuery(ListQuery):
    """Filters, order and page of the page's list."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50


@router.get("/page/approvals", responses=answers(403))
def list_rows(query: Annotated[RowsQuery, Query()], person: PersonDep, work: WorkDep) -> RowCollection:
    """List the requests you may see, in short, and count those that wait for you."""
    now = work.clock()
    viewer = viewer_of(person, query.dag_id, work=work)
    found, total = query.read(viewer, now=now, work=work)
    rows = [
        RowShape.of(a, can_decide=reading.why_not_decide(a, person.actor, now=now) is None) for a in found
    ]
    waiting = reading.count_waiting(viewer, now=now, work=work)
    return RowCollection(approvals=rows, total_entries=total, waiting_for_me=waiting)


@router.get("/page/approvals/{approval_id}", responses=answers(403, 404))
def get_detail(approval_id: UUID, sight: SightDep, work: WorkDep) -> DetailShape:
    """Read one request with its record, and whether you may decide and change it."""
    approval = reading.get(approval_id, work=work)
    why_not = reading.why_not_decide(approval, sight.person.actor, now=work.clock())
    return DetailShape(
        approval=ApprovalShape.of(approval),
        events=[shape_of(event) for event in reading.record(approval_id, work=work)],
        can_decide=why_not is None,
        why_not=None if why_not is None else words(why_not),
        can_edit=sight.may("PUT"),
    )


@router.get("/page/choices", responses=answers(403))
def get_choices(person: PersonDep, work: WorkDep) -> ChoicesShape:
    """Name the Dags and roles to filter by."""
    dag_ids, roles = reading.choices(viewer_of(person, work=work), limit=MAX_CHOICES, work=work)
    return ChoicesShape(dag_ids=dag_ids, roles=roles)


@router.get(
    "/badge.svg",
    response_class=Response,
    responses={**answers(403), 200: {"content": {badge.MEDIA_TYPE: {}}, "description": "The icon."}},
)
def get_badge(person: PersonDep, work: WorkDep, theme: Literal["light", "dark"] = "light") -> Response:
    """Draw the icon of the navigation, with the number of requests that wait for you."""
    # Whatever waits for a person is visible to them as an approver, so no Dag needs to be looked at.
    viewer = Viewer(actor=person.actor, readable_dag_ids=frozenset())
    waiting = reading.count_waiting(viewer, now=work.clock(), work=work)
    headers = {"Cache-Control": "no-store"}
    return Response(badge.draw(waiting, theme=theme), media_type=badge.MEDIA_TYPE, headers=headers)
