"""A request in its parts: where it comes from, what it asks, on which terms, how far it is, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from airflow_approvals.domain.calendar import require_aware
from airflow_approvals.domain.content import Content, ContentField
from airflow_approvals.domain.people import SYSTEM, Approver, Who
from airflow_approvals.domain.policy import OnExpiry, Policy
from airflow_approvals.domain.status import Status
from airflow_approvals.domain.waiting import Waiter


class Verdict(str, Enum):
    """A person's answer."""

    APPROVE = "approve"
    DENY = "deny"


class Source(str, Enum):
    """Where a request comes from."""

    TASK = "task"
    PERSON = "person"


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

    by: Who
    verdict: Verdict
    comment: str | None
    level: int
    at: datetime

    def __post_init__(self) -> None:
        require_aware(self.at)


@dataclass(frozen=True, kw_only=True)
class PastEdit:
    """One change of a request while it was open.

    :param content_before: fingerprint of the content it replaced; None when the content stayed, or when the
        edit is older than fingerprints.
    :param fields: what of the content it changed.
    :param approvers: whether it changed who is asked.
    """

    by: Who
    at: datetime
    content_before: str | None = None
    fields: tuple[ContentField, ...] = ()
    approvers: bool = False

    def __post_init__(self) -> None:
        require_aware(self.at)


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
class Approval:
    """A request for a decision and everything known about it. All times are aware, in UTC.

    :param requested_by: the name of who asked, or started the run that asks; None for a schedule.
    :param votes: those that count, oldest first; an edit of the content voids the ones before it.
    :param edits: oldest first.
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
    edits: tuple[PastEdit, ...] = ()
    waiter: Waiter | None = None
    recorded: int = 0
    version: int = 1

    def __post_init__(self) -> None:
        require_aware(self.created_at)

    @property
    def source(self) -> Source:
        """Give who asked: a task that waits for the answer, or a person by hand, whom no task heeds."""
        return Source.PERSON if self.waiter is None else Source.TASK

    @property
    def content_as_opened(self) -> str | None:
        """Give the fingerprint of the content before anybody edited it; None: no longer known."""
        replaced = (edit.content_before for edit in self.edits if edit.fields)
        return next(replaced, self.content.fingerprint)

    @property
    def status(self) -> Status:
        """Give where the request stands."""
        if self.resolution is not None:
            return self.resolution.status
        return Status.ESCALATED if self.progress.level else Status.PENDING

    @property
    def touched_at(self) -> datetime:
        """Give when it last changed: whatever happens next happens later, also where a clock is slow."""
        times = [self.created_at, self.progress.asked_at]
        times += [vote.at for vote in self.votes]
        times += [edit.at for edit in self.edits]
        if self.resolution is not None:
            times.append(self.resolution.at)
        if self.waiter is not None and self.waiter.ended_at is not None:
            times.append(self.waiter.ended_at)
        return max(times)

    @property
    def is_open(self) -> bool:
        """Whether a decision is still wanted."""
        return self.resolution is None

    def asked(self) -> tuple[Approver, ...]:
        """Everyone who may decide now: the approvers of all reached levels, in order, each once."""
        reached = (a for level in self.policy.levels[: self.progress.level + 1] for a in level.approvers)
        return tuple(dict.fromkeys(reached))
