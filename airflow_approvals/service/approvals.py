"""What people and tasks do with requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from uuid6 import uuid7

from airflow_approvals import airflow_core
from airflow_approvals.config import Settings
from airflow_approvals.domain import lifecycle, rules
from airflow_approvals.domain.approval import SYSTEM, Actor, ActorKind, Approval, Event, Origin, Verdict
from airflow_approvals.domain.errors import (
    ContentDiffers,
    Invalid,
    NotAllowed,
    NotDelivered,
    NotFound,
    StillOpen,
)
from airflow_approvals.domain.policy import Policy
from airflow_approvals.domain.search import Filters, Order, Viewer
from airflow_approvals.service.transaction import Outcome, Step, change, retrying
from airflow_approvals.store import approvals as store
from airflow_approvals.store import listing

SUPERSEDED = "superseded"


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a request asks, whoever opens it."""

    subject: str
    body: str
    policy: Policy
    metadata: Mapping[str, Any]


def task_actor(ti_id: UUID) -> Actor:
    """Give the actor behind a task's token."""
    return Actor(kind=ActorKind.TASK, id=f"ti:{ti_id}", name=f"ti:{ti_id}")


def open_by_task(ti_id: UUID, content: Content, *, now: datetime, session: Session) -> tuple[Approval, bool]:
    """Open the request of a running task instance; asking again with the same content gives the same one.

    Open requests of older tries are cancelled as superseded.

    :returns: the request, and whether it is new.
    :raises NotAllowed: the task instance is unknown, superseded, or not running.
    :raises ContentDiffers: this try asked before, with other content.
    """

    def work() -> tuple[Approval, bool]:
        known = store.id_of_task_instance(ti_id, session=session)
        if known is not None:
            return _same(known, content, session=session), False
        facts = airflow_core.task_instance(ti_id, session=session)
        if facts is None or not facts.running:
            raise NotAllowed("Only a running task instance can open a request.", rule="task_is_running")
        origin = Origin(
            dag_id=facts.dag_id,
            run_id=facts.run_id,
            task_id=facts.task_id,
            map_index=facts.map_index,
            try_number=facts.try_number,
            ti_id=ti_id,
            team_name=facts.team_name,
        )
        actor = task_actor(ti_id)
        for older in store.open_ids_of_task(origin, session=session):
            before = store.get(older, session=session, lock=True)
            if before is not None and before.is_open:
                after, events = lifecycle.cancel(before, actor=actor, reason=SUPERSEDED, now=now)
                store.save(before, after, events, session=session)
        approval = _add(origin, content, actor, facts.triggered_by, None, now, session=session)
        session.commit()
        return approval, True

    return retrying(work, session=session)


def open_by_hand(
    origin: Origin,
    content: Content,
    *,
    actor: Actor,
    expires_at: datetime | None,
    now: datetime,
    session: Session,
) -> Approval:
    """Open a request for a Dag run on behalf of a person. No task waits for it.

    :raises Invalid: no such Dag run or task instance, or a deadline that is not in the future.
    """
    if not airflow_core.run_exists(origin.dag_id, origin.run_id, session=session):
        raise Invalid(f"Dag {origin.dag_id} has no run {origin.run_id}.")
    if origin.task_id is not None and not airflow_core.task_exists(
        origin.dag_id, origin.run_id, origin.task_id, origin.map_index, session=session
    ):
        raise Invalid(f"That run has no task {origin.task_id} with map index {origin.map_index}.")

    def work() -> Approval:
        approval = _add(origin, content, actor, actor.name, expires_at, now, session=session)
        session.commit()
        return approval

    return retrying(work, session=session)


def get(approval_id: UUID, *, session: Session) -> Approval:
    """Read one request. The caller has established that it may be read.

    :raises NotFound: there is none.
    """
    approval = store.get(approval_id, session=session)
    if approval is None:
        raise NotFound
    return approval


