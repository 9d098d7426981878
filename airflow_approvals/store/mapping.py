"""Rows to values and back. The JSON of a policy is written and read only here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping

from airflow_approvals.domain.approval import (
    Actor,
    ActorKind,
    Approval,
    Event,
    EventType,
    Origin,
    Verdict,
    Vote,
)
from airflow_approvals.domain.policy import Approver, ApproverKind, Level, OnDeny, OnExpiry, Policy
from airflow_approvals.domain.status import Status

Row = Mapping[str, Any] | RowMapping

_ORIGIN = ("dag_id", "run_id", "task_id", "map_index", "try_number", "ti_id", "team_name")
_PLAIN = (
    "id",
    "subject",
    "body",
    "requested_by",
    "created_at",
    "metadata",
    "level",
    "expires_at",
    "escalated_at",
    "resolved_at",
    "actor_id",
    "actor_name",
    "comment",
    "inputs",
    "resumed_at",
    "version",
)
_VOTE = ("actor_id", "actor_name", "comment", "level", "at")


def approval_row(approval: Approval) -> dict[str, Any]:
    """Give the columns of table ``approval``."""
    return {
        **{name: getattr(approval.origin, name) for name in _ORIGIN},
        **{name: getattr(approval, name) for name in _PLAIN},
        "status": approval.status.value,
        "quorum": approval.policy.quorum,
        "policy": policy_json(approval.policy),
    }


def approval_of(row: Row, votes: Iterable[Row]) -> Approval:
    """Rebuild a request from its row and its votes, oldest first."""
    return Approval(
        **{name: row[name] for name in _PLAIN},
        origin=Origin(**{name: row[name] for name in _ORIGIN}),
        status=Status(row["status"]),
        policy=policy_of(row["policy"]),
        votes=tuple(vote_of(vote) for vote in votes),
    )


def approver_rows(approval: Approval) -> list[dict[str, Any]]:
    """Give the rows of table ``approval_approver``."""
    return [
        {"approval_id": approval.id, "level": index, "kind": approver.kind.value, "name": approver.name}
        for index, level in enumerate(approval.policy.levels)
        for approver in level.approvers
    ]


def vote_rows(approval: Approval, votes: Sequence[Vote]) -> list[dict[str, Any]]:
    """Give rows of table ``approval_vote``."""
    return [
        {
            **{name: getattr(vote, name) for name in _VOTE},
            "approval_id": approval.id,
            "verdict": vote.verdict.value,
        }
        for vote in votes
    ]


def vote_of(row: Row) -> Vote:
    """Rebuild one vote."""
    return Vote(**{name: row[name] for name in _VOTE}, verdict=Verdict(row["verdict"]))


def event_rows(approval: Approval, events: Sequence[Event], first_seq: int) -> list[dict[str, Any]]:
    """Give rows of table ``approval_event``, numbered from ``first_seq``."""
    return [
        {
            "approval_id": approval.id,
            "seq": seq,
            "at": event.at,
            "type": event.type.value,
            "actor_kind": event.actor.kind.value,
            "actor_id": event.actor.id,
            "actor_name": event.actor.name,
            "detail": dict(event.detail),
        }
        for seq, event in enumerate(events, start=first_seq)
    ]


def event_of(row: Row) -> Event:
    """Rebuild one event; the roles its actor held then are in its detail, not in the actor."""
    actor = Actor(kind=ActorKind(row["actor_kind"]), id=row["actor_id"], name=row["actor_name"])
    return Event(type=EventType(row["type"]), at=row["at"], actor=actor, detail=row["detail"])


def policy_json(policy: Policy) -> dict[str, Any]:
    """Write a policy as JSON; timeouts in seconds."""
    return {
        "levels": [
            {
                "approvers": [{"kind": a.kind.value, "name": a.name} for a in level.approvers],
                "timeout_seconds": None if level.timeout is None else level.timeout.total_seconds(),
            }
            for level in policy.levels
        ],
        "on_deny": policy.on_deny.value,
        "on_expiry": policy.on_expiry.value,
        "quorum": policy.quorum,
    }


def policy_of(stored: Mapping[str, Any]) -> Policy:
    """Read a policy written by :func:`policy_json`."""
    return Policy(
        levels=tuple(
            Level(
                approvers=tuple(
                    Approver(kind=ApproverKind(a["kind"]), name=a["name"]) for a in level["approvers"]
                ),
                timeout=None
                if level["timeout_seconds"] is None
                else timedelta(seconds=level["timeout_seconds"]),
            )
            for level in stored["levels"]
        ),
        on_deny=OnDeny(stored["on_deny"]),
        on_expiry=OnExpiry(stored["on_expiry"]),
        quorum=stored["quorum"],
    )
