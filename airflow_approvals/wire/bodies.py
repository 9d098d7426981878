"""What callers send: to open, answer, cancel and change a request."""

from __future__ import annotations

from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool

from airflow_approvals.domain.policy import OnDeny, OnExpiry
from airflow_approvals.wire.base import (
    Body,
    Comment,
    Fingerprint,
    Id,
    Input,
    Metadata,
    Moment,
    Name,
    Reason,
    Seconds,
    StrictMapIndex,
    Subject,
)
from airflow_approvals.wire.people import LevelApprovers
from airflow_approvals.wire.waiting import WaitsBody

MAX_LEFT_OUT = 10_000


class OpenBody(Input):
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
    map_index: StrictMapIndex | None = None
    subject: Subject
    body: Body = ""
    approver_role: Name
    escalate_role: Name | None = None
    expires_in: Seconds | None = Field(default=None, description="Seconds each level waits.")
    expires_at: Moment | None = Field(
        default=None, description="Deadline of the first level, in place of expires_in; people only."
    )
    on_deny: OnDeny = OnDeny.FAIL
    on_expiry: OnExpiry = OnExpiry.FAIL
    respect_trigger_rules: StrictBool = Field(
        default=False, description="Where `skip` skips, leave it to the trigger rules downstream what runs."
    )
    waits: WaitsBody | None = None
    metadata: Metadata = Field(default_factory=dict)


class DecisionBody(Input):
    """An answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "Checked the figures."}]})

    comment: Comment | None = None
    fingerprint: Fingerprint | None = Field(
        default=None,
        description="That of the content you have read. If the request has another one by now, the answer is "
        "refused (`content_changed`).",
    )


class CancelBody(Input):
    """Why nobody needs to answer any more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The release was called off."}]})

    reason: Reason


class EmptyBody(Input):
    """``{}``: a command without arguments still comes as JSON, so that no foreign form can send it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class AdvanceBody(Input):
    """What a task does that brings its request up to date: nothing is said, ``{}``, when it only looks."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    takes: StrictBool = Field(default=False, description="It runs, and goes by the answer if there is one.")


class SweepBody(Input):
    """One of the calls of a sweep; the first one is ``{}``."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    leave_out: list[UUID] = Field(
        default=[],
        max_length=MAX_LEFT_OUT,
        description="The `failed_ids` of the calls before: not tried again, so that others get their turn.",
    )
    after: UUID | None = Field(default=None, description="The `after` of the call before.")


class EditBody(Input):
    """New values; what is left out stays. ``expires_at: null`` takes the deadline away."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"expires_at": "2030-01-01T12:00:00Z", "metadata": {"rows": 1250}}]}
    )

    subject: Subject | None = None
    body: Body | None = None
    expires_at: Moment | None = None
    approvers: list[LevelApprovers] | None = Field(
        default=None, description="One list per level of the request."
    )
    metadata: Metadata | None = None


class ReplaceBody(Input):
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
    expires_at: Moment | None
    approvers: list[LevelApprovers] = Field(description="One list per level of the request.")
    metadata: Metadata
