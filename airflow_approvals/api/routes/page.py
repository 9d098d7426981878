"""What the Approvals page in Airflow's UI reads, each view in one request. It writes by the public routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from airflow_approvals.api import badge
from airflow_approvals.api.callers import Person, PersonDep
from airflow_approvals.api.permissions import SightDep, is_administrator, viewer_of
from airflow_approvals.api.problems import answers
from airflow_approvals.api.routes.approvals import ListQuery
from airflow_approvals.api.work import WorkDep
from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.errors import ApprovalError
from airflow_approvals.domain.search import Viewer
from airflow_approvals.service import commands, looking, reading
from airflow_approvals.service.transaction import Work
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.events import shape_of
from airflow_approvals.wire.page import ChoicesShape, DetailShape, RowCollection, RowShape
from airflow_approvals.wire.words import words

MAX_CHOICES = 200
MAX_EVENTS = 200
"""The newest facts of a record; the others are in ``/approvals/{id}/events``."""

router = APIRouter(tags=["page"])


class RowsQuery(ListQuery):
    """Filters, order and page of the page's list."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50


@router.get("/page/approvals", responses=answers(403))
def list_rows(query: Annotated[RowsQuery, Query()], person: PersonDep, work: WorkDep) -> RowCollection:
    """List the requests you may see, in short, and count those that wait for you."""
    now = work.clock()
    viewer = query.viewer(person, work)
    found = query.read(viewer, now=now, work=work)
    rows = [
        RowShape.of(
            approval,
            can_decide=_why_not(approval, person, Verdict.DENY, now) is None,
            can_approve=_why_not(approval, person, Verdict.APPROVE, now) is None,
        )
        for approval in found.approvals
    ]
    waiting = looking.count_waiting(viewer, now=now, work=work)
    return RowCollection(
        approvals=rows, waiting_for_me=waiting.number, **RowCollection.told(found, query.order_by)
    )


@router.get("/page/approvals/{approval_id}", responses=answers(403, 404))
def get_detail(approval_id: UUID, sight: SightDep, work: WorkDep) -> DetailShape:
    """Read one request with its record, and whether you may decide and change it."""
    approval, now = looking.get(approval_id, work=work), work.clock()
    why_not = _why_not(approval, sight.person, Verdict.DENY, now)  # a denial has no rules of its own
    why_not_approve = _why_not(approval, sight.person, Verdict.APPROVE, now)
    known = reading.record(approval_id, offset=max(0, approval.recorded - MAX_EVENTS), work=work)
    return DetailShape(
        approval=ApprovalShape.of(approval),
        events=[shape_of(event) for event in known],
        total_events=approval.recorded,
        can_decide=why_not is None,
        why_not=None if why_not is None else words(why_not),
        can_approve=why_not_approve is None,
        why_not_approve=None if why_not_approve is None else words(why_not_approve),
        can_edit=sight.may("PUT"),
        can_delete=_may_go(approval, now, work) and is_administrator(sight.person.user),
    )


def _may_go(approval: Approval, now: datetime, work: Work) -> bool:
    end = approval.resolution
    return end is not None and commands.why_kept(end.at, now, work=work) is None


def _why_not(approval: Approval, person: Person, verdict: Verdict, now: datetime) -> ApprovalError | None:
    return reading.why_not_answer(approval, person.actor, verdict, now=now)


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
    waiting = looking.count_waiting(viewer, now=work.clock(), work=work)
    headers = {"Cache-Control": "no-store"}
    return Response(badge.draw(waiting.number, theme=theme), media_type=badge.MEDIA_TYPE, headers=headers)
