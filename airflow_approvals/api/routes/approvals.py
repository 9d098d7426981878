"""Requests: list, open, read, change, delete."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from airflow_approvals.api.callers import CallerDep, Person, PersonDep, own_task
from airflow_approvals.api.pace import PaceDep
from airflow_approvals.api.permissions import (
    DeleterDep,
    EditorDep,
    ReadableDep,
    WatchedDep,
    require_editor,
    viewer_of,
)
from airflow_approvals.api.problems import answers
from airflow_approvals.api.work import WorkDep
from airflow_approvals.domain.approval import Approval, Origin, Source
from airflow_approvals.domain.calendar import in_future
from airflow_approvals.domain.commands.edit import Edit, Keep, edit
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.people import Approver
from airflow_approvals.domain.policy import Policy
from airflow_approvals.domain.search import Cut, Filters, Order, Page, Viewer
from airflow_approvals.domain.status import Status
from airflow_approvals.domain.waiting import Waits
from airflow_approvals.service import commands, looking, opening, reading
from airflow_approvals.service.audit import Deed
from airflow_approvals.service.opening import Question
from airflow_approvals.service.transaction import Work
from airflow_approvals.wire.approval import ApprovalCollection, ApprovalShape, ContentShape
from airflow_approvals.wire.base import MAX_INT32, Fingerprint, Id, MapIndex, Name
from airflow_approvals.wire.bodies import EditBody, OpenBody, ReplaceBody
from airflow_approvals.wire.cursors import after_of
from airflow_approvals.wire.events import EventCollection
from airflow_approvals.wire.watching import WatchedCollection, WatchedShape

router = APIRouter(tags=["approvals"])

MAX_DIGITS = 10  # of a version

IfMatch = Annotated[
    str | None,
    Header(description='Change the request only at this version, e.g. `"3"`; else 412 `version_differs`.'),
]


class EventsQuery(BaseModel):
    """Which part of a record."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    offset: Annotated[int, Field(ge=0, le=MAX_INT32)] = 0


class ListQuery(BaseModel):
    """Filters, order and page of a list. A filter given several times means any of the values."""

    model_config = ConfigDict(extra="forbid")

    dag_id: list[Id] = []
    run_id: list[Id] = []
    task_id: list[Id] = []
    map_index: list[MapIndex] = []
    ti_id: list[UUID] = []
    status: list[Status] = []
    approver_role: list[Name] = []
    requested_by: list[Name] = []
    source: list[Source] = []
    assigned_to_me: bool | None = Field(default=None, description="You may decide it now.")
    overdue: bool | None = Field(default=None, description="Open with a deadline in the past.")
    search: Id | None = Field(default=None, description="In subject, Dag id, run id or task id.")
    order_by: Order = Order.CREATED_AT_DESC
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    offset: Annotated[int, Field(ge=0, le=MAX_INT32)] = 0
    cursor: Annotated[str | None, Field(max_length=200)] = Field(
        default=None,
        description="`next_cursor` of the page before, all else as it was there.",
    )

    def filters(self) -> Filters:
        """Give the filters without order and page."""
        values = self.model_dump(exclude={"order_by", "limit", "offset", "cursor"})
        given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return Filters(**given)

    def viewer(self, person: Person, work: Work) -> Viewer:
        """Give the eyes of who asks; what waits for them they see, whatever Dags they may read."""
        if self.assigned_to_me:
            return Viewer(actor=person.actor, readable_dag_ids=frozenset())
        return viewer_of(person, self.dag_id, work=work)

    def read(self, viewer: Viewer, *, now: datetime, work: Work) -> Page:
        """Read the page that is asked for."""
        after = None if self.cursor is None else after_of(self.cursor, self.order_by)
        cut = Cut(order=self.order_by, limit=self.limit, offset=self.offset, after=after)
        return looking.page(self.filters(), viewer=viewer, cut=cut, now=now, work=work)


@router.get("/approvals", responses=answers(403))
def list_approvals(
    query: Annotated[ListQuery, Query()], person: PersonDep, work: WorkDep
) -> ApprovalCollection:
    """List the requests you may see."""
    found = query.read(query.viewer(person, work), now=work.clock(), work=work)
    return ApprovalCollection.of(found, query.order_by)


@router.post(
    "/approvals",
    status_code=201,
    dependencies=[PaceDep],
    responses={**answers(403, 409, 429), 200: {"model": ApprovalShape, "description": "Asked before."}},
)
def open_approval(body: OpenBody, caller: CallerDep, work: WorkDep, response: Response) -> ApprovalShape:
    """Open a request, by hand for a Dag run you may edit, or as a running task for itself."""
    if isinstance(caller, Person):
        return ApprovalShape.of(_open_by_hand(body, caller, work))
    if body.dag_id or body.run_id or body.task_id or body.map_index is not None or body.expires_at:
        raise Invalid("A task leaves out dag_id, run_id, task_id, map_index and expires_at.")
    waits = Waits() if body.waits is None else body.waits.value()
    approval, created = opening.open_by_task(own_task(caller), _question(body), waits, work=work)
    response.status_code = 201 if created else 200
    return ApprovalShape.of(approval)


