"""The facts of the record, a shape each, told apart by ``type``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import ConfigDict, Field
from typing_extensions import assert_never

from airflow_approvals.domain import events as record
from airflow_approvals.domain.approval import Verdict
from airflow_approvals.domain.content import ContentField
from airflow_approvals.domain.outcome import Outcome
from airflow_approvals.domain.people import Approver
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.wire.base import Output
from airflow_approvals.wire.people import ActorShape, ApproverShape

T = TypeVar("T")
S = TypeVar("S", bound="_Changed[Any]")


class _Fact(Output):
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)  # `type` is always there

    at: datetime
    actor: ActorShape
    text: str = Field(description="The fact in plain words, without times.")


class OpenedShape(_Fact):
    """Somebody asked."""

    type: Literal["opened"] = "opened"
    expires_at: datetime | None


class VotedShape(_Fact):
    """A person answered; `counted_as` are the approvers they were."""

    type: Literal["voted"] = "voted"
    verdict: Verdict
    comment: str | None
    level: int
    counted_as: list[ApproverShape]


class EscalatedShape(_Fact):
    """The next level was asked."""

    type: Literal["escalated"] = "escalated"
    level: int
    expires_at: datetime | None


class ApprovedShape(_Fact):
    """The answers were enough to approve."""

    type: Literal["approved"] = "approved"


class DeniedShape(_Fact):
    """A denial settled it."""

    type: Literal["denied"] = "denied"


class ExpiredShape(_Fact):
    """The last deadline passed; `on_expiry` says what the terms make of that."""

    type: Literal["expired"] = "expired"
    on_expiry: OnExpiry


class CancelledShape(_Fact):
    """Nobody needs an answer any more."""

    type: Literal["cancelled"] = "cancelled"
    reason: str


class _Changed(Output, Generic[T]):
    model_config = ConfigDict(serialize_by_alias=True)

    before: T = Field(alias="from")
    after: T = Field(alias="to")


class ChangedTimeShape(_Changed[datetime | None]):
    """A time before and after."""


class ChangedApproversShape(_Changed[list[list[ApproverShape]]]):
    """The approvers of each level before and after."""


class UpdatedShape(_Fact):
    """Somebody changed the open request; what stayed as it was is null, or not in `fields`."""

    type: Literal["updated"] = "updated"
    fields: list[ContentField] = Field(description="What of the content changed.")
    before: str | None = Field(
        description="Fingerprint of the content as it was: `/approvals/{id}/contents/{fingerprint}` gives it."
    )
    after: str | None = Field(description="Fingerprint of the content as this made it.")
    expires_at: ChangedTimeShape | None
    approvers: ChangedApproversShape | None
    voided: list[str] = Field(
        description="Who had answered the content as it was: that counts no more, and they may answer anew."
    )


class ResumedShape(_Fact):
    """The waiting task was woken with the answer."""

    type: Literal["resumed"] = "resumed"


class EndedShape(_Fact):
    """The waiting task was ended, as the answer says."""

    type: Literal["ended"] = "ended"
    outcome: Outcome


class TakenShape(_Fact):
    """The task ran, and went by the answer."""

    type: Literal["taken"] = "taken"


class CarriedShape(_Fact):
    """People had decided the same for an earlier try of the task, which never took the answer."""

    type: Literal["carried"] = "carried"
    approval_id: UUID = Field(description="The request in which they did.")
    verdict: Verdict
    decided_by: str
    decided_at: datetime


class UnknownShape(_Fact):
    """A fact that a newer version wrote; `name` is its type."""

    type: Literal["unknown"] = "unknown"
    name: str
    fields: dict[str, Any]


EventShape = Annotated[
    OpenedShape
    | VotedShape
    | EscalatedShape
    | ApprovedShape
    | DeniedShape
    | ExpiredShape
    | CancelledShape
    | UpdatedShape
    | ResumedShape
    | EndedShape
    | TakenShape
    | CarriedShape
    | UnknownShape,
    Field(discriminator="type"),
]


class EventCollection(Output):
    """A page of the record of one request, oldest first, and how many facts it has in all."""

    events: list[EventShape]
    total_entries: int

    @classmethod
    def of(cls, events: Iterable[record.AnyEvent], total_entries: int) -> EventCollection:
        """Shape one page."""
        return cls(events=[shape_of(event) for event in events], total_entries=total_entries)


def shape_of(event: record.AnyEvent) -> EventShape:  # noqa: PLR0911, PLR0912  (one a fact)
    """Shape one fact."""
    fact: dict[str, Any] = {
        "at": event.at,
        "actor": ActorShape.model_validate(event.actor),
        "text": record.sentence(event),
    }
    match event:
        case record.Opened():
            return OpenedShape(**fact, expires_at=event.expires_at)
        case record.Voted():
            return VotedShape(
                **fact,
                verdict=event.verdict,
                comment=event.comment,
                level=event.level,
                counted_as=_approvers(event.counted_as),
            )
        case record.Escalated():
            return EscalatedShape(**fact, level=event.level, expires_at=event.expires_at)
        case record.Approved():
            return ApprovedShape(**fact)
        case record.Denied():
            return DeniedShape(**fact)
        case record.Expired():
            return ExpiredShape(**fact, on_expiry=event.on_expiry)
        case record.Cancelled():
            return CancelledShape(**fact, reason=event.reason)
        case record.Updated():
            return _updated(event, fact)
        case record.Resumed():
            return ResumedShape(**fact)
        case record.Ended():
            return EndedShape(**fact, outcome=event.outcome)
        case record.Taken():
            return TakenShape(**fact)
        case record.Carried():
            return CarriedShape(
                **fact,
                approval_id=event.approval_id,
                verdict=event.verdict,
                decided_by=event.decided_by,
                decided_at=event.decided_at,
            )
        case record.Unknown():
            return UnknownShape(**fact, name=event.name, fields=dict(event.fields))
        case _:
            assert_never(event)


def _updated(event: record.Updated, fact: dict[str, Any]) -> UpdatedShape:
    return UpdatedShape(
        **fact,
        fields=list(event.fields),
        before=None if event.content is None else event.content.before,
        after=None if event.content is None else event.content.after,
        expires_at=_both(ChangedTimeShape, event.expires_at, lambda moment: moment),
        approvers=_both(
            ChangedApproversShape, event.approvers, lambda levels: [_approvers(level) for level in levels]
        ),
        voided=list(event.voided),
    )


def _both(shape: type[S], change: record.Changed[Any] | None, of: Callable[[Any], Any]) -> S | None:
    if change is None:
        return None
    return shape.model_validate({"from": of(change.before), "to": of(change.after)})


def _approvers(approvers: Iterable[Approver]) -> list[ApproverShape]:
    return [ApproverShape.of(approver) for approver in approvers]
