"""What the Approvals page in Airflow's UI reads, each view in one request. It writes by the public routes."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from airflow_approvals import wire
from airflow_approvals.api import badge
from airflow_approvals.api.deps import WorkDep
from airflow_approvals.api.problems import answers
from airflow_approvals.api.routes.approvals import ListQuery
from airflow_approvals.api.security import PersonDep, ViewerDep
from airflow_approvals.service import approvals

MAX_CHOICES = 200

router = APIRouter(tags=["page"])


class RowsQuery(ListQuery):
    """Filters, order and page of the page's list."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50


@router.get("/page/approvals", responses=answers(403))
def list_rows(query: Annotated[RowsQuery, Query()], person: PersonDep, work: WorkDep) -> wire.RowCollection:
    """List the requests you may see, in short, and count those that wait for you."""
    viewer = person.viewer(query.dag_id or approvals.dag_ids(session=work.session))
    found, total = approvals.page(
        query.filters(),
        viewer=viewer,
        order=query.order_by,
        limit=query.limit,
        offset=query.offset,
        now=work.now,
        session=work.session,
    )
    rows = [
        wire.RowShape.of(a, can_decide=approvals.why_not_decide(a, person.actor, now=work.now) is None)
        for a in found
    ]
    waiting = approvals.count_waiting(viewer, now=work.now, session=work.session)
    return wire.RowCollection(approvals=rows, total_entries=total, waiting_for_me=waiting)


@router.get("/page/approvals/{approval_id}", responses=answers(403, 404))
def get_detail(approval_id: UUID, person: ViewerDep, work: WorkDep) -> wire.DetailShape:
    """Read one request with its trail, and whether you may decide and change it."""
    approval = approvals.get(approval_id, session=work.session)
    trail = approvals.events(approval_id, session=work.session)
    why_not = approvals.why_not_decide(approval, person.actor, now=work.now)
    return wire.DetailShape(
        approval=wire.ApprovalShape.of(approval),
        events=wire.EventCollection.of(trail).events,
        can_decide=why_not is None,
        why_not=why_not,
        can_edit=person.may_edit(approval.origin.dag_id),
    )


@router.get("/page/choices", responses=answers(403))
def get_choices(person: PersonDep, work: WorkDep) -> wire.ChoicesShape:
    """Name the Dags and roles to filter by."""
    viewer = person.viewer(approvals.dag_ids(session=work.session))
    dag_ids, roles = approvals.choices(viewer, limit=MAX_CHOICES, session=work.session)
    return wire.ChoicesShape(dag_ids=dag_ids, roles=roles)


@router.get(
    "/badge.svg",
    response_class=Response,
    responses={**answers(403), 200: {"content": {badge.MEDIA_TYPE: {}}, "description": "The icon."}},
)
def get_badge(person: PersonDep, work: WorkDep, theme: Literal["light", "dark"] = "light") -> Response:
    """Draw the icon of the navigation, with the number of requests that wait for you."""
    # Whatever waits for a person is visible to them as an approver, so no Dag needs to be looked at.
    waiting = approvals.count_waiting(person.viewer(()), now=work.now, session=work.session)
    headers = {"Cache-Control": "no-store"}
    return Response(badge.draw(waiting, theme=theme), media_type=badge.MEDIA_TYPE, headers=headers)
