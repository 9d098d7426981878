"""The facts of the record as rows: what is written in ``fields``, and how it is read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import RowMapping
from typing_extensions import assert_never

from airflow_approvals.domain import events as record
from airflow_approvals.domain.approval import Verdict
from airflow_approvals.domain.content import ContentField
from airflow_approvals.domain.outcome import Outcome
from airflow_approvals.domain.people import Actor, ActorKind, Approver, ApproverKind
from airflow_approvals.domain.policy import OnExpiry

Json = Mapping[str, Any]
Row = Mapping[str, Any] | RowMapping


def event_rows(approval_id: UUID, events: Sequence[record.AnyEvent], first_seq: int) -> list[dict[str, Any]]:
    """Give rows of table ``approval_event``, numbered from ``first_seq``."""
    return [
        {
            "approval_id": approval_id,
            "seq": seq,
            "at": event.at,
            "type": event.name if isinstance(event, record.Unknown) else event.type,
            "actor_kind": event.actor.kind.value,
            "actor_id": event.actor.id,
            "actor_name": event.actor.name,
            "fields": {**_channel(event.actor), **_fields(event)},
        }
        for seq, event in enumerate(events, start=first_seq)
    ]


def event_of(row: Row) -> record.AnyEvent:
    """Rebuild one fact; of the roles its actor held, a vote has those that counted."""
    fields: Json = row["fields"]
    actor = Actor(
        kind=ActorKind(row["actor_kind"]),
        id=row["actor_id"],
        name=row["actor_name"],
        os_user=fields.get("os_user"),
    )
    return _event(row["type"], fields, at=row["at"], actor=actor)


def _channel(actor: Actor) -> dict[str, str]:
    return {} if actor.os_user is None else {"channel": "cli", "os_user": actor.os_user}


def _fields(event: record.AnyEvent) -> dict[str, Any]:  # noqa: PLR0911  (one a fact)
    match event:
        case record.Opened():
            return {"expires_at": _iso(event.expires_at)}
        case record.Voted():
            return {
                "verdict": event.verdict.value,
                "comment": event.comment,
                "level": event.level,
                "as": [f"{approver.kind.value} {approver.name}" for approver in event.counted_as],
            }
        case record.Escalated():
            return {"level": event.level, "expires_at": _iso(event.expires_at)}
        case record.Expired():
            return {"on_expiry": event.on_expiry.value}
        case record.Cancelled():
            return {"reason": event.reason}
        case record.Updated():
            return {"changed": _changes(event), "voided": list(event.voided)}
        case record.Ended():
            return {"outcome": event.outcome.value}
        case record.Carried():
            return {
                "approval_id": str(event.approval_id),
                "verdict": event.verdict.value,
                "decided_by": event.decided_by,
                "decided_at": _iso(event.decided_at),
            }
        case record.Approved() | record.Denied() | record.Resumed() | record.Taken():
            return {}
        case record.Unknown():
            return dict(event.fields)
        case _:
            assert_never(event)


def _event(type_: str, fields: Json, *, at: datetime, actor: Actor) -> record.AnyEvent:  # noqa: PLR0911, PLR0912
    match type_:
        case record.Opened.type:
            return record.Opened(at=at, actor=actor, expires_at=_moment(fields["expires_at"]))
        case record.Voted.type:
            return record.Voted(
                at=at,
                actor=actor,
                verdict=Verdict(fields["verdict"]),
                comment=fields["comment"],
                level=fields["level"],
                counted_as=tuple(_approver(written, " ") for written in fields["as"]),
            )
        case record.Escalated.type:
            expires_at = _moment(fields["expires_at"])
            return record.Escalated(at=at, actor=actor, level=fields["level"], expires_at=expires_at)
        case record.Approved.type:
            return record.Approved(at=at, actor=actor)
        case record.Denied.type:
            return record.Denied(at=at, actor=actor)
        case record.Expired.type:
            return record.Expired(at=at, actor=actor, on_expiry=OnExpiry(fields["on_expiry"]))
        case record.Cancelled.type:
            return record.Cancelled(at=at, actor=actor, reason=fields["reason"])
        case record.Updated.type:
            return _updated(fields, at=at, actor=actor)
        case record.Resumed.type:
            return record.Resumed(at=at, actor=actor)
        case record.Ended.type:
            return record.Ended(at=at, actor=actor, outcome=Outcome(fields["outcome"]))
        case record.Taken.type:
            return record.Taken(at=at, actor=actor)
        case record.Carried.type:
            return record.Carried(
                at=at,
                actor=actor,
                approval_id=UUID(fields["approval_id"]),
                verdict=Verdict(fields["verdict"]),
                decided_by=fields["decided_by"],
                decided_at=datetime.fromisoformat(fields["decided_at"]),
            )
        case _:
            return record.Unknown(at=at, actor=actor, name=type_, fields=fields)


def _changes(event: record.Updated) -> dict[str, Any]:
    """Give only what changed, each as ``{"from", "to"}``; of contents the fingerprints."""
    changes: dict[str, Any] = {}
    if event.content is not None:
        changes["content"] = {
            "from": event.content.before,
            "to": event.content.after,
            "fields": list(event.fields),
        }
    if event.expires_at is not None:
        changes["expires_at"] = {
            "from": _iso(event.expires_at.before),
            "to": _iso(event.expires_at.after),
        }
    if event.approvers is not None:
        changes["approvers"] = {
            "from": _written_levels(event.approvers.before),
            "to": _written_levels(event.approvers.after),
        }
    return changes


def _updated(fields: Json, *, at: datetime, actor: Actor) -> record.Updated:
    """Read an edit; one that was never rewritten for 0003 has its texts, of which only the names are told."""
    changes: Json = fields.get("changed", {})
    content, expires_at, approvers = (changes.get(name) for name in ("content", "expires_at", "approvers"))
    return record.Updated(
        at=at,
        actor=actor,
        fields=tuple(content["fields"] if content else (n for n in get_args(ContentField) if n in changes)),
        content=content and record.Changed(before=content["from"], after=content["to"]),
        expires_at=expires_at
        and record.Changed(before=_moment(expires_at["from"]), after=_moment(expires_at["to"])),
        approvers=approvers
        and record.Changed(before=_read_levels(approvers["from"]), after=_read_levels(approvers["to"])),
        voided=tuple(fields.get("voided", ())),
    )


def _written_levels(levels: tuple[tuple[Approver, ...], ...]) -> list[list[str]]:
    return [[f"{approver.kind.value}:{approver.name}" for approver in level] for level in levels]


def _read_levels(levels: list[list[str]]) -> tuple[tuple[Approver, ...], ...]:
    return tuple(tuple(_approver(written, ":") for written in level) for level in levels)


def _approver(written: str, separator: str) -> Approver:
    kind, _, name = written.partition(separator)
    return Approver(kind=ApproverKind(kind), name=name)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)
