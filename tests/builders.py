"""Ready-made domain values for tests: sensible unless told otherwise, built by the real commands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from airflow_approvals.domain.approval import Approval, Origin, Verdict
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.open import Opening, open_request
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.events import AnyEvent
from airflow_approvals.domain.people import Actor, ActorKind, Approver, ApproverKind
from airflow_approvals.domain.policy import Level, Policy
from airflow_approvals.domain.rules import Answer
from airflow_approvals.domain.status import Status
from airflow_approvals.domain.waiting import Waiter

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TICK = timedelta.resolution

APPROVAL_ID = UUID("01900000-0000-7000-8000-000000000001")
TI_ID = UUID("01900000-0000-7000-8000-000000000002")
UUID_OF_NOBODY = UUID("01900000-0000-7000-8000-00000000dead")


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
    """The task ``gate`` in a run of the Dag ``release``."""
    return Origin(**{"dag_id": "release", "run_id": "manual__2026-01-05", "task_id": "gate", **fields})


def waiter(**fields: Any) -> Waiter:
    """The first try of that task, which waits with a trigger."""
    return Waiter(**{"ti_id": TI_ID, "map_index": -1, "try_number": 1, **fields})


def ti_id_of(approval: Approval) -> UUID:
    """The task instance try that waits for a request."""
    assert approval.waiter is not None
    return approval.waiter.ti_id


def content(**fields: Any) -> Content:
    """Asks about a release."""
    return Content.of(
        **{"subject": "Release 1.2", "body": "Built from the main branch.", "metadata": {}, **fields}
    )


def opened(*, now: datetime = NOW, **fields: Any) -> Approval:
    """A request opened at ``NOW``; takes the fields of ``Opening``."""
    return open_request(opening(**fields), now).approval


def opening(**fields: Any) -> Opening:
    """Everything ``open_request`` needs."""
    return Opening(
        **{
            "id": APPROVAL_ID,
            "origin": origin(),
            "content": content(),
            "policy": policy(),
            "actor": task(),
            "requested_by": "release-team",
            "waiter": waiter(),
            **fields,
        }
    )


def yes(actor: Actor, comment: str | None = None) -> Answer:
    """The actor approves."""
    return Answer(actor=actor, verdict=Verdict.APPROVE, comment=comment)


def no(actor: Actor, comment: str | None = None) -> Answer:
    """The actor denies."""
    return Answer(actor=actor, verdict=Verdict.DENY, comment=comment)


def escalated(approval: Approval) -> Approval:
    """The same request once its deadline has passed."""
    assert approval.progress.expires_at is not None
    return advance(approval, approval.progress.expires_at).approval


def in_status(status: Status, **fields: Any) -> Approval:
    """A two-level request brought to ``status``; takes the fields of ``Opening``."""
    pending = opened(**fields)
    soon = pending.created_at + MINUTE
    match status:
        case Status.PENDING:
            return pending
        case Status.ESCALATED:
            return escalated(pending)
        case Status.APPROVED:
            return decide(pending, yes(MANAGER), soon).approval
        case Status.DENIED:
            return decide(pending, no(MANAGER), soon).approval
        case Status.EXPIRED:
            return escalated(escalated(pending))
        case Status.CANCELLED:
            return cancel(pending, Cancellation(actor=task(), reason="superseded"), soon).approval


def types(events: Iterable[AnyEvent]) -> list[str]:
    """What happened, in order."""
    return [event.type for event in events]
