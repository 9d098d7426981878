"""Rows to values and back, column by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from airflow_approvals.domain.approval import (
    Approval,
    Decided,
    Lapsed,
    Origin,
    PastEdit,
    Progress,
    Resolution,
    Verdict,
    Vote,
    Withdrawn,
)
from airflow_approvals.domain.commands.edit import past
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.events import AnyEvent, Updated
from airflow_approvals.domain.people import ActorKind, Who
from airflow_approvals.domain.policy import OnExpiry, Policy
from airflow_approvals.domain.status import OPEN, Status
from airflow_approvals.domain.waiting import AtEnd, Ends, Outlet, OutletKind, Waiter, Waits, Way
from airflow_approvals.store.events import event_of
from airflow_approvals.store.policies import policy_json, policy_of

Row = Mapping[str, Any] | RowMapping


def approval_row(approval: Approval) -> dict[str, Any]:
    """Give the columns of table ``approval``."""
    return {
        "id": approval.id,
        "dag_id": approval.origin.dag_id,
        "run_id": approval.origin.run_id,
        "task_id": approval.origin.task_id,
        "map_index": approval.origin.map_index,
        "team_name": approval.origin.team_name,
        "requested_by": approval.requested_by,
        "created_at": approval.created_at,
        **content_columns(approval.content),
        **policy_columns(approval.policy),
        **state_columns(approval),
    }


def content_columns(content: Content) -> dict[str, Any]:
    """Give the columns that only an edit changes; they may be large."""
    return {
        "subject": content.subject,
        "body": content.body,
        "metadata": dict(content.metadata),
        "fingerprint": content.fingerprint,
    }


def policy_columns(policy: Policy) -> dict[str, Any]:
    """Give the column of the terms."""
    return {"policy": policy_json(policy)}


def state_columns(approval: Approval) -> dict[str, Any]:
    """Give the columns that any change may touch."""
    progress, resolution = approval.progress, approval.resolution
    return {
        "status": approval.status.value,
        "level": progress.level,
        "expires_at": progress.expires_at,
        "escalated_at": progress.asked_at if progress.level else None,
        "resolved_at": None if resolution is None else resolution.at,
        "actor_kind": None if resolution is None else resolution.by.kind.value,
        "actor_id": None if resolution is None else resolution.by.id,
        "actor_name": None if resolution is None else resolution.by.name,
        "comment": resolution.comment if isinstance(resolution, Decided) else None,
        "reason": resolution.reason if isinstance(resolution, Withdrawn) else None,
        "recorded": approval.recorded,
        "version": approval.version,
    }


def approval_of(
    row: Row, waiter: Row | None = None, votes: Iterable[Row] = (), edits: Iterable[Row] = ()
) -> Approval:
    """Rebuild a request from its row, that of its waiter if it has one, votes and edits, oldest first.

    :param edits: rows of table ``approval_event``.
    """
    policy = policy_of(row["policy"])
    return Approval(
        id=row["id"],
        origin=Origin(
            dag_id=row["dag_id"],
            run_id=row["run_id"],
            task_id=row["task_id"],
            map_index=row["map_index"],
            team_name=row["team_name"],
        ),
        content=content_of(row),
        policy=policy,
        requested_by=row["requested_by"],
        created_at=row["created_at"],
        progress=Progress(
            level=row["level"],
            asked_at=row["escalated_at"] or row["created_at"],
            expires_at=row["expires_at"],
        ),
        resolution=_resolution(row, policy.on_expiry),
        votes=tuple(vote_of(vote) for vote in votes),
        edits=tuple(_edit(event_of(edit)) for edit in edits),
        waiter=None if waiter is None else waiter_of(waiter),
        recorded=row["recorded"],
        version=row["version"],
    )


def content_of(row: Row) -> Content:
    """Rebuild a content from its columns; its fingerprint as it was stored: computing it takes a while."""
    content = Content(subject=row["subject"], body=row["body"], metadata=row["metadata"])
    if row["fingerprint"] is not None:
        vars(content)["fingerprint"] = row["fingerprint"]  # where the cached property looks first
    return content


def waiter_row(approval_id: UUID, waiter: Waiter) -> dict[str, Any]:
    """Give a row of table ``approval_waiter``."""
    return {
        "approval_id": approval_id,
        "ti_id": waiter.ti_id,
        "map_index": waiter.map_index,
        "try_number": waiter.try_number,
        "way": waiter.waits.way.value,
        "ends": waiter.waits.ends.value,
        "at_end": at_end_json(waiter.waits.at_end),
        "run_cleared": waiter.run_cleared,
        "ended_at": waiter.ended_at,
        "taken_at": waiter.taken_at,
    }


def waiter_of(row: Row) -> Waiter:
    """Rebuild a waiter."""
    return Waiter(
        ti_id=row["ti_id"],
        map_index=row["map_index"],
        try_number=row["try_number"],
        waits=Waits(way=Way(row["way"]), ends=Ends(row["ends"]), at_end=at_end_of(row["at_end"] or {})),
        run_cleared=row["run_cleared"],
        ended_at=row["ended_at"],
        taken_at=row["taken_at"],
    )


def at_end_json(at_end: AtEnd) -> dict[str, Any]:
    """Write what belongs to the end of a task; what an author rarely asks for only if they did."""
    written: dict[str, Any] = {
        "returns": at_end.returns,
        "multiple_outputs": at_end.multiple_outputs,
        "dag_result": at_end.dag_result,
        "mapped_over": at_end.mapped_over,
        "outlets": [{"kind": o.kind.value, "name": o.name, "uri": o.uri} for o in at_end.outlets],
        "failure_callback": at_end.failure_callback,
        "failure_email": at_end.failure_email,
    }
    return {name: value for name, value in written.items() if name == "returns" or value}


def at_end_of(stored: Mapping[str, Any]) -> AtEnd:
    """Read it back. Tasks that do not end on the server may have none of it."""
    outlets = (
        Outlet(kind=OutletKind(each["kind"]), name=each["name"], uri=each["uri"])
        for each in stored.get("outlets", ())
    )
    return AtEnd(
        returns=stored.get("returns", True),
        multiple_outputs=stored.get("multiple_outputs", False),
        dag_result=stored.get("dag_result", False),
        mapped_over=stored.get("mapped_over", False),
        outlets=tuple(outlets),
        failure_callback=stored.get("failure_callback", False),
        failure_email=stored.get("failure_email", False),
    )


def approver_rows(approval: Approval) -> list[dict[str, Any]]:
    """Give the rows of table ``approval_approver``."""
    return [
        {"approval_id": approval.id, "level": index, "kind": approver.kind.value, "name": approver.name}
        for index, level in enumerate(approval.policy.levels)
        for approver in level.approvers
    ]


def vote_rows(approval_id: UUID, votes: Sequence[Vote]) -> list[dict[str, Any]]:
    """Give rows of table ``approval_vote``."""
    return [
        {
            "approval_id": approval_id,
            "actor_id": vote.by.id,
            "actor_name": vote.by.name,
            "verdict": vote.verdict.value,
            "comment": vote.comment,
            "level": vote.level,
            "at": vote.at,
        }
        for vote in votes
    ]


def vote_of(row: Row) -> Vote:
    """Rebuild one vote."""
    return Vote(
        by=Who(kind=ActorKind.PERSON, id=row["actor_id"], name=row["actor_name"]),
        verdict=Verdict(row["verdict"]),
        comment=row["comment"],
        level=row["level"],
        at=row["at"],
    )


def _edit(event: AnyEvent) -> PastEdit:
    assert isinstance(event, Updated)  # noqa: S101  (only those are read for it)
    return past(event)


def _resolution(row: Row, on_expiry: OnExpiry) -> Resolution | None:
    status = Status(row["status"])
    if status in OPEN:
        return None
    at = row["resolved_at"]
    by = Who(kind=ActorKind(row["actor_kind"]), id=row["actor_id"], name=row["actor_name"])
    if status is Status.CANCELLED:
        return Withdrawn(by=by, reason=row["reason"], at=at)
    if by.kind is ActorKind.SYSTEM:
        return Lapsed(on_expiry=on_expiry, at=at)
    verdict = Verdict.APPROVE if status is Status.APPROVED else Verdict.DENY
    return Decided(verdict=verdict, by=by, comment=row["comment"], at=at)
