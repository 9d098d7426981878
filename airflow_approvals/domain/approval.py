"""The values everything else passes around: frozen, compared by content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.policy import Approver, ApproverKind, Policy
from airflow_approvals.domain.status import OPEN, Status


class ActorKind(str, Enum):
    """Who acts: a signed-in person, a task instance through its token, or time itself."""

    PERSON = "person"
    TASK = "task"
    SYSTEM = "system"


class Verdict(str, Enum):
    """A person's answer."""

    APPROVE = "approve"
    DENY = "deny"


class EventType(str, Enum):
    """One kind of fact in the audit trail."""

    OPENED = "opened"
    VOTED = "voted"
    ESCALATED = "escalated"
    REMINDED = "reminded"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UPDATED = "updated"
    RESUMED = "resumed"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does something, as known at this moment.

    :param id: stable identifier; never empty.
    :param name: what people read, and what a ``user`` approver is compared with.
    :param roles: resolved for this very command, never remembered.
    :param via: where the command came from when it was not the web, e.g. the operating-system user
        of a command line; copied into the record.
    """

    kind: ActorKind
    id: str
    name: str
    roles: frozenset[str] = frozenset()
    via: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.id or not self.name:
            raise Invalid("An actor needs an id and a name; the record never says nobody.")

    def is_(self, approver: Approver) -> bool:
        """Tell whether this person is meant by ``approver``. Tasks and the system never are."""
        if self.kind is not ActorKind.PERSON:
            return False
        return (
            approver.name in self.roles if approver.kind is ApproverKind.ROLE else approver.name == self.name
        )


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="system", name="system")


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One person's answer. The roles that entitled them are in the ``voted`` event."""

    actor_id: str
    actor_name: str
    verdict: Verdict
    comment: str | None
    level: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Event:
    """One fact of the audit trail. Never changed once written."""

    type: EventType
    at: datetime
    actor: Actor
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a request is about: a Dag run, and usually one try of one task instance in it.

    :param ti_id: the task instance try that waits; None when a person opened the request by hand.
    :param map_index: -1 when the task is not mapped.
    """

    dag_id: str
    run_id: str
    task_id: str | None = None
    map_index: int = -1
    try_number: int | None = None
    ti_id: UUID | None = None
    team_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A request for a decision and everything known about it. All times are aware, in UTC.

    :param level: index of the highest level asked so far.
    :param expires_at: deadline of that level; None waits for ever.
    :param actor_id: who resolved it; ``system`` for expiry. None while open.
    :param resumed_at: when the waiting task was woken with the decision.
    :param version: counts changes; the store refuses a write based on an older one.
    """

    id: UUID
    origin: Origin
    subject: str
    body: str
    policy: Policy
    requested_by: str | None
    created_at: datetime
    metadata: Mapping[str, Any] = field(default_factory=dict)
    status: Status = Status.PENDING
    level: int = 0
    expires_at: datetime | None = None
    escalated_at: datetime | None = None
    resolved_at: datetime | None = None
    actor_id: str | None = None
    actor_name: str | None = None
    comment: str | None = None
    inputs: Mapping[str, Any] | None = None
    resumed_at: datetime | None = None
    votes: tuple[Vote, ...] = ()
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether a decision is still wanted."""
        return self.status in OPEN

    def asked(self) -> tuple[Approver, ...]:
        """Everyone who may decide now: the approvers of all reached levels, in order, each once."""
        reached = (a for level in self.policy.levels[: self.level + 1] for a in level.approvers)
        return tuple(dict.fromkeys(reached))
