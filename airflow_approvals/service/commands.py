"""The one way to change a request: read locked, brought up to date, changed, its task ended, written.

Who loses against a concurrent change starts over as a whole (``service/transaction.py``). What its task gets
of it is in ``service/delivering.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from airflow_approvals.airflow_core import cleaning, facts, ways
from airflow_approvals.airflow_core.facts import LockedTask
from airflow_approvals.domain.approval import Approval, Origin
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.commands.edit import Edit
from airflow_approvals.domain.commands.remark import note_taken, note_woken
from airflow_approvals.domain.errors import ApprovalError, Kept, NotDelivered, NotFound, StillOpen
from airflow_approvals.domain.events import Updated
from airflow_approvals.domain.people import SYSTEM, Actor
from airflow_approvals.domain.rules import Answer
from airflow_approvals.domain.status import OPEN
from airflow_approvals.service import audit, delivering
from airflow_approvals.service.audit import Deed
from airflow_approvals.service.transaction import Work, afterwards, writing
from airflow_approvals.store import approvals as store

CLEANED = "cleaned"
"""The reason where ``airflow db clean`` took away what waited."""

Input = TypeVar("Input")
Given = TypeVar("Given", Answer, Edit, Cancellation)
Command = Callable[[Approval, Input, datetime], Change]


class ByTask(Enum):
    """What the task of a request, which asks, does with the answer if there is one."""

    LOOKS = "looks"
    TAKES = "takes"


def run(approval_id: UUID, command: Command[Given], given: Given, *, work: Work) -> Approval:
    """Apply somebody's command to a request as it really is; what has happened to it meanwhile is kept
    also when the command is refused.

    The caller has established that whoever gives the command may reach the request.

    :raises NotFound: no such request.
    :raises ApprovalError: whatever the command raises, ``ChangedMeanwhile``, or ``NewerVersion``.
    """
    change, refusal = writing(_run, approval_id, command, given, work, work=work)
    if refusal is not None:
        raise refusal
    return change.approval


def bring_up_to_date(approval_id: UUID, *, by_task: ByTask | None = None, work: Work) -> Change:
    """Escalate, expire, cancel when its task is gone, deliver its decision: whatever a request has coming.

    :param by_task: its task asks; None: somebody else does.
    :raises NotFound: no such request.
    """
    change, _ = writing(apply, approval_id, nothing, None, work, by_task, work=work)
    return change


def bring_all_up_to_date(approval_ids: Collection[UUID], *, work: Work) -> list[Change]:
    """Bring several requests up to date in one transaction; waits for nobody.

    :returns: what was written. Those that others hold, and those that are gone, are left out.
    """
    return writing(_advance_all, approval_ids, work, work=work)


def apply(
    approval_id: UUID,
    command: Command[Input],
    given: Input,
    work: Work,
    by_task: ByTask | None = None,
    *,
    session: Session,
) -> tuple[Change, ApprovalError | None]:
    """Do one command's work in the transaction of ``session``.

    :returns: what was written, and why the command itself was refused, if it was.
    """
    before = store.get(approval_id, session=session, lock=True)
    if before is None:
        raise NotFound
    task = _lock_task(before, session=session)
    # Only now: waiting for the locks took time, too.
    change, refusal = _changed(
        before, task, command, given, _later(work.clock(), before), work, by_task, session=session
    )
    if change.events:
        change = replace(change, approval=store.save(before, change, session=session))
    return change, refusal


def _advance_all(approval_ids: Collection[UUID], work: Work, *, session: Session) -> list[Change]:
    held = store.lock_all(approval_ids, session=session)
    asked = [approval.waiter.ti_id for approval in held if approval.waiter is not None]
    tasks, busy = facts.lock_tasks(asked, session=session)
    now = work.clock()
    changes: list[tuple[Approval, Change]] = []
    for before in held:
        ti_id = None if before.waiter is None else before.waiter.ti_id
        if ti_id in busy:
            continue
        task = None if ti_id is None else tasks.get(ti_id)
        change, _ = _changed(before, task, nothing, None, _later(now, before), work, session=session)
        if change.events:
            changes.append((before, change))
    if changes:
        store.save_all(changes, session=session)
    return [change for _, change in changes]


def _changed(
    before: Approval,
    task: LockedTask | None,
    command: Command[Input],
    given: Input,
    now: datetime,
    work: Work,
    by_task: ByTask | None = None,
    *,
    session: Session,
) -> tuple[Change, ApprovalError | None]:
    """Catch up with what has happened, apply the command, let the task have it; all but write it down."""
    change = _caught_up(before, task, now, session=session)
    refusal: ApprovalError | None = None
    if change.events:  # so nobody has seen it as it is now
        change = replace(change, approval=replace(change.approval, version=before.version + 1))
    try:
        change = change.then(command(change.approval, given, now))
    except ApprovalError as error:
        refusal = error
    if task is not None:
        if not change.approval.is_open and by_task is not None and task.runs:
            change = change.then(note_woken(change.approval, now))
            if by_task is ByTask.TAKES:
                change = change.then(note_taken(change.approval, now))
        change = change.then(_passed_on(before, change, task, now, work, session=session))
    return change, refusal


def nothing(approval: Approval, _given: Any, _now: datetime) -> Change:
    """Command nothing: the request is brought up to date and that is all."""
    return Change(approval=approval)


def delete(approval_id: UUID, *, actor: Actor, work: Work) -> None:
    """Remove a closed request and its record. The caller has established that the person may.

    :raises NotFound: no such request.
    :raises StillOpen: cancel it first.
    :raises NotDelivered: its task has yet to read the decision, or to end.
    :raises Kept: its retention time is not over.
    """
    if refusal := writing(_delete, approval_id, actor, work, work=work):
        raise refusal


def why_kept(closed_at: datetime, now: datetime, *, work: Work) -> Kept | None:
    """Say until when a closed request's record stays; None: its retention time is over."""
    days = work.settings.retention_days
    until = closed_at + timedelta(days=days) if days else None
    return None if until is not None and until <= now else Kept(until=until)


