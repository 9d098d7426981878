"""Who may decide, how long each level waits, and what silence or a denial means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.people import Approver, ApproverKind

MAX_TIMEOUT = timedelta(days=3650)
MAX_NAMES_LENGTH = 10_000
"""Of all approvers of an edited request together: each edit keeps them in the record, before and after."""


class OnDeny(str, Enum):
    """What a denial does to the task."""

    FAIL = "fail"
    SKIP = "skip"


class OnExpiry(str, Enum):
    """What silence past the last deadline does. ``FAIL`` unless asked for otherwise."""

    FAIL = "fail"
    SKIP = "skip"
    APPROVE = "approve"
    DENY = "deny"


@dataclass(frozen=True, kw_only=True)
class Level:
    """One step of the escalation.

    :param approvers: who may decide once this level is reached; never empty.
    :param timeout: how long this level waits before the next one is asked; None waits for ever.
    """

    approvers: tuple[Approver, ...]
    timeout: timedelta | None = None

    def __post_init__(self) -> None:
        if not self.approvers:
            raise Invalid("A level has no approvers; an empty list never means anyone.")
        if len(set(self.approvers)) != len(self.approvers):
            raise Invalid("A level names the same approver twice.")
        if self.timeout is not None and not timedelta(0) < self.timeout <= MAX_TIMEOUT:
            raise Invalid(f"A level's timeout must be above zero and at most {MAX_TIMEOUT.days} days.")

    def deadline(self, asked_at: datetime) -> datetime | None:
        """Give when this level's time is over; None when it waits for ever."""
        return None if self.timeout is None else asked_at + self.timeout


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The terms of one request: a snapshot taken when it opens.

    :param levels: asked one after the other; approvers of reached levels may always decide.
    :param respect_trigger_rules: whether skipping leaves it to the trigger rules downstream what of it runs;
        else nothing of it does.
    :param quorum: distinct approvers needed; one denial is enough to deny.
    """

    levels: tuple[Level, ...]
    on_deny: OnDeny = OnDeny.FAIL
    on_expiry: OnExpiry = OnExpiry.FAIL
    respect_trigger_rules: bool = False
    quorum: int = 1

    def __post_init__(self) -> None:
        if not self.levels:
            raise Invalid("A policy needs at least one level.")
        if self.quorum < 1:
            raise Invalid("A quorum below 1 would approve without anybody.")
        if any(level.timeout is None for level in self.levels[:-1]):
            raise Invalid("A level that waits for ever never escalates: give it a timeout (expires_in).")

    @classmethod
    def of_roles(
        cls,
        *,
        approver_role: str,
        escalate_role: str | None = None,
        expires_in: timedelta | None = None,
        on_deny: OnDeny = OnDeny.FAIL,
        on_expiry: OnExpiry = OnExpiry.FAIL,
        respect_trigger_rules: bool = False,
    ) -> Policy:
        """Build the common policy: one role, and perhaps a second one when nobody answers.

        :param expires_in: how long each of the levels waits.
        :raises Invalid: an empty role, or an ``escalate_role`` that could never be asked.
        """
        if escalate_role is not None and expires_in is None:
            raise Invalid("escalate_role needs expires_in: without a deadline nothing ever escalates.")
        if escalate_role == approver_role:
            raise Invalid("escalate_role is the same as approver_role; name another role or leave it out.")
        names = [approver_role] if escalate_role is None else [approver_role, escalate_role]
        return cls(
            levels=tuple(
                Level(approvers=(Approver.named(ApproverKind.ROLE, name),), timeout=expires_in)
                for name in names
            ),
            on_deny=on_deny,
            on_expiry=on_expiry,
            respect_trigger_rules=respect_trigger_rules,
        )

    def require_end(self) -> None:
        """Refuse terms that wait for an event that never comes. For new requests; old ones may have them.

        :raises Invalid: silence has a meaning, and no deadline after which it is silence.
        """
        if self.on_expiry is not OnExpiry.FAIL and self.levels[-1].timeout is None:
            raise Invalid(
                f"on_expiry={self.on_expiry.value!r} needs expires_in: without a deadline nothing ever "
                "expires, and the request would wait for ever."
            )

    def with_approvers(self, approvers: Sequence[Sequence[Approver]]) -> Policy:
        """Replace who is asked, level by level; timeouts and outcomes stay.

        :raises Invalid: not one non-empty list per level.
        """
        if len(approvers) != len(self.levels):
            raise Invalid(f"This request has {len(self.levels)} level(s); give a list of approvers for each.")
        if sum(len(approver.name) for names in approvers for approver in names) > MAX_NAMES_LENGTH:
            raise Invalid(f"The approvers' names together are longer than {MAX_NAMES_LENGTH} characters.")
        levels = (
            replace(level, approvers=tuple(names))
            for level, names in zip(self.levels, approvers, strict=True)
        )
        return replace(self, levels=tuple(levels))
