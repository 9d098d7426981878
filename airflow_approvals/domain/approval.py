"""A request in its parts: where it comes from, what it asks, on which terms, how far it is, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from airflow_approvals.domain.calendar import require_aware
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.people import SYSTEM, ActorKind, Approver, Who
from airflow_approvals.domain.policy import OnExpiry, Policy
from airflow_approvals.domain.status import Status

MAX_SUBJECT_LENGTH = 500


class Verdict(str, Enum):
    """A person's answer."""

    APPROVE = "approve"
    DENY = "deny"


class Way(str, Enum):
    """How a task waits."""

    TRIGGER = "trigger"


class Ends(str, Enum):
    """Who ends the task once the request is closed."""

    WORKER = "worker"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a request is about: a Dag run, and usually one task in it.

    :param map_index: -1 when the task is not mapped.
    :param team_name: the Dag's team when the request was opened; permissions go by it once the Dag is gone.
    """

    dag_id: str
    run_id: str
    task_id: str | None = None
    map_index: int = -1
    team_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Content:
    """What people read before they decide.

    :param subject: one line; :meth:`of` makes it one.
    :param body: Markdown.
    :param metadata: facts, as JSON.
    """

    subject: str
    body: str
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.subject:
            raise Invalid("subject is empty; say in one line what is to be approved.")
        if len(self.subject) > MAX_SUBJECT_LENGTH:
            raise Invalid(f"subject is longer than {MAX_SUBJECT_LENGTH} characters; put the rest into body.")

    @classmethod
    def of(cls, *, subject: str, body: str, metadata: Mapping[str, Any]) -> Content:
        """Take content as somebody wrote it: blanks and line breaks of the subject become single blanks."""
        return cls(subject=" ".join(subject.split()), body=body, metadata=dict(metadata))


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a request has come through its policy's levels.

    :param level: index of the highest level asked so far.
    :param asked_at: when that level was asked; for the first one, when the request was opened.
    :param expires_at: deadline of that level; None waits for ever.
    """

    level: int = 0
    asked_at: datetime
    expires_at: datetime | None

    def __post_init__(self) -> None:
        require_aware(self.asked_at, self.expires_at)


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One person's answer.

    :param level: the level reached when they answered.
    """

    actor_id: str
    actor_name: str
    verdict: Verdict
    comment: str | None
    level: int
    at: datetime

    def __post_init__(self) -> None:
        require_aware(self.at)

    @property
    def by(self) -> Who:
        """Give who answered: always a person."""
        return Who(kind=ActorKind.PERSON, id=self.actor_id, name=self.actor_name)


@dataclass(frozen=True, kw_only=True)
class Decided:
    """Closed by people; ``by`` gave the answer that settled it, with ``comment``."""

    verdict: Verdict
    by: Who
    comment: str | None
    at: datetime

    def __post_init__(self) -> None:
        require_aware(self.at)

    @property
    def status(self) -> Status:
        """Give what the request has become."""
        return Status.APPROVED if self.verdict is Verdict.APPROVE else Status.DENIED


@dataclass(frozen=True, kw_only=True)
class Lapsed:
    """Closed by silence: nobody decided before the last deadline.

    :param on_expiry: what the policy makes of silence.
    """

    on_expiry: OnExpiry
    at: datetime

    def __post_init__(self) -> None:
        require_aware(self.at)

    @property
    def by(self) -> Who:
        """Give who did it: time itself."""
        return SYSTEM.who

    @property
    def status(self) -> Status:
        """Give what the request has become."""
        meaning = {OnExpiry.APPROVE: Status.APPROVED, OnExpiry.DENY: Status.DENIED}
        return meaning.get(self.on_expiry, Status.EXPIRED)


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """Closed because nobody needs an answer any more.

    :param reason: a person's words, or a short code such as ``superseded``.
    """

    by: Who
    reason: str
    at: datetime

    def __post_init__(self) -> None:
        require_aware(self.at)

    @property
    def status(self) -> Status:
        """Give what the request has become."""
        return Status.CANCELLED


Resolution = Decided | Lapsed | Withdrawn


@dataclass(frozen=True, kw_only=True)
class Waiter:
    """One try of one task instance that waits for the answer.

    :param map_index: -1 when the task is not mapped.
    :param ended_at: when the task was given the answer; None as long as it was not.
    """

    ti_id: UUID
    map_index: int
    try_number: int
    way: Way = Way.TRIGGER
    ends: Ends = Ends.WORKER
    ended_at: datetime | None = None

    def __post_init__(self) -> None:
        require_aware(self.ended_at)


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A request for a decision and everything known about it. All times are aware, in UTC.

    :param requested_by: the name of who asked, or started the run that asks; None for a schedule.
    :param votes: oldest first.
    :param waiter: the task that waits; None when a person opened the request by hand.
    :param recorded: how many events its record has.
    :param version: counts changes; the store refuses a write based on an older one.
    """

    id: UUID
    origin: Origin
    content: Content
    policy: Policy
    requested_by: str | None
    created_at: datetime
    progress: Progress
    resolution: Resolution | None = None
    votes: tuple[Vote, ...] = ()
    waiter: Waiter | None = None
    recorded: int = 0
    version: int = 1

    def __post_init__(self) -> None:
        require_aware(self.created_at)

    @property
    def status(self) -> Status:
        """Give where the request stands."""
        if self.resolution is not None:
            return self.resolution.status
        return Status.ESCALATED if self.progress.level else Status.PENDING

    @property
    def is_open(self) -> bool:
        """Whether a decision is still wanted."""
        return self.resolution is None

    def asked(self) -> tuple[Approver, ...]:
        """Everyone who may decide now: the approvers of all reached levels, in order, each once."""
        reached = (a for level in self.policy.levels[: self.progress.level + 1] for a in level.approvers)
        return tuple(dict.fromkeys(reached))
