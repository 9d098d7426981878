"""The JSON shapes of the REST API, shared by server and client. Times are RFC 3339, in UTC."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from airflow_approvals.domain.approval import ActorKind, Approval, Event, EventType, Verdict
from airflow_approvals.domain.policy import MAX_TIMEOUT, ApproverKind, OnDeny, OnExpiry
from airflow_approvals.domain.status import Status

MAX_JSON_BYTES = 64 * 1024
MAX_JSON_DEPTH = 32
MAX_WATCHED = 1000
MAX_ASKED_SHOWN = 5
MAX_INT32 = 2**31 - 1


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain the character NUL")
    return text


def _storable_json(value: dict[str, Any]) -> dict[str, Any]:
    try:
        written = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ValueError("must be JSON without NaN, infinity or broken characters") from None
    if len(written) > MAX_JSON_BYTES:
        raise ValueError(f"must not be larger than {MAX_JSON_BYTES} bytes")
    if _depth(value) > MAX_JSON_DEPTH:  # what nests deeper could be stored, but not shown in the audit trail
        raise ValueError(f"must not nest deeper than {MAX_JSON_DEPTH} levels")
    return value


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max(map(_depth, inner), default=0) + isinstance(value, (dict, list))


Id = Annotated[str, StringConstraints(min_length=1, max_length=250), AfterValidator(_storable)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=512), AfterValidator(_storable)]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_storable)]
Body = Annotated[str, StringConstraints(max_length=100_000), AfterValidator(_storable)]
Comment = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_storable)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_storable)]
Metadata = Annotated[dict[str, JsonValue], AfterValidator(_storable_json)]
MapIndex = Annotated[int, Field(ge=-1, le=MAX_INT32)]
Seconds = Annotated[float, Field(gt=0, le=MAX_TIMEOUT.total_seconds(), allow_inf_nan=False)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Output(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ApproverShape(BaseModel):
    """A role, or a user by the name they sign in with."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")

    kind: ApproverKind
    name: Name


LevelApprovers = Annotated[list[ApproverShape], Field(min_length=1, max_length=100)]


class OpenBody(_Input):
    """A new request. A person names the Dag run; a task leaves the ids out, they come from its token."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "dag_id": "release",
                    "run_id": "manual__2026-01-01T00:00:00+00:00",
                    "subject": "Publish the January figures",
                    "approver_role": "manager",
                    "escalate_role": "director",
                    "expires_in": 3600,
                    "metadata": {"rows": 1200},
                }
            ]
        }
    )

    dag_id: Id | None = None
    run_id: Id | None = None
    task_id: Id | None = None
    map_index: MapIndex | None = None
    subject: Subject
    body: Body = ""
    approver_role: Name
    escalate_role: Name | None = None
    expires_in: Seconds | None = Field(default=None, description="Seconds each level waits.")
    expires_at: AwareDatetime | None = Field(
        default=None, description="Deadline of the first level, in place of expires_in; people only."
    )
    on_deny: OnDeny = OnDeny.FAIL
    on_expiry: OnExpiry = OnExpiry.FAIL
    metadata: Metadata = Field(default_factory=dict)


class DecisionBody(_Input):
    """An answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "Checked the figures."}]})

    comment: Comment | None = None


class CancelBody(_Input):
    """Why nobody needs to answer any more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The release was called off."}]})

    reason: Reason


class EmptyBody(_Input):
    """``{}``: a command without arguments still comes as JSON, so that no foreign form can send it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class EditBody(_Input):
    """New values; what is left out stays. ``expires_at: null`` takes the deadline away."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"expires_at": "2030-01-01T12:00:00Z", "metadata": {"rows": 1250}}]}
    )

    subject: Subject | None = None
    body: Body | None = None
    expires_at: AwareDatetime | None = None
    approvers: list[LevelApprovers] | None = Field(
        default=None, description="One list per level of the request."
    )
    metadata: Metadata | None = None


class ReplaceBody(_Input):
    """All editable values at once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "subject": "Publish the January figures",
                    "body": "Counted twice.",
                    "expires_at": "2030-01-01T12:00:00Z",
                    "approvers": [[{"kind": "role", "name": "manager"}], [{"kind": "user", "name": "ana"}]],
                    "metadata": {"rows": 1250},
                }
            ]
        }
    )

    subject: Subject
    body: Body
    expires_at: AwareDatetime | None
    approvers: list[LevelApprovers] = Field(description="One list per level of the request.")
    metadata: Metadata


