"""What lists are filtered by, and who sees what, as conditions on table ``approval``.

Who sees what is one rule, written twice: here for all that is listed and counted, and in
``api/permissions.py`` for single requests. A test holds the two together.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, false, or_

from airflow_approvals.domain.approval import Source
from airflow_approvals.domain.people import Actor, ApproverKind
from airflow_approvals.domain.search import Filters, Viewer
from airflow_approvals.store import tables
from airflow_approvals.store.approvals import OPEN_VALUES
from airflow_approvals.store.tables import approval as approval_table
from airflow_approvals.store.tables import searchable

Condition = ColumnElement[bool]


def visible_to(viewer: Viewer) -> Condition:
    """Hold for requests whose Dag the viewer may read, or of which they are an approver at any level."""
    return or_(*visible_by(viewer))


def visible_by(viewer: Viewer) -> list[Condition]:
    """Give the ways to be visible, one by one: each by itself is what an index can answer."""
    asked = _has_approver(named(viewer.actor))
    return (
        [approval_table.c.dag_id.in_(viewer.readable_dag_ids), asked] if viewer.readable_dag_ids else [asked]
    )


def conditions_of(filters: Filters, viewer: Viewer, now: datetime) -> list[Condition]:
    """Give what must hold for each of the filters."""
    columns = approval_table.c
    conditions: list[Condition] = []
    if filters.dag_id:
        conditions.append(columns.dag_id.in_(filters.dag_id))
    if filters.run_id:
        conditions.append(columns.run_id.in_(filters.run_id))
    if filters.task_id:
        conditions.append(columns.task_id.in_(filters.task_id))
    if filters.map_index:
        conditions.append(columns.map_index.in_(filters.map_index))
    if filters.requested_by:
        conditions.append(columns.requested_by.in_(filters.requested_by))
    if filters.ti_id:
        waiter = tables.waiter.c
        waits = exists().where(waiter.approval_id == columns.id, waiter.ti_id.in_(filters.ti_id))
        conditions.append(waits.correlate(approval_table))  # not with waiters: lists have them as well
    if filters.status:
        conditions.append(columns.status.in_([status.value for status in filters.status]))
    if filters.approver_role:
        role = tables.approver.c.kind == ApproverKind.ROLE.value
        conditions.append(_has_approver(and_(role, tables.approver.c.name.in_(filters.approver_role))))
    if filters.assigned_to_me is not None:
        conditions.append(_is(filters.assigned_to_me, _assigned_to(viewer.actor, now)))
    if filters.overdue is not None:
        conditions.append(_is(filters.overdue, and_(_is_open(), _is_late(now))))
    if filters.source:
        by_task = exists().where(tables.waiter.c.approval_id == columns.id).correlate(approval_table)
        wanted = {Source.TASK: by_task, Source.PERSON: ~by_task}
        conditions.append(or_(*(wanted[source] for source in filters.source)))
    if filters.search:
        conditions.append(searchable.icontains(filters.search, autoescape=True))
    return conditions


def _is(wanted: bool, condition: Condition) -> Condition:
    return condition if wanted else ~condition


def _is_open() -> Condition:
    return approval_table.c.status.in_(OPEN_VALUES)


def _is_late(now: datetime) -> Condition:
    deadline = approval_table.c.expires_at
    return and_(deadline.is_not(None), deadline <= now)


def _assigned_to(actor: Actor, now: datetime) -> Condition:
    """Hold for requests that this person may answer, as ``domain/rules.py`` has it once time has passed.

    A deadline that is over has opened the next level, or has closed the request if there is none.
    """
    late, level = _is_late(now), approval_table.c.level
    reached = level + case((late, 1), else_=0)
    vote = tables.vote.c
    is_actor = or_(vote.actor_id == actor.id, vote.actor_name == actor.name)  # Who.is_also
    voted = exists().where(vote.approval_id == approval_table.c.id, is_actor)
    return and_(
        _is_open(),
        or_(~late, _has_approver(tables.approver.c.level == level + 1)),
        _has_approver(and_(tables.approver.c.level <= reached, named(actor))),
        ~voted,
    )


def named(actor: Actor) -> Condition:
    """Hold for approver rows that mean this person."""
    columns = tables.approver.c
    return or_(
        and_(columns.kind == ApproverKind.ROLE.value, columns.name.in_(actor.roles))
        if actor.roles
        else false(),
        and_(columns.kind == ApproverKind.USER.value, columns.name == actor.name),
    )


def _has_approver(condition: Condition) -> Condition:
    named = exists().where(tables.approver.c.approval_id == approval_table.c.id, condition)
    return named.correlate(approval_table)  # not with approvers, should the outer query have them as well