def get_own(approval_id: UUID, ti_id: UUID, *, session: Session) -> Approval:
    """Read a task's own request.

    :raises NotAllowed: it belongs to another task instance, or does not exist: which is not said.
    """
    approval = store.get(approval_id, session=session)
    if approval is None or approval.origin.ti_id != ti_id:
        raise NotAllowed("A task's token reaches only its own request.", rule="own_request")
    return approval


def dag_ids(*, session: Session) -> set[str]:
    """Give every Dag that has requests, for the caller to find which of them a person may read."""
    return listing.dag_ids(session=session)


def dag_id_of(approval_id: UUID, *, session: Session) -> str | None:
    """Give the Dag of a request, None when there is no such request."""
    return listing.dag_id_of(approval_id, session=session)


def require_visible(approval_id: UUID, *, viewer: Viewer, session: Session) -> None:
    """Hold the one visibility condition against one request.

    :raises NotFound: there is no such request, or the viewer may not see it.
    """
    if not listing.is_visible(approval_id, viewer, session=session):
        raise NotFound


def page(
    filters: Filters,
    *,
    viewer: Viewer,
    order: Order,
    limit: int,
    offset: int,
    now: datetime,
    session: Session,
) -> tuple[list[Approval], int]:
    """List visible requests; gives one page and the number of all that match."""
    return listing.page(filters, viewer, now=now, order=order, limit=limit, offset=offset, session=session)


def count_waiting(viewer: Viewer, *, now: datetime, session: Session) -> int:
    """Count what the viewer may decide now: the total of the list with ``assigned_to_me``."""
    return listing.count(Filters(assigned_to_me=True), viewer, now=now, session=session)


def choices(viewer: Viewer, *, limit: int, session: Session) -> tuple[list[str], list[str]]:
    """Give the Dags and the roles that occur in visible requests, at most ``limit`` of each, sorted."""
    return listing.choices(viewer, limit=limit, session=session)


def why_not_decide(approval: Approval, actor: Actor, *, now: datetime) -> str | None:
    """Say why this person could not decide the request now, judged as the decision would be; None: can."""
    due, _ = lifecycle.advance(approval, now)
    refusal = rules.why_not_decide(due, actor)
    return None if refusal is None else refusal.detail


def by_ids(approval_ids: list[UUID], *, session: Session) -> list[Approval]:
    """Read those of the requests that exist. The caller has established that they may be read."""
    return listing.by_ids(approval_ids, session=session)


def events(approval_id: UUID, *, session: Session) -> list[Event]:
    """Give the audit trail, oldest first. The caller has established that it may be read."""
    return store.events_of(approval_id, session=session)


def decide(
    approval_id: UUID,
    verdict: Verdict,
    *,
    actor: Actor,
    comment: str | None,
    settings: Settings,
    now: datetime,
    session: Session,
) -> Approval:
    """Record a person's answer and, in the same transaction, wake the waiting task.

    :raises NotFound: no such request.
    :raises NotAllowed: the person may not decide it.
    :raises AlreadyClosed: somebody or something was first.
    """

    def command(approval: Approval) -> lifecycle.Change:
        return lifecycle.decide(approval, actor=actor, verdict=verdict, now=now, comment=comment)

    return run(approval_id, command, settings=settings, now=now, session=session).approval


def edit(
    approval_id: UUID,
    new: lifecycle.Edit,
    *,
    actor: Actor,
    settings: Settings,
    now: datetime,
    session: Session,
) -> Approval:
    """Change an open request. The caller has established that the person may edit its Dag."""

    def command(approval: Approval) -> lifecycle.Change:
        return lifecycle.edit(approval, change=new, actor=actor, now=now)

    return run(approval_id, command, settings=settings, now=now, session=session).approval


def cancel(
    approval_id: UUID,
    *,
    actor: Actor,
    reason: str,
    settings: Settings,
    now: datetime,
    session: Session,
) -> Approval:
    """Close a request that nobody should answer. The caller has established that the actor may."""

    def command(approval: Approval) -> lifecycle.Change:
        return lifecycle.cancel(approval, actor=actor, reason=reason, now=now)

    return run(approval_id, command, settings=settings, now=now, session=session).approval