class WatchBody(_Input):
    """The requests a triggerer waits for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ids": ["01900000-0000-7000-8000-000000000001"]}]}
    )

    ids: list[UUID] = Field(max_length=MAX_WATCHED)


class LevelShape(_Output):
    """One step of the escalation."""

    approvers: list[ApproverShape]
    timeout_seconds: float | None


class VoteShape(_Output):
    """One person's answer."""

    actor_id: str
    actor_name: str
    verdict: Verdict
    comment: str | None
    level: int
    at: datetime


class ApprovalShape(_Output):
    """A request and everything known about it."""

    id: UUID
    dag_id: str
    run_id: str
    task_id: str | None
    map_index: int
    try_number: int | None
    ti_id: UUID | None
    team_name: str | None
    subject: str
    body: str
    status: Status
    level: int = Field(description="Index of the highest level asked so far.")
    levels: list[LevelShape]
    quorum: int
    on_deny: OnDeny
    on_expiry: OnExpiry
    requested_by: str | None
    created_at: datetime
    expires_at: datetime | None = Field(description="Deadline of the current level; null waits for ever.")
    escalated_at: datetime | None
    resolved_at: datetime | None
    actor_id: str | None = Field(description="Who resolved it; `system` when nobody answered.")
    actor_name: str | None
    comment: str | None
    inputs: dict[str, Any] | None
    metadata: dict[str, Any]
    resumed_at: datetime | None = Field(description="When the waiting task was woken with the decision.")
    votes: list[VoteShape]
    version: int

    @classmethod
    def of(cls, approval: Approval) -> ApprovalShape:
        """Shape one request."""
        policy = approval.policy
        return cls.model_validate(
            {
                **{name: getattr(approval.origin, name) for name in approval.origin.__dataclass_fields__},
                **{
                    name: getattr(approval, name)
                    for name in approval.__dataclass_fields__
                    if name not in {"origin", "policy"}
                },
                "levels": [
                    {"approvers": list(level.approvers), "timeout_seconds": _seconds(level.timeout)}
                    for level in policy.levels
                ],
                "quorum": policy.quorum,
                "on_deny": policy.on_deny,
                "on_expiry": policy.on_expiry,
            }
        )


class ApprovalCollection(_Output):
    """One page of requests and the number of all that match."""

    approvals: list[ApprovalShape]
    total_entries: int

    @classmethod
    def of(cls, approvals: Iterable[Approval], total_entries: int) -> ApprovalCollection:
        """Shape one page."""
        return cls(approvals=[ApprovalShape.of(a) for a in approvals], total_entries=total_entries)


class WatchedShape(_Output):
    """What a waiting trigger needs to know."""

    id: UUID
    status: Status
    level: int
    expires_at: datetime | None
    resumed_at: datetime | None


class WatchedCollection(_Output):
    """The watched requests that exist; one that is missing was deleted."""

    approvals: list[WatchedShape]


class ActorShape(_Output):
    """Who did it."""

    kind: ActorKind
    id: str
    name: str


class EventShape(_Output):
    """One fact of the audit trail."""

    type: EventType
    at: datetime
    actor: ActorShape
    detail: dict[str, Any]


class EventCollection(_Output):
    """The audit trail of one request, oldest first."""

    events: list[EventShape]
    total_entries: int

    @classmethod
    def of(cls, events: Iterable[Event]) -> EventCollection:
        """Shape a whole trail."""
        shaped = [EventShape.model_validate(event) for event in events]
        return cls(events=shaped, total_entries=len(shaped))


