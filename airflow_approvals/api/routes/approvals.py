"""Requests: list, open, read, change, delete."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from airflow_approvals import tokens, wire
from airflow_approvals.api.deps import Work, WorkDep
from airflow_approvals.api.problems import answers
from airflow_approvals.api.security import (
    CallerDep,
    EditorDep,
    Person,
    PersonDep,
    ReadableDep,
    TokenDep,
    own_task,
)
from airflow_approvals.domain.approval import Approval, Origin
from airflow_approvals.domain.errors import Invalid, NotAllowed
from airflow_approvals.domain.lifecycle import Edit, Keep, utc
from airflow_approvals.domain.policy import Approver, Policy
from airflow_approvals.domain.search import Filters, Order
from airflow_approvals.domain.status import Status
from airflow_approvals.service import approvals

router = APIRouter(tags=["approvals"])


class ListQuery(BaseModel):
    """Filters, order and page of a list. A filter given several times means any of the values."""

    model_config = ConfigDict(extra="forbid")

    dag_id: list[wire.Id] = []
    run_id: list[wire.Id] = []
    task_id: list[wire.Id] = []
    map_index: list[wire.MapIndex] = []
    ti_id: list[UUID] = []
    status: list[Status] = []
    approver_role: list[wire.Name] = []
    requested_by: list[wire.Name] = []
    assigned_to_me: bool | None = Field(default=None, description="You may decide it now.")
    overdue: bool | None = Field(default=None, description="Open with a deadline in the past.")
    search: wire.Id | None = Field(default=None, description="In subject, Dag id, run id or task id.")
    order_by: Order = Order.CREATED_AT_DESC
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    offset: Annotated[int, Field(ge=0, le=wire.MAX_INT32)] = 0

    def filters(self) -> Filters:
        """Give the filters without order and page."""
        values = self.model_dump(exclude={"order_by", "limit", "offset"})
        given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return Filters(**given)


@router.get("/approvals", responses=answers(403))
def list_approvals(
    query: Annotated[ListQuery, Query()], person: PersonDep, work: WorkDep
) -> wire.ApprovalCollection:
    """List the requests you may see."""
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
    return wire.ApprovalCollection.of(found, total)


@router.post(
    "/approvals",
    status_code=201,
    responses={**answers(403, 409), 200: {"model": wire.ApprovalShape, "description": "Asked before."}},
)
def open_approval(
    body: wire.OpenBody, caller: CallerDep, work: WorkDep, response: Response
) -> wire.ApprovalShape:
    """Open a request, by hand for a Dag run you may edit, or as a running task for itself."""
    if isinstance(caller, Person):
        return wire.ApprovalShape.of(_open_by_hand(body, caller, work))
    if body.dag_id or body.run_id or body.task_id or body.map_index is not None or body.expires_at:
        raise Invalid("A task leaves out dag_id, run_id, task_id, map_index and expires_at.")
    content = _content(body, expires_in=body.expires_in)
    approval, created = approvals.open_by_task(own_task(caller), content, now=work.now, session=work.session)
    response.status_code = 201 if created else 200
    return wire.ApprovalShape.of(approval)


@router.post("/approvals/list", responses=answers(403))
def list_watched(body: wire.WatchBody, token: TokenDep, work: WorkDep) -> wire.WatchedCollection:
    """Read many requests at once, for the triggerer that waits for them."""
    found = approvals.by_ids(body.ids, session=work.session)
    if token.subject != tokens.watch_subject(body.ids):
        foreign = len(found) < len(set(body.ids)) or any(a.origin.ti_id != token.ti_id for a in found)
        if token.ti_id is None or foreign:
            raise NotAllowed("A task's token reaches only its own request.", rule="own_request")
    return wire.WatchedCollection(approvals=[wire.WatchedShape.model_validate(a) for a in found])


@router.get("/approvals/{approval_id}", responses=answers(403, 404))
def get_approval(approval: ReadableDep) -> wire.ApprovalShape:
    """Read one request."""
    return wire.ApprovalShape.of(approval)


@router.get("/approvals/{approval_id}/events", responses=answers(403, 404))
def list_events(approval: ReadableDep, work: WorkDep) -> wire.EventCollection:
    """Read everything that happened to one request, oldest first."""
    return wire.EventCollection.of(approvals.events(approval.id, session=work.session))


@router.patch("/approvals/{approval_id}", responses=answers(403, 404, 409))
def edit_approval(
    approval_id: UUID, body: wire.EditBody, editor: EditorDep, work: WorkDep
) -> wire.ApprovalShape:
    """Change some values of an open request."""
    return _edit(approval_id, body, editor, work)


@router.put("/approvals/{approval_id}", responses=answers(403, 404, 409))
def replace_approval(
    approval_id: UUID, body: wire.ReplaceBody, editor: EditorDep, work: WorkDep
) -> wire.ApprovalShape:
    """Change all editable values of an open request."""
    return _edit(approval_id, body, editor, work)


@router.delete("/approvals/{approval_id}", status_code=204, responses=answers(403, 404, 409))
def delete_approval(approval_id: UUID, editor: EditorDep, work: WorkDep) -> None:
    """Remove a closed request with its record."""
    approvals.delete(approval_id, session=work.session)


def _edit(
    approval_id: UUID, body: wire.EditBody | wire.ReplaceBody, editor: Person, work: Work
) -> wire.ApprovalShape:
    new = Edit(
        subject=body.subject,
        body=body.body,
        expires_at=body.expires_at if "expires_at" in body.model_fields_set else Keep.KEEP,
        approvers=None
        if body.approvers is None
        else [[Approver(kind=a.kind, name=a.name) for a in level] for level in body.approvers],
        metadata=body.metadata,
    )
    return wire.ApprovalShape.of(
        approvals.edit(
            approval_id,
            new,
            actor=editor.actor,
            settings=work.settings,
            now=work.now,
            session=work.session,
        )
    )


def _open_by_hand(body: wire.OpenBody, person: Person, work: Work) -> Approval:
    if body.dag_id is None or body.run_id is None:
        raise Invalid("dag_id and run_id are missing: say which Dag run the request is about.")
    if body.expires_at is not None and body.expires_in is not None:
        raise Invalid("Give expires_at or expires_in, not both.")
    if body.map_index is not None and body.task_id is None:
        raise Invalid("map_index needs task_id.")
    team_name = person.require_editor(body.dag_id)
    expires_in = body.expires_in
    if body.expires_at is not None:
        expires_in = (utc(body.expires_at) - work.now).total_seconds()
    return approvals.open_by_hand(
        Origin(
            dag_id=body.dag_id,
            run_id=body.run_id,
            task_id=body.task_id,
            map_index=-1 if body.map_index is None else body.map_index,
            team_name=team_name,
        ),
        _content(body, expires_in=expires_in),
        actor=person.actor,
        expires_at=body.expires_at,
        now=work.now,
        session=work.session,
    )


def _content(body: wire.OpenBody, *, expires_in: float | None) -> approvals.Content:
    return approvals.Content(
        subject=body.subject,
        body=body.body,
        policy=Policy.of_roles(
            approver_role=body.approver_role,
            escalate_role=body.escalate_role,
            expires_in=None if expires_in is None else timedelta(seconds=expires_in),
            on_deny=body.on_deny,
            on_expiry=body.on_expiry,
        ),
        metadata=body.metadata,
    )
