"""The facts of the record: one frozen class each, told apart by ``type``, and how each reads.

A new fact is a class here, in ``AnyEvent``, with its words in :func:`sentence`; then its fields as stored
(``store/events.py``) and as shown (``wire/events.py``), and the page: see "How to add" in CONTRIBUTING.md.
The database takes any ``type``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from airflow_approvals.domain.approval import Verdict
from airflow_approvals.domain.calendar import require_aware
from airflow_approvals.domain.content import ContentField
from airflow_approvals.domain.outcome import Outcome
from airflow_approvals.domain.people import Actor, ActorKind, Approver
from airflow_approvals.domain.policy import OnExpiry

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Event:
    """What every fact has: when, and who brought it about. Never changed once written.

    :param actor: read back from the record it has no roles; those that counted are in :class:`Voted`.
    """

    type: ClassVar[str]

    at: datetime
    actor: Actor

    def __post_init__(self) -> None:
        require_aware(self.at)


@dataclass(frozen=True, kw_only=True)
class Opened(Event):
    """Somebody asked.

    :param expires_at: deadline of the first level; None waits for ever.
    """

    type: ClassVar[str] = "opened"

    expires_at: datetime | None

    def __post_init__(self) -> None:
        super().__post_init__()
        require_aware(self.expires_at)


@dataclass(frozen=True, kw_only=True)
class Voted(Event):
    """A person answered.

    :param level: the level reached then.
    :param counted_as: the approvers they were, of those asked; never empty.
    """

    type: ClassVar[str] = "voted"

    verdict: Verdict
    comment: str | None
    level: int
    counted_as: tuple[Approver, ...]


@dataclass(frozen=True, kw_only=True)
class Escalated(Event):
    """A level's time passed without a decision, and the next one was asked.

    :param level: index of the level asked from now on.
    :param expires_at: its deadline; None waits for ever.
    """

    type: ClassVar[str] = "escalated"

    level: int
    expires_at: datetime | None

    def __post_init__(self) -> None:
        super().__post_init__()
        require_aware(self.expires_at)


@dataclass(frozen=True, kw_only=True)
class Approved(Event):
    """The answers were enough to approve; the actor gave the last one."""

    type: ClassVar[str] = "approved"


@dataclass(frozen=True, kw_only=True)
class Denied(Event):
    """The actor's denial settled it."""

    type: ClassVar[str] = "denied"


@dataclass(frozen=True, kw_only=True)
class Expired(Event):
    """The last deadline passed without a decision.

    :param on_expiry: what the policy makes of that; ``approve`` and ``deny`` close the request so.
    """

    type: ClassVar[str] = "expired"

    on_expiry: OnExpiry


@dataclass(frozen=True, kw_only=True)
class Cancelled(Event):
    """Nobody needs an answer any more.

    :param reason: a person's words, or a short code such as ``superseded``.
    """

    type: ClassVar[str] = "cancelled"

    reason: str


@dataclass(frozen=True, kw_only=True)
class Changed(Generic[T]):
    """One value before and after."""

    before: T
    after: T


@dataclass(frozen=True, kw_only=True)
class Updated(Event):
    """Somebody changed the open request; what stayed as it was is None, or not in ``fields``.

    :param fields: what of the content changed.
    :param content: fingerprints of the contents; None also for an edit older than fingerprints.
    :param approvers: one tuple per level.
    :param voided: the names of those whose answers were to the content as it was, and count no more.
    """

    type: ClassVar[str] = "updated"

    fields: tuple[ContentField, ...] = ()
    content: Changed[str] | None = None
    expires_at: Changed[datetime | None] | None = None
    approvers: Changed[tuple[tuple[Approver, ...], ...]] | None = None
    voided: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.expires_at is not None:
            require_aware(self.expires_at.before, self.expires_at.after)


@dataclass(frozen=True, kw_only=True)
class Resumed(Event):
    """The waiting task was woken with the answer."""

    type: ClassVar[str] = "resumed"


@dataclass(frozen=True, kw_only=True)
class Ended(Event):
    """The waiting task was ended, as the answer says.

    :param outcome: how.
    """

    type: ClassVar[str] = "ended"

    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Taken(Event):
    """The task ran, and went by the answer."""

    type: ClassVar[str] = "taken"


@dataclass(frozen=True, kw_only=True)
class Carried(Event):
    """People had decided the same for an earlier try of the task, which never took the answer.

    :param approval_id: the request in which they did.
    :param decided_by: the name of who gave the last answer.
    """

    type: ClassVar[str] = "carried"

    approval_id: UUID
    verdict: Verdict
    decided_by: str
    decided_at: datetime

    def __post_init__(self) -> None:
        super().__post_init__()
        require_aware(self.decided_at)


@dataclass(frozen=True, kw_only=True)
class Unknown(Event):
    """A fact that a newer version wrote.

    :param name: its type.
    :param fields: what that version kept about it.
    """

    type: ClassVar[str] = "unknown"

    name: str
    fields: Mapping[str, Any]


AnyEvent = (
    Opened
    | Voted
    | Escalated
    | Approved
    | Denied
    | Expired
    | Cancelled
    | Updated
    | Resumed
    | Ended
    | Taken
    | Carried
    | Unknown
)

_SILENCE: Mapping[OnExpiry, str] = {
    OnExpiry.FAIL: "Expired: nobody answered in time",
    OnExpiry.SKIP: "Expired: nobody answered in time",
    OnExpiry.APPROVE: "Approved, because nobody answered in time",
    OnExpiry.DENY: "Denied, because nobody answered in time",
}


def sentence(event: AnyEvent) -> str:  # noqa: PLR0911  (one line a fact)
    """Say a fact in plain words, without times: those are shown in the reader's time zone."""
    by = "the task" if event.actor.kind is ActorKind.TASK else event.actor.name
    match event:
        case Opened():
            return f"Opened by {by}"
        case Voted():
            return f"{by} answered: {event.verdict.value} (as {', '.join(map(str, event.counted_as))})"
        case Escalated():
            return f"Nobody answered in time: escalated to level {event.level + 1}"
        case Approved():
            return f"Approved by {by}"
        case Denied():
            return f"Denied by {by}"
        case Expired():
            return _SILENCE[event.on_expiry]
        case Cancelled():
            return f"Cancelled by {by}"
        case Updated():
            return f"Changed by {by}{_what_changed(event)}"
        case Resumed():
            return "The waiting task was woken"
        case Ended():
            return f"The waiting task was ended: {event.outcome.value}"
        case Taken():
            return "The task took the answer"
        case Carried():
            return f"{event.decided_by} had answered an earlier try, which was lost: {event.verdict.value}"
    return f"{event.name.replace('_', ' ').capitalize()}, by {by}"


def _what_changed(event: Updated) -> str:
    names: Mapping[ContentField, str] = {"subject": "subject", "body": "text", "metadata": "details"}
    changed = [names[field] for field in event.fields]
    changed += ["deadline"] if event.expires_at is not None else []
    changed += ["approvers"] if event.approvers is not None else []
    voided = f"; no longer counts: the answer of {', '.join(event.voided)}" if event.voided else ""
    return f": {', '.join(changed)}{voided}" if changed else ""
