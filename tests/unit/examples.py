"""One of each kind: every error of the domain, every fact of the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from airflow_approvals.domain import errors
from airflow_approvals.domain import events as record
from airflow_approvals.domain.approval import Verdict
from airflow_approvals.domain.outcome import Outcome
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import Status
from tests.builders import APPROVAL_ID, HOUR, NOW, person, role, task, user

ERRORS: tuple[errors.ApprovalError, ...] = (
    errors.NotSignedIn("Sign in first."),
    errors.NotAllowed("No.", rule="some_rule"),
    errors.NotAnApprover(name="ana", asked=("role manager", "user bo"), held=("auditor", "viewer")),
    errors.NotFound(),
    errors.Conflict(),
    errors.AlreadyClosed(status=Status.DENIED, by="ana", by_kind="person", at=NOW),
    errors.AlreadyVoted(),
    errors.StillOpen(),
    errors.NotDelivered(),
    errors.ContentDiffers(),
    errors.ChangedMeanwhile(),
    errors.NewerVersion(),
    errors.Kept(until=NOW),
    errors.ContentChanged(fingerprint="f" * 64, changed=("subject", "metadata")),
    errors.TooManyEdits(limit=100),
    errors.VersionDiffers(version=3),
    errors.Invalid("subject is empty."),
    errors.TooManyRequests(retry_after_seconds=7),
    errors.Unavailable(retry_after_seconds=5),
)

ANA = person("ana", os_user="ops")

# Each with how it reads, and its fields as they are stored.
EVENTS: Sequence[tuple[record.AnyEvent, str, Mapping[str, Any]]] = (
    (
        record.Opened(at=NOW, actor=task(), expires_at=NOW + HOUR),
        "Opened by the task",
        {"expires_at": "2026-01-05T10:00:00+00:00"},
    ),
    (
        record.Opened(at=NOW, actor=ANA, expires_at=None),
        "Opened by ana",
        {"channel": "cli", "os_user": "ops", "expires_at": None},
    ),
    (
        record.Voted(
            at=NOW,
            actor=ANA,
            verdict=Verdict.DENY,
            comment="too early",
            level=1,
            counted_as=(role("release manager"), user("ana")),
        ),
        "ana answered: deny (as role release manager, user ana)",
        {
            "channel": "cli",
            "os_user": "ops",
            "verdict": "deny",
            "comment": "too early",
            "level": 1,
            "as": ["role release manager", "user ana"],
        },
    ),
    (
        record.Escalated(at=NOW, actor=SYSTEM, level=1, expires_at=NOW + HOUR),
        "Nobody answered in time: escalated to level 2",
        {"level": 1, "expires_at": "2026-01-05T10:00:00+00:00"},
    ),
    (
        record.Escalated(at=NOW, actor=SYSTEM, level=2, expires_at=None),
        "Nobody answered in time: escalated to level 3",
        {"level": 2, "expires_at": None},
    ),
    (record.Approved(at=NOW, actor=person("ana")), "Approved by ana", {}),
    (record.Denied(at=NOW, actor=ANA), "Denied by ana", {"channel": "cli", "os_user": "ops"}),
    (
        record.Expired(at=NOW, actor=SYSTEM, on_expiry=OnExpiry.FAIL),
        "Expired: nobody answered in time",
        {"on_expiry": "fail"},
    ),
    (
        record.Expired(at=NOW, actor=SYSTEM, on_expiry=OnExpiry.SKIP),
        "Expired: nobody answered in time",
        {"on_expiry": "skip"},
    ),
    (
        record.Expired(at=NOW, actor=SYSTEM, on_expiry=OnExpiry.APPROVE),
        "Approved, because nobody answered in time",
        {"on_expiry": "approve"},
    ),
    (
        record.Expired(at=NOW, actor=SYSTEM, on_expiry=OnExpiry.DENY),
        "Denied, because nobody answered in time",
        {"on_expiry": "deny"},
    ),
    (
        record.Cancelled(at=NOW, actor=SYSTEM, reason="superseded"),
        "Cancelled by system",
        {"reason": "superseded"},
    ),
    (
        record.Cancelled(at=NOW, actor=task(), reason="task_killed"),
        "Cancelled by the task",
        {"reason": "task_killed"},
    ),
    (
        record.Updated(
            at=NOW,
            actor=person("ana"),
            fields=("subject", "metadata"),
            content=record.Changed(before="a" * 64, after="b" * 64),
            expires_at=record.Changed(before=None, after=NOW + HOUR),
            approvers=record.Changed(before=((role("manager"),),), after=((role("a:b"), user("bo")),)),
            voided=("bo", "cy"),
        ),
        "Changed by ana: subject, details, deadline, approvers; no longer counts: the answer of bo, cy",
        {
            "changed": {
                "content": {"from": "a" * 64, "to": "b" * 64, "fields": ["subject", "metadata"]},
                "expires_at": {"from": None, "to": "2026-01-05T10:00:00+00:00"},
                "approvers": {"from": [["role:manager"]], "to": [["role:a:b", "user:bo"]]},
            },
            "voided": ["bo", "cy"],
        },
    ),
    (
        record.Updated(at=NOW, actor=ANA, expires_at=record.Changed(before=NOW + HOUR, after=None)),
        "Changed by ana: deadline",
        {
            "channel": "cli",
            "os_user": "ops",
            "changed": {"expires_at": {"from": "2026-01-05T10:00:00+00:00", "to": None}},
            "voided": [],
        },
    ),
    (record.Resumed(at=NOW, actor=SYSTEM), "The waiting task was woken", {}),
    (
        record.Ended(at=NOW, actor=SYSTEM, outcome=Outcome.SKIPPED),
        "The waiting task was ended: skipped",
        {"outcome": "skipped"},
    ),
    (record.Taken(at=NOW, actor=SYSTEM), "The task took the answer", {}),
    (
        record.Carried(
            at=NOW,
            actor=SYSTEM,
            approval_id=APPROVAL_ID,
            verdict=Verdict.APPROVE,
            decided_by="bo",
            decided_at=NOW - HOUR,
        ),
        "bo had answered an earlier try, which was lost: approve",
        {
            "approval_id": str(APPROVAL_ID),
            "verdict": "approve",
            "decided_by": "bo",
            "decided_at": "2026-01-05T08:00:00+00:00",
        },
    ),
    (
        record.Unknown(at=NOW, actor=person("ana"), name="handed_over", fields={"to": "bo"}),
        "Handed over, by ana",
        {"to": "bo"},
    ),
)


def all_errors(
    base: type[errors.ApprovalError] = errors.ApprovalError,
) -> Iterator[type[errors.ApprovalError]]:
    """Give every error of the domain, the base left out."""
    for error in base.__subclasses__():
        yield error
        yield from all_errors(error)