def advance(approval_id: UUID, *, settings: Settings, now: datetime, session: Session) -> Outcome:
    """Bring a request up to date: escalate, expire, cancel when its task is gone, deliver its decision."""

    def nothing(approval: Approval) -> lifecycle.Change:
        return approval, ()

    return run(approval_id, nothing, settings=settings, now=now, session=session)


def delete(approval_id: UUID, *, session: Session) -> None:
    """Remove a closed request and its record. The caller has established that the person may.

    :raises StillOpen: cancel it first.
    :raises NotDelivered: its task has yet to read the decision.
    """

    def work() -> None:
        approval = store.get(approval_id, session=session, lock=True)
        if approval is None:
            raise NotFound
        if approval.is_open:
            raise StillOpen("An open request cannot be deleted; cancel it first.")
        ti_id = approval.origin.ti_id
        if ti_id is not None and airflow_core.alive([ti_id], session=session):
            raise NotDelivered("The task has yet to go on with the decision; try again in a minute.")
        store.remove([approval_id], session=session)
        session.commit()

    retrying(work, session=session)


def run(approval_id: UUID, command: Step, *, settings: Settings, now: datetime, session: Session) -> Outcome:
    """Apply a command to the request as it is at ``now``; if it is closed then, wake its task.

    All in one transaction. A request whose task is gone is cancelled before the command is looked at.
    """

    def refresh(approval: Approval) -> lifecycle.Change:
        reason = _why_gone(approval, session=session) if approval.is_open else None
        if reason is not None:
            return lifecycle.cancel(approval, actor=SYSTEM, reason=reason, now=now)
        return lifecycle.advance(approval, now)

    def wake(approval: Approval) -> lifecycle.Change:
        return _deliver(approval, settings=settings, now=now, session=session)

    return change(approval_id, refresh=refresh, command=command, after=wake, session=session)


def _why_gone(approval: Approval, *, session: Session) -> str | None:
    origin = approval.origin
    return airflow_core.why_gone(
        origin.ti_id,
        dag_id=origin.dag_id,
        run_id=origin.run_id,
        task_id=origin.task_id,
        map_index=origin.map_index,
        session=session,
    )


def _deliver(approval: Approval, *, settings: Settings, now: datetime, session: Session) -> lifecycle.Change:
    if approval.origin.ti_id is None or approval.resumed_at is not None:
        return approval, ()
    delivery = airflow_core.resume(
        approval.origin.ti_id,
        {"approval_id": str(approval.id), "status": approval.status.value},
        now=now,
        settle=timedelta(seconds=settings.settle_seconds),
        session=session,
    )
    return lifecycle.resume(approval, now) if delivery is airflow_core.Delivery.RESUMED else (approval, ())


def _add(
    origin: Origin,
    content: Content,
    actor: Actor,
    requested_by: str | None,
    expires_at: datetime | None,
    now: datetime,
    *,
    session: Session,
) -> Approval:
    approval, opened = lifecycle.open_request(
        id=uuid7(),
        origin=origin,
        subject=content.subject,
        body=content.body,
        policy=content.policy,
        metadata=content.metadata,
        actor=actor,
        requested_by=requested_by,
        now=now,
        expires_at=expires_at,
    )
    store.add(approval, opened, session=session)
    return approval


def _same(approval_id: UUID, content: Content, *, session: Session) -> Approval:
    approval = get(approval_id, session=session)
    asked = Content(
        subject=approval.subject,
        body=approval.body,
        policy=approval.policy,
        metadata=dict(approval.metadata),
    )
    if asked != Content(
        subject=lifecycle.one_line(content.subject),
        body=content.body,
        policy=content.policy,
        metadata=dict(content.metadata),
    ):
        raise ContentDiffers(
            "This task instance has asked already, with other content. Clear the task to ask anew."
        )
    return approval