class EscalateShape(_Output):
    """What one sweep did, counted in requests; ask again while ``remaining``."""

    escalated: int
    expired: int
    cancelled: int
    resumed: int
    failed: int
    remaining: bool


class CleanupShape(_Output):
    """What one clean-up did; ask again while ``remaining``."""

    removed: int
    remaining: bool


class GroupShape(_Output):
    """Numbers of the requests that share a role, a Dag or a day of opening (UTC)."""

    key: str
    total: int
    open: int
    approved: int
    denied: int
    expired: int
    cancelled: int
    escalated: int
    median_response_time_seconds: float | None
    p95_response_time_seconds: float | None


class MetricsShape(_Output):
    """Numbers of the visible requests opened in the period; ``*_now`` looks at all open ones."""

    period_days: int
    total_approvals: int
    status_breakdown: dict[Status, int]
    average_response_time_seconds: float | None
    median_response_time_seconds: float | None
    p95_response_time_seconds: float | None
    escalated_count: int
    escalation_rate_percent: float
    open_now: int
    overdue_now: int
    oldest_open_age_seconds: float | None
    per_role: list[GroupShape]
    per_dag: list[GroupShape]
    per_day: list[GroupShape]


class RowShape(_Output):
    """A request as one line of a list on the Approvals page: small, and with what the reader may do."""

    id: UUID
    dag_id: str
    run_id: str
    task_id: str | None
    map_index: int
    subject: str
    status: Status
    level: int
    asked: list[ApproverShape] = Field(description=f"Who is asked now; at most {MAX_ASKED_SHOWN} of them.")
    asked_total: int
    requested_by: str | None
    created_at: datetime
    escalated_at: datetime | None
    expires_at: datetime | None
    resolved_at: datetime | None
    actor_name: str | None
    can_decide: bool = Field(description="You may decide it now.")

    @classmethod
    def of(cls, approval: Approval, *, can_decide: bool) -> RowShape:
        """Shape one line."""
        asked = approval.policy.levels[approval.level].approvers
        own = {"asked": asked[:MAX_ASKED_SHOWN], "asked_total": len(asked), "can_decide": can_decide}
        plain = {name: getattr(approval, name) for name in cls.model_fields if hasattr(approval, name)}
        origin = {
            name: getattr(approval.origin, name) for name in ("dag_id", "run_id", "task_id", "map_index")
        }
        return cls.model_validate({**plain, **origin, **own})


class RowCollection(_Output):
    """One page of lines, the number of all that match, and how many wait for you, whatever the filter."""

    approvals: list[RowShape]
    total_entries: int
    waiting_for_me: int


class DetailShape(_Output):
    """Everything the Approvals page shows of one request, for the person who reads it."""

    approval: ApprovalShape
    events: list[EventShape]
    can_decide: bool = Field(description="You may decide it now.")
    why_not: str | None = Field(description="Why you may not decide it, in words; null when you may.")
    can_edit: bool = Field(description="You may edit its Dag, and so change, cancel or delete the request.")


class ChoicesShape(_Output):
    """What the filters of the Approvals page offer: names that occur in requests you may see."""

    dag_ids: list[str]
    roles: list[str]


class HealthShape(_Output):
    """The API is served."""

    status: Literal["healthy"] = "healthy"


class Problem(BaseModel):
    """Every error answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "detail": "This needs permission to edit Dag release.",
                    "code": "not_allowed",
                    "rule": "may_edit_dag",
                }
            ]
        }
    )

    detail: str = Field(description="For people: what is wrong and what to do next.")
    code: str = Field(description="For programs: stable across releases.")
    rule: str | None = Field(default=None, description="With `not_allowed`: the rule that refuses.")


def _seconds(timeout: timedelta | None) -> float | None:
    return None if timeout is None else timeout.total_seconds()
