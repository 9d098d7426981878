"""What can happen to a request: ``(approval, input, now) -> (approval, events)``.

Nothing is changed in place and no clock is read. A command that may not happen raises and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from enum import Enum
from typing import Any
from uuid import UUID

from airflow_approvals.domain import rules
from airflow_approvals.domain.approval import SYSTEM, Actor, Approval, Event, EventType, Origin, Verdict, Vote
from airflow_approvals.domain.errors import Invalid, StillOpen
from airflow_approvals.domain.policy import Approver, OnExpiry, Policy
from airflow_approvals.domain.status import TRANSITIONS, Status

MAX_SUBJECT_LENGTH = 500

Change = tuple[Approval, tuple[Event, ...]]

_EVENT_OF: Mapping[Status, EventType] = {
    Status.APPROVED: EventType.APPROVED,
    Status.DENIED: EventType.DENIED,
    Status.EXPIRED: EventType.EXPIRED,
    Status.CANCELLED: EventType.CANCELLED,
}
_EXPIRY_STATUS: Mapping[OnExpiry, Status] = {
    OnExpiry.FAIL: Status.EXPIRED,
    OnExpiry.SKIP: Status.EXPIRED,
    OnExpiry.APPROVE: Status.APPROVED,
    OnExpiry.DENY: Status.DENIED,
}


def open_request(
    *,
    id: UUID,  # noqa: A002
    origin: Origin,
    subject: str,
    body: str,
    policy: Policy,
    actor: Actor,
    requested_by: str | None,
    now: datetime,
    metadata: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
) -> Change:
    """Start a request at level 0.

    :param expires_at: deadline of level 0 in place of the level's own timeout.
    :raises Invalid: an empty or overlong subject, or a deadline that is not in the future.
    """
    now = utc(now)
    deadline = _deadline(policy, 0, now) if expires_at is None else _future(expires_at, now)
    approval = Approval(
        id=id,
        origin=origin,
        subject=_subject(subject),
        body=body,
        policy=policy,
        requested_by=requested_by,
        created_at=now,
        metadata=dict(metadata or {}),
        expires_at=deadline,
    )
    return approval, (_event(EventType.OPENED, actor, now, {"expires_at": _iso(deadline)}),)


def advance(approval: Approval, now: datetime) -> Change:
    """Apply what time has made due: ask the next level, or expire. Nothing due: nothing happens."""
    now = utc(now)
    if not approval.is_open or approval.expires_at is None or now < approval.expires_at:
        return approval, ()
    if approval.level + 1 < len(approval.policy.levels):
        level = approval.level + 1
        escalated = replace(
            _move(approval, Status.ESCALATED),
            level=level,
            escalated_at=now,
            expires_at=_deadline(approval.policy, level, now),
        )
        detail = {"level": level, "expires_at": _iso(escalated.expires_at)}
        return escalated, (_event(EventType.ESCALATED, SYSTEM, now, detail),)
    on_expiry = approval.policy.on_expiry
    detail = {"reason": "expired", "on_expiry": on_expiry.value}
    return _resolve(approval, _EXPIRY_STATUS[on_expiry], SYSTEM, now, detail=detail)


def decide(
    approval: Approval, *, actor: Actor, verdict: Verdict, now: datetime, comment: str | None = None
) -> Change:
    """Record a person's answer, judged by the state the request is really in at ``now``.

    :raises NotAllowed: the person may not decide; ``rule`` says why.
    :raises AlreadyClosed: somebody, or the deadline, was first.
    :raises AlreadyVoted: the person has answered before.
    """
    now = utc(now)
    approval, due = advance(approval, now)
    if refusal := rules.why_not_decide(approval, actor):
        raise refusal
    vote = Vote(
        actor_id=actor.id,
        actor_name=actor.name,
        verdict=verdict,
        comment=comment,
        level=approval.level,
        at=now,
    )
    voted = replace(approval, votes=(*approval.votes, vote))
    detail = {
        "verdict": verdict.value,
        "comment": comment,
        "level": approval.level,
        "as": [f"{a.kind.value} {a.name}" for a in approval.asked() if actor.is_(a)],
    }
    events = (*due, _event(EventType.VOTED, actor, now, detail))
    if verdict is Verdict.DENY:
        target = Status.DENIED
    elif sum(v.verdict is Verdict.APPROVE for v in voted.votes) >= approval.policy.quorum:
        target = Status.APPROVED
    else:
        return voted, events
    resolved, resolving = _resolve(voted, target, actor, now, comment=comment, detail={"comment": comment})
    return resolved, (*events, *resolving)


def cancel(approval: Approval, *, actor: Actor, reason: str, now: datetime) -> Change:
    """Close a request that nobody should answer any more.

    :param reason: words or a short code for the record, e.g. ``superseded``.
    :raises AlreadyClosed: it is resolved.
    """
    now = utc(now)
    _require_open(approval)
    return _resolve(approval, Status.CANCELLED, actor, now, comment=reason, detail={"reason": reason})


class Keep(Enum):
    """Stands for a value that stays as it is, where None means something else."""

    KEEP = "keep"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """New values for an open request; a field left at None stays as it is.

    :param expires_at: deadline of the current level; None takes it away, ``KEEP`` leaves it.
    :param approvers: one list per level.
    """

    subject: str | None = None
    body: str | None = None
    expires_at: datetime | Keep | None = Keep.KEEP
    approvers: Sequence[Sequence[Approver]] | None = None
    metadata: Mapping[str, Any] | None = None


def edit(approval: Approval, *, change: Edit, actor: Actor, now: datetime) -> Change:
    """Change an open request and record old and new.

    :raises AlreadyClosed: it is resolved, or its last deadline has passed.
    :raises Invalid: a value makes no sense.
    """
    now = utc(now)
    approval, due = advance(approval, now)
    _require_open(approval)
    edited = replace(
        approval,
        subject=approval.subject if change.subject is None else _subject(change.subject),
        body=approval.body if change.body is None else change.body,
        expires_at=_new_deadline(approval, change.expires_at, now),
        policy=approval.policy
        if change.approvers is None
        else approval.policy.with_approvers(change.approvers),
        metadata=approval.metadata if change.metadata is None else dict(change.metadata),
    )
    before, after = _editable(approval), _editable(edited)
    changed = {key: {"from": before[key], "to": after[key]} for key in before if before[key] != after[key]}
    if not changed:
        return approval, due
    return edited, (*due, _event(EventType.UPDATED, actor, now, {"changed": changed}))


def resume(approval: Approval, now: datetime) -> Change:
    """Note that the waiting task was woken. A second time changes nothing.

    :raises StillOpen: there is no decision to wake it with.
    """
    now = utc(now)
    if approval.is_open:
        raise StillOpen("This request is open; its task goes on waiting.")
    if approval.resumed_at is not None:
        return approval, ()
    detail = {"status": approval.status.value}
    return replace(approval, resumed_at=now), (_event(EventType.RESUMED, SYSTEM, now, detail),)


def utc(moment: datetime) -> datetime:
    """Give the same moment in UTC.

    :raises Invalid: ``moment`` has no time zone.
    """
    if moment.utcoffset() is None:
        raise Invalid(f"The time {moment.isoformat()} has no time zone; give one, e.g. …+00:00.")
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError:
        raise Invalid(f"The time {moment.isoformat()} lies outside the calendar.") from None


def one_line(subject: str) -> str:
    """Give a subject as it is kept: blanks and line breaks become single blanks."""
    return " ".join(subject.split())


def _move(approval: Approval, target: Status) -> Approval:
    assert target in TRANSITIONS[approval.status], f"{approval.status} -> {target}"  # noqa: S101
    return replace(approval, status=target)


def _resolve(
    approval: Approval,
    target: Status,
    actor: Actor,
    now: datetime,
    *,
    comment: str | None = None,
    detail: Mapping[str, Any],
) -> Change:
    resolved = replace(
        _move(approval, target),
        resolved_at=now,
        actor_id=actor.id,
        actor_name=actor.name,
        comment=comment,
    )
    return resolved, (_event(_EVENT_OF[target], actor, now, detail),)


def _require_open(approval: Approval) -> None:
    if not approval.is_open:
        raise rules.closed(approval)


def _event(type: EventType, actor: Actor, now: datetime, detail: Mapping[str, Any]) -> Event:  # noqa: A002
    return Event(type=type, at=now, actor=actor, detail={**actor.via, **detail})


def _deadline(policy: Policy, level: int, now: datetime) -> datetime | None:
    timeout = policy.levels[level].timeout
    return None if timeout is None else now + timeout


def _future(moment: datetime, now: datetime) -> datetime:
    moment = utc(moment)
    if moment <= now:
        raise Invalid(f"The deadline {moment.isoformat()} is not in the future.")
    return moment


def _new_deadline(approval: Approval, wanted: datetime | Keep | None, now: datetime) -> datetime | None:
    if isinstance(wanted, Keep):
        return approval.expires_at
    if wanted is not None:
        deadline = _future(wanted, now)
        by_silence = approval.policy.on_expiry is OnExpiry.APPROVE
        if by_silence and approval.expires_at is not None and deadline < approval.expires_at:
            raise Invalid("Silence approves this request, so its deadline can only be moved to later.")
        return deadline
    if approval.level + 1 < len(approval.policy.levels):
        raise Invalid("This request escalates, so its level needs a deadline.")
    return None


def _subject(subject: str) -> str:
    subject = one_line(subject)
    if not subject:
        raise Invalid("subject is empty; say in one line what is to be approved.")
    if len(subject) > MAX_SUBJECT_LENGTH:
        raise Invalid(f"subject is longer than {MAX_SUBJECT_LENGTH} characters; put the rest into body.")
    return subject


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _editable(approval: Approval) -> dict[str, Any]:
    return {
        "subject": approval.subject,
        "body": approval.body,
        "expires_at": _iso(approval.expires_at),
        "approvers": [
            [f"{approver.kind.value}:{approver.name}" for approver in level.approvers]
            for level in approval.policy.levels
        ],
        "metadata": dict(approval.metadata),
    }
