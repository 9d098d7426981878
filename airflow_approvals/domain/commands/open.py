"""Ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from airflow_approvals.domain.approval import Approval, Origin, Progress
from airflow_approvals.domain.calendar import in_future, utc
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.events import Opened
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.policy import Policy
from airflow_approvals.domain.waiting import Waiter


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What is asked, of whom, and who asks.

    :param requested_by: see :class:`Approval`.
    :param waiter: the task that waits for the answer; None when no task does.
    :param expires_at: deadline of level 0 in place of the level's own timeout.
    """

    id: UUID
    origin: Origin
    content: Content
    policy: Policy
    actor: Actor
    requested_by: str | None
    waiter: Waiter | None = None
    expires_at: datetime | None = None


def open_request(opening: Opening, now: datetime) -> Change:
    """Start a request at level 0.

    :raises Invalid: a deadline that is not in the future.
    """
    now = utc(now)
    deadline = opening.policy.levels[0].deadline(now)
    if opening.expires_at is not None:
        deadline = in_future(opening.expires_at, now)
    approval = Approval(
        id=opening.id,
        origin=opening.origin,
        content=opening.content,
        policy=opening.policy,
        requested_by=opening.requested_by,
        created_at=now,
        progress=Progress(asked_at=now, expires_at=deadline),
        waiter=opening.waiter,
    )
    return Change(approval=approval, events=(Opened(at=now, actor=opening.actor, expires_at=deadline),))