@router.post("/approvals/list", responses=answers(403))
def list_watched(found: WatchedDep) -> WatchedCollection:
    """Read many requests at once, for the triggerer that waits for them."""
    return WatchedCollection(approvals=[WatchedShape.model_validate(watched) for watched in found])


@router.get("/approvals/{approval_id}", responses=answers(403, 404))
def get_approval(approval: ReadableDep, response: Response) -> ApprovalShape:
    """Read one request; its `ETag` is its version, for `If-Match`."""
    response.headers["ETag"] = f'"{approval.version}"'
    return ApprovalShape.of(approval)


@router.get("/approvals/{approval_id}/events", responses=answers(403, 404))
def list_events(
    approval: ReadableDep, query: Annotated[EventsQuery, Query()], work: WorkDep
) -> EventCollection:
    """Read what happened to one request, oldest first."""
    known = reading.record(approval.id, limit=query.limit, offset=query.offset, work=work)
    return EventCollection.of(known, approval.recorded)


@router.get("/approvals/{approval_id}/contents/{fingerprint}", responses=answers(403, 404))
def get_content(approval: ReadableDep, fingerprint: Fingerprint, work: WorkDep) -> ContentShape:
    """Read what a request asks, or asked before somebody edited it."""
    return ContentShape.of(reading.content(approval, fingerprint, work=work))


@router.patch("/approvals/{approval_id}", dependencies=[PaceDep], responses=answers(403, 404, 409, 412, 429))
def edit_approval(
    approval_id: UUID, body: EditBody, editor: EditorDep, work: WorkDep, if_match: IfMatch = None
) -> ApprovalShape:
    """Change some values of an open request."""
    return ApprovalShape.of(commands.run(approval_id, edit, _edit(body, editor, if_match), work=work))


@router.put("/approvals/{approval_id}", dependencies=[PaceDep], responses=answers(403, 404, 409, 412, 429))
def replace_approval(
    approval_id: UUID, body: ReplaceBody, editor: EditorDep, work: WorkDep, if_match: IfMatch = None
) -> ApprovalShape:
    """Change all editable values of an open request."""
    return ApprovalShape.of(commands.run(approval_id, edit, _edit(body, editor, if_match), work=work))


@router.delete("/approvals/{approval_id}", status_code=204, responses=answers(403, 404, 409))
def delete_approval(approval_id: UUID, deleter: DeleterDep, work: WorkDep) -> None:
    """Remove a closed request with its record, once its retention time is over; administrators only."""
    commands.delete(approval_id, actor=deleter.actor, work=work)


def _edit(body: EditBody | ReplaceBody, editor: Person, if_match: str | None) -> Edit:
    return Edit(
        actor=editor.actor,
        subject=body.subject,
        body=body.body,
        expires_at=body.expires_at if "expires_at" in body.model_fields_set else Keep.KEEP,
        approvers=None
        if body.approvers is None
        else [[Approver.named(a.kind, a.name) for a in level] for level in body.approvers],
        metadata=body.metadata,
        version=_version(if_match),
    )


def _version(if_match: str | None) -> int | None:
    """Read the header ``If-Match``; None: whatever the version is."""
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().removeprefix("W/").strip('"')
    if not number.isdecimal() or len(number) > MAX_DIGITS:
        raise Invalid('If-Match is the request\'s version in double quotes, as ETag gives it, e.g. "3".')
    return int(number)


def _open_by_hand(body: OpenBody, person: Person, work: Work) -> Approval:
    if body.dag_id is None or body.run_id is None:
        raise Invalid("dag_id and run_id are missing: say which Dag run the request is about.")
    if body.expires_at is not None and body.expires_in is not None:
        raise Invalid("Give expires_at or expires_in, not both.")
    if body.map_index is not None and body.task_id is None:
        raise Invalid("map_index needs task_id.")
    if body.waits is not None:
        raise Invalid("waits is for tasks; no task waits for a request opened by hand.")
    origin = Origin(
        dag_id=body.dag_id,
        run_id=body.run_id,
        task_id=body.task_id,
        map_index=-1 if body.map_index is None else body.map_index,
        team_name=reading.team_of(body.dag_id, work=work),
    )
    require_editor(person, origin, Deed.OPEN, work=work)
    if body.expires_at is not None:  # every level gets as long as the first one
        now = work.clock()
        seconds = (in_future(body.expires_at, now) - now).total_seconds()
        question = replace(_question(body, expires_in=seconds), expires_at=body.expires_at)
    else:
        question = _question(body)
    return opening.open_by_hand(origin, question, actor=person.actor, work=work)


def _question(body: OpenBody, *, expires_in: float | None = None) -> Question:
    """Take what a body asks.

    :param expires_in: seconds each level waits, when the body does not say.
    """
    seconds = body.expires_in or expires_in
    return Question(
        content=Content.of(subject=body.subject, body=body.body, metadata=body.metadata),
        policy=Policy.of_roles(
            approver_role=body.approver_role,
            escalate_role=body.escalate_role,
            expires_in=None if seconds is None else timedelta(seconds=seconds),
            on_deny=body.on_deny,
            on_expiry=body.on_expiry,
            respect_trigger_rules=body.respect_trigger_rules,
        ),
    )
