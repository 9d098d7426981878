"""How requests come into being: a running task asks, or a person does."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session
from uuid6 import uuid7

from airflow_approvals.airflow_core import declared, facts
from airflow_approvals.domain.approval import Approval, Origin
from airflow_approvals.domain.commands.carry_over import carry_over
from airflow_approvals.domain.commands.open import Opening, open_request
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.errors import ContentDiffers, Invalid, NotAllowed, NotFound
from airflow_approvals.domain.people import Actor, ActorKind
from airflow_approvals.domain.policy import OnExpiry, Policy
from airflow_approvals.domain.status import OPEN
from airflow_approvals.domain.waiting import Waiter, Waits
from airflow_approvals.service import audit, commands, delivering
from airflow_approvals.service.audit import Deed
from airflow_approvals.service.transaction import Work, writing
from airflow_approvals.store import approvals as store


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked and on which terms, whoever asks.

    :param expires_at: deadline of the first level in place of its timeout.
    """

    content: Content
    policy: Policy
    expires_at: datetime | None = None


def task_actor(ti_id: UUID) -> Actor:
    """Give the actor behind a task's token."""
    return Actor(kind=ActorKind.TASK, id=f"ti:{ti_id}", name=f"ti:{ti_id}")


def open_by_task(
    ti_id: UUID, question: Question, waits: Waits | None = None, *, work: Work
) -> tuple[Approval, bool]:
    """Open the request of a running task instance; asking again with the same content gives the same one.

    Open requests of older tries are cancelled as superseded. A decision that people made for one, and that
    was lost with its worker, holds for this one.

    :param waits: how the task waits; None: it does not say, and a worker ends it.
    :returns: the request, and whether it is new.
    :raises NotAllowed: the task instance is unknown, superseded, or not running; or its Dag does not let
        silence approve.
    :raises ContentDiffers: this try asked before, with other content.
    :raises Invalid: silence is to mean something, and there is no deadline.
    """
    return writing(_open_by_task, ti_id, question, waits or Waits(), work, work=work)


def open_by_hand(origin: Origin, question: Question, *, actor: Actor, work: Work) -> Approval:
    """Open a request for a Dag run on behalf of a person. No task waits for it.

    :raises Invalid: no such Dag run or task instance, a deadline that is not in the future, or none though
        silence is to mean something.
    """
    return writing(_open_by_hand, origin, question, actor, work, work=work)


def _open_by_task(
    ti_id: UUID, question: Question, waits: Waits, work: Work, *, session: Session
) -> tuple[Approval, bool]:
    known = store.id_of_task_instance(ti_id, session=session)
    if known is not None:
        return _same(known, question, waits, session=session), False
    question.policy.require_end()
    task = facts.task_instance(ti_id, session=session)
    if task is None or not task.running:
        raise NotAllowed("Only a running task instance can open a request.", rule="task_is_running")
    _require_declared_silence(ti_id, question.policy, session=session)
    origin = Origin(
        dag_id=task.dag_id,
        run_id=task.run_id,
        task_id=task.task_id,
        map_index=task.map_index,
        team_name=task.team_name,
    )
    earlier = None
    for earlier, status in store.ids_of_task(origin, session=session):
        # The try of an open one is over, so this cancels it; one that was deleted meanwhile needs nothing.
        with suppress(NotFound):
            if status in OPEN:
                commands.apply(earlier, commands.nothing, None, work, session=session)
    opening = Opening(
        id=uuid7(),
        origin=origin,
        content=question.content,
        policy=question.policy,
        actor=task_actor(ti_id),
        requested_by=task.triggered_by,
        waiter=Waiter(
            ti_id=ti_id,
            map_index=task.map_index,
            try_number=task.try_number,
            waits=waits,
            run_cleared=task.run_cleared,
        ),
    )
    return _opened(opening, earlier, work, session=session), True


def _opened(opening: Opening, earlier: UUID | None, work: Work, *, session: Session) -> Approval:
    """Open a task's request, and give it what people decided for the try before, if that is to hold.

    :param earlier: the request of the try before, if there is one.
    """
    now = work.clock()
    change = open_request(opening, now)
    decided = None if earlier is None else store.get(earlier, session=session)
    if decided is not None:
        change = change.then(carry_over(change.approval, decided, now))
    approval = store.add(change, session=session)
    if not approval.is_open and opening.waiter is not None:
        task = facts.lock_task(opening.waiter.ti_id, session=session)
        delivering.hold_back(approval, task, session=session)
    return approval


def _require_declared_silence(ti_id: UUID, policy: Policy, *, session: Session) -> None:
    """Have no task's code let silence approve where its Dag is known to say otherwise."""
    if policy.on_expiry is OnExpiry.APPROVE and declared.approves_by_silence(ti_id, session=session) is False:
        raise NotAllowed(
            "The Dag, as Airflow has stored it, does not let this task be approved by silence "
            "(on_expiry='approve'). If it has just been changed, try again once Airflow has read it.",
            rule="declared_silence",
        )


def _open_by_hand(
    origin: Origin, question: Question, actor: Actor, work: Work, *, session: Session
) -> Approval:
    question.policy.require_end()
    if not facts.run_exists(origin.dag_id, origin.run_id, session=session):
        raise Invalid(f"Dag {origin.dag_id} has no run {origin.run_id}.")
    if origin.task_id is not None and not facts.task_exists(
        origin.dag_id, origin.run_id, origin.task_id, origin.map_index, session=session
    ):
        raise Invalid(f"That run has no task {origin.task_id} with map index {origin.map_index}.")
    opening = Opening(
        id=uuid7(),
        origin=origin,
        content=question.content,
        policy=question.policy,
        actor=actor,
        requested_by=actor.name,
        expires_at=question.expires_at,
    )
    approval = store.add(open_request(opening, work.clock()), session=session)
    audit.note(Deed.OPEN, actor, origin, approval_id=approval.id, session=session)
    return approval


def _same(approval_id: UUID, question: Question, waits: Waits, *, session: Session) -> Approval:
    """Give what the task asked before, whatever people have changed of it since.

    Nobody who was faster may have the server end a task whose author has a last word in code.
    """
    approval = store.get(approval_id, session=session)
    if (
        approval is None
        or approval.waiter is None
        or approval.waiter.waits != waits
        or approval.content_as_opened not in {None, question.content.fingerprint}
        or _as_opened(approval, question.policy) != question.policy
    ):
        raise ContentDiffers
    return approval


def _as_opened(approval: Approval, asked: Policy) -> Policy:
    """Give a request's terms as they were opened; who is asked was forgotten when somebody changed it."""
    if not any(edit.approvers for edit in approval.edits) or len(asked.levels) != len(approval.policy.levels):
        return approval.policy
    return approval.policy.with_approvers([level.approvers for level in asked.levels])
