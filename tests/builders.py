"""Ready-made domain values for tests: sensible unless told otherwise, built by the real commands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from airflow_approvals.domain.approval import Actor, ActorKind, Approval, Event, EventType, Origin, Verdict
from airflow_approvals.domain.lifecycle import advance, cancel, decide, open_request
from airflow_approvals.domain.policy import Approver, ApproverKind, Level, Policy
from airflow_approvals.domain.status import Status

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TICK = timedelta.resolution

APPROVAL_ID = UUID("01900000-0000-7000-8000-000000000001")
TI_ID = UUID("01900000-0000-7000-8000-000000000002")


def role(name: str) -> Approver:
    """Everyone who holds the role ``name``."""
    return Approver(kind=ApproverKind.ROLE, name=name)


def user(name: str) -> Approver:
    """The one person who signs in as ``name``."""
    return Approver(kind=ApproverKind.USER, name=name)


def level(*approvers: Approver, timeout: timedelta | None = HOUR) -> Level:
    """One level that waits an hour."""
    return Level(approvers=approvers, timeout=timeout)


def policy(*levels: Level, **terms: Any) -> Policy:
    """Ask the role manager for an hour, then the role director for another, unless told otherwise."""
    return Policy(levels=levels or (level(role("manager")), level(role("director"))), **terms)


def person(name: str, *roles: str, **fields: Any) -> Actor:
    """A signed-in person. The id differs from the name, so that a test notices when they are confused."""
    defaults = {"kind": ActorKind.PERSON, "id": f"id-{name}", "name": name, "roles": frozenset(roles)}
    return Actor(**{**defaults, **fields})


def task(**fields: Any) -> Actor:
    """The waiting task instance, known by its token."""
    return Actor(**{"kind": ActorKind.TASK, "id": f"ti:{TI_ID}", "name": "release.gate", **fields})


MANAGER = person("first-manager", "manager")
OTHER_MANAGER = person("second-manager", "manager")
DIRECTOR = person("the-director", "director")
STRANGER = person("a-stranger")


def origin(**fields: Any) -> Origin:
    """One try of the task ``gate`` in a run of the Dag ``release``."""
    return Origin(
        **{
            "dag_id": "release",
            "run_id": "manual__2026-01-05",
            "task_id": "gate",
            "try_number": 1,
            "ti_id": TI_ID,
            **fields,
        }
    )


def opened(**fields: Any) -> Approval:
    """A request opened at ``NOW``; takes the arguments of ``open_request``."""
    approval, _ = open_request(**open_arguments(**fields))
    return approval


def open_arguments(**fields: Any) -> dict[str, Any]:
    """Everything ``open_request`` needs."""
    return {
        "id": APPROVAL_ID,
        "origin": origin(),
        "subject": "Release 1.2",
        "body": "Built from the main branch.",
        "policy": policy(),
        "actor": task(),
        "requested_by": "release-team",
        "now": NOW,
        **fields,
    }


def escalated(approval: Approval) -> Approval:
    """The same request once its deadline has passed."""
    assert approval.expires_at is not None
    approval, _ = advance(approval, approval.expires_at)
    return approval


def in_status(status: Status, **fields: Any) -> Approval:
    """A two-level request brought to ``status``; takes the arguments of ``open_request``."""
    pending = opened(**fields)
    soon = pending.created_at + MINUTE
    match status:
        case Status.PENDING:
            return pending
        case Status.ESCALATED:
            return escalated(pending)
        case Status.APPROVED:
            return decide(pending, actor=MANAGER, verdict=Verdict.APPROVE, now=soon)[0]
        case Status.DENIED:
            return decide(pending, actor=MANAGER, verdict=Verdict.DENY, now=soon)[0]
        case Status.EXPIRED:
            return escalated(escalated(pending))
        case Status.CANCELLED:
            return cancel(pending, actor=task(), reason="superseded", now=soon)[0]


def types(events: Iterable[Event]) -> list[EventType]:
    """What happened, in order."""
    return [event.type for event in events]
