"""Change an open request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from airflow_approvals.domain import rules
from airflow_approvals.domain.approval import Approval, PastEdit
from airflow_approvals.domain.calendar import in_future, utc
from airflow_approvals.domain.commands.advance import is_due
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.errors import Invalid, TooManyEdits, VersionDiffers
from airflow_approvals.domain.events import Changed, Updated
from airflow_approvals.domain.people import Actor, Approver
from airflow_approvals.domain.policy import OnExpiry, Policy

T = TypeVar("T")

MAX_EDITS = 100
"""Of one request: each is kept, and read by whoever wants to understand what was approved."""


class Keep(Enum):
    """Stands for a value that stays as it is, where None means something else."""

    KEEP = "keep"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """New values for an open request; a field left at None stays as it is.

    :param expires_at: deadline of the current level; None takes it away, ``KEEP`` leaves it.
    :param approvers: one list per level.
    :param version: change the request only if this is its version; None: whatever it is.
    """

    actor: Actor
    subject: str | None = None
    body: str | None = None
    expires_at: datetime | Keep | None = Keep.KEEP
    approvers: Sequence[Sequence[Approver]] | None = None
    metadata: Mapping[str, Any] | None = None
    version: int | None = None


def edit(approval: Approval, new: Edit, now: datetime) -> Change:
    """Change an open request and record old and new; without a difference nothing happens.

    Whoever answered the old content has to answer again.

    :param approval: brought up to date by ``advance``.
    :raises AlreadyClosed: it is resolved.
    :raises VersionDiffers: it is not as the editor knows it.
    :raises TooManyEdits: it was changed ``MAX_EDITS`` times.
    :raises Invalid: a value makes no sense.
    """
    assert not is_due(approval, now), "advance comes first"  # noqa: S101
    if refusal := rules.closed(approval):
        raise refusal
    if new.version not in {None, approval.version}:
        raise VersionDiffers(version=approval.version)
    now = utc(now)
    content, policy = approval.content, approval.policy
    edited = replace(
        approval,
        content=_content(content, new),
        progress=replace(approval.progress, expires_at=_deadline(approval, new.expires_at, now)),
        policy=policy if new.approvers is None else policy.with_approvers(new.approvers),
    )
    if edited == approval:
        return Change(approval=approval)
    if policy.on_expiry is OnExpiry.APPROVE and (edited.content, edited.policy) != (content, policy):
        raise Invalid(
            "Silence approves this request, so what it asks, and whom, stays as it was opened; "
            "cancel it, and ask again."
        )
    if len(approval.edits) >= MAX_EDITS:
        raise TooManyEdits(limit=MAX_EDITS)
    updated = Updated(
        at=now,
        actor=new.actor,
        fields=content.differing(edited.content),
        content=_changed(content.fingerprint, edited.content.fingerprint),
        expires_at=_changed(approval.progress.expires_at, edited.progress.expires_at),
        approvers=_changed(_approvers(policy), _approvers(edited.policy)),
        voided=() if edited.content is content else tuple(vote.by.name for vote in approval.votes),
    )
    edited = replace(
        edited,
        votes=approval.votes if edited.content is content else (),
        edits=(*approval.edits, past(updated)),
    )
    return Change(approval=edited, events=(updated,))


def past(updated: Updated) -> PastEdit:
    """Give what later answers and edits need to know of one."""
    return PastEdit(
        by=updated.actor.who,
        at=updated.at,
        content_before=None if updated.content is None else updated.content.before,
        fields=updated.fields,
        approvers=updated.approvers is not None,
    )


def _changed(before: T, after: T) -> Changed[T] | None:
    return None if before == after else Changed(before=before, after=after)


def _approvers(policy: Policy) -> tuple[tuple[Approver, ...], ...]:
    return tuple(level.approvers for level in policy.levels)


def _content(before: Content, new: Edit) -> Content:
    """Give the content as edited: the very same where nothing of it changes, which need not be written."""
    after = Content.of(
        subject=before.subject if new.subject is None else new.subject,
        body=before.body if new.body is None else new.body,
        metadata=before.metadata if new.metadata is None else new.metadata,
    )
    return before if after == before else after


def _deadline(approval: Approval, wanted: datetime | Keep | None, now: datetime) -> datetime | None:
    current = approval.progress.expires_at
    if isinstance(wanted, Keep) or wanted == current:
        return current
    if wanted is None:
        if approval.progress.level + 1 < len(approval.policy.levels):
            raise Invalid("This request escalates, so its level needs a deadline.")
        if approval.policy.on_expiry is not OnExpiry.FAIL:
            raise Invalid("Silence has a meaning for this request (on_expiry), so it needs a deadline.")
        return None
    deadline = in_future(wanted, now)
    approves = approval.policy.on_expiry is OnExpiry.APPROVE
    if approves and (current is None or deadline < current):
        raise Invalid("Silence approves this request, so its deadline can only be moved to later.")
    return deadline
