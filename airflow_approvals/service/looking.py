"""What a person is shown: without what nobody waits for any more.

A task may be killed, cleared or marked, and a run deleted, with nobody telling us. Whoever looks finds out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from airflow_approvals.airflow_core import facts
from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.errors import ApprovalError
from airflow_approvals.domain.search import Cut, Filters, Page, Total, Viewer
from airflow_approvals.domain.status import OPEN
from airflow_approvals.service import commands, reading
from airflow_approvals.service.transaction import Work
from airflow_approvals.store import listing
from airflow_approvals.store.approvals import Held

MAX_COUNTED = 100
"""Of how many requests in a count it is looked whether somebody waits for them; nobody is shown more."""


def get(approval_id: UUID, *, work: Work) -> Approval:
    """Read one request, closed if nobody waits for it. The caller has established that it may be read.

    :raises NotFound: there is none.
    """
    approval = reading.get(approval_id, work=work)
    if _gone([_held(approval)], work):
        with suppress(ApprovalError):  # the database is busy: the next look closes it
            return commands.bring_up_to_date(approval_id, work=work).approval
    return approval


def page(filters: Filters, *, viewer: Viewer, cut: Cut, now: datetime, work: Work) -> Page:
    """List visible requests.

    Open ones that nobody waits for are left out, and closed soon; then they are in the lists they belong to.
    """
    found = reading.page(filters, viewer=viewer, cut=cut, now=now, work=work)
    gone = _gone(map(_held, found.approvals), work)
    there = [approval for approval in found.approvals if approval.id not in gone]
    return replace(found, approvals=there, total=_without(gone, found.total))


def count_waiting(viewer: Viewer, *, now: datetime, work: Work) -> Total:
    """Count what the viewer may decide now: the total of the list with ``assigned_to_me``."""
    waiting = Filters(assigned_to_me=True)
    with work.sessions() as session:
        held = listing.held(waiting, viewer, now=now, limit=MAX_COUNTED + 1, session=session)
    gone = _gone(held, work)
    is_all = len(held) <= MAX_COUNTED
    total = Total.of(len(held)) if is_all else reading.count_waiting(viewer, now=now, work=work)
    return _without(gone, total)


def _without(gone: Collection[UUID], total: Total) -> Total:
    return total if total.has_more else Total(total.number - len(gone))


def vanished(held: Collection[Held], *, session: Session) -> list[UUID]:
    """Give those of the open requests whose task, or run, is no more."""
    alive = facts.alive([each.ti_id for each in held if each.ti_id is not None], session=session)
    by_hand = {(each.dag_id, each.run_id) for each in held if each.ti_id is None}
    runs = facts.existing_runs(by_hand, session=session) if by_hand else set()
    return [
        each.id
        for each in held
        if each.status in OPEN
        and not (each.ti_id in alive if each.ti_id is not None else (each.dag_id, each.run_id) in runs)
    ]


def _gone(held: Iterable[Held], work: Work) -> set[UUID]:
    """Give those of the open ones that nobody waits for; who has more time closes them."""
    still_open = [each for each in held if each.status in OPEN]
    if not still_open:
        return set()
    with work.sessions() as session:
        gone = vanished(still_open, session=session)
    for approval_id in gone:
        work.later(approval_id)
    return set(gone)


def _held(approval: Approval) -> Held:
    origin, end, waiter = approval.origin, approval.resolution, approval.waiter
    return Held(
        id=approval.id,
        status=approval.status,
        ti_id=None if waiter is None else waiter.ti_id,
        dag_id=origin.dag_id,
        run_id=origin.run_id,
        task_id=origin.task_id,
        map_index=origin.map_index,
        resolved_at=None if end is None else end.at,
    )