def _run(
    approval_id: UUID, command: Command[Given], given: Given, work: Work, *, session: Session
) -> tuple[Change, ApprovalError | None]:
    change, refusal = apply(approval_id, command, given, work, session=session)
    if refusal is not None or any(event.actor == given.actor for event in change.events):
        audit.note(
            _deed(given),
            given.actor,
            change.approval.origin,
            approval_id=approval_id,
            refusal=refusal,
            session=session,
        )
    return change, refusal


def _deed(given: Answer | Edit | Cancellation) -> Deed:
    if isinstance(given, Answer):
        return Deed.of(given.verdict)
    return Deed.EDIT if isinstance(given, Edit) else Deed.CANCEL


def _later(now: datetime, approval: Approval) -> datetime:
    """Give the time, or the next moment in the record where the clock of this server is slow."""
    return now if now >= approval.touched_at else approval.touched_at + timedelta.resolution


def _lock_task(approval: Approval, *, session: Session) -> LockedTask | None:
    """Lock the task that waits; always after its request, so that two commands never wait for each other."""
    waiter = approval.waiter
    return None if waiter is None else facts.lock_task(waiter.ti_id, session=session)


def _caught_up(approval: Approval, task: LockedTask | None, now: datetime, *, session: Session) -> Change:
    """Apply what has happened since: nobody waits any more, or a deadline has passed. In this order.

    So silence never approves for a task that is gone.
    """
    if approval.is_open and (reason := _why_gone(approval, task, session=session)):
        return cancel(approval, Cancellation(actor=SYSTEM, reason=reason), now)
    return advance(approval, now)


def _why_gone(approval: Approval, task: LockedTask | None, *, session: Session) -> str | None:
    origin, waiter = approval.origin, approval.waiter
    if waiter is None:
        lives = facts.run_exists(origin.dag_id, origin.run_id, session=session)
        reason = None if lives else facts.RUN_DELETED
    else:
        reason = facts.why_gone(
            task,
            dag_id=origin.dag_id,
            run_id=origin.run_id,
            task_id=origin.task_id,
            map_index=origin.map_index,
            session=session,
        )
    if reason in facts.MISSING and cleaning.was_cleaned(
        origin.dag_id,
        origin.run_id,
        None if waiter is None else waiter.ti_id,
        since=approval.created_at,
        session=session,
    ):
        return CLEANED
    return reason


def _passed_on(
    before: Approval, change: Change, task: LockedTask, now: datetime, work: Work, *, session: Session
) -> Change:
    """Let the waiting task have what happened: its new deadline, or the answer."""
    after = change.approval
    if after.is_open:
        if any(isinstance(event, Updated) and event.expires_at is not None for event in change.events):
            settle = delivering.settle_time(work)
            deadline = after.progress.expires_at
            ways.move_deadline(task, after.id, deadline, now=now, settle=settle, session=session)
        return Change(approval=after)
    if before.is_open:
        delivering.hold_back(after, task, session=session)
    delivered = delivering.deliver(after, task, now, work, session=session)
    waiter = delivered.approval.waiter
    if task.lives and waiter is not None and waiter.ended_at is None:
        afterwards(partial(work.later, after.id), session=session)
    return delivered


def _delete(approval_id: UUID, actor: Actor, work: Work, *, session: Session) -> ApprovalError | None:
    held = store.lock(approval_id, session=session)  # not its terms, which may be a newer version's
    if held is None:
        raise NotFound
    refusal = _why_not_delete(held, work, session=session)
    if refusal is None:
        store.remove([approval_id], session=session)
    origin = Origin(dag_id=held.dag_id, run_id=held.run_id, task_id=held.task_id, map_index=held.map_index)
    audit.note(Deed.DELETE, actor, origin, approval_id=approval_id, refusal=refusal, session=session)
    return refusal


def _why_not_delete(held: store.Held, work: Work, *, session: Session) -> ApprovalError | None:
    if held.status in OPEN or held.resolved_at is None:
        return StillOpen()
    if held.ti_id is not None and facts.alive([held.ti_id], session=session):
        return NotDelivered()
    return why_kept(held.resolved_at, work.clock(), work=work)
