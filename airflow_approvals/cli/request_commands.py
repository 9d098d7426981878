"""``airflow approvals list``, ``show``, ``approve`` and ``deny``."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any
from uuid import UUID

from airflow.utils.session import create_session
from pydantic import ValidationError

from airflow_approvals import wire
from airflow_approvals.cli.command import load_settings, operator, reads, utc_now, writes
from airflow_approvals.cli.output import is_document, print_document, print_fields, print_rows
from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.policy import ApproverKind
from airflow_approvals.domain.search import Filters, Order
from airflow_approvals.domain.status import Status
from airflow_approvals.service import approvals

COLUMNS = ("id", "subject", "dag_id", "run_id", "task_id", "map_index", "status")


@reads
def list_requests(args: Namespace) -> None:
    """List requests, whoever they are for."""
    filters = Filters(
        status=tuple(map(Status, args.status or ())),
        dag_id=tuple(args.dag_id or ()),
        run_id=tuple(args.run_id or ()),
        approver_role=tuple(args.role or ()),
        overdue=args.overdue or None,
        search=args.search,
    )
    with create_session(scoped=False) as session:
        found, total = approvals.page(
            filters,
            viewer=operator(session=session),
            order=Order(args.order_by),
            limit=args.limit,
            offset=0,
            now=utc_now(),
            session=session,
        )
    _print_requests(found, args.output)
    if total > len(found):
        print(f"{len(found)} of {total} requests shown; --limit shows more.", file=sys.stderr)


@reads
def show(args: Namespace) -> None:
    """Show one request with its votes and its record."""
    approval_id = _id(args.approval_id)
    with create_session(scoped=False) as session:
        approval = approvals.get(approval_id, session=session)
        trail = approvals.events(approval_id, session=session)
    document = _document(approval)
    events = wire.EventCollection.of(trail).model_dump(mode="json")["events"]
    if is_document(args.output):
        print_document({**document, "events": events}, args.output)
        return
    votes = document.pop("votes")
    print_fields({**document, "asked": _asked(approval)}, args.output)
    if votes:
        print("\nVotes")
        print_rows(votes, args.output)
    print("\nRecord")
    print_rows([{**event, "actor": event["actor"]["name"]} for event in events], args.output)


@writes
def approve(args: Namespace) -> None:
    """Approve a request on behalf of an approver."""
    _decide(args, Verdict.APPROVE)


@writes
def deny(args: Namespace) -> None:
    """Deny a request on behalf of an approver."""
    _decide(args, Verdict.DENY)


def _decide(args: Namespace, verdict: Verdict) -> None:
    from airflow_approvals.cli.people import find_actor

    approval_id = _id(args.approval_id)
    comment = _comment(args.comment)
    settings = load_settings()
    with create_session(scoped=False) as session:
        actor = find_actor(args.user, settings=settings, session=session)
        decided = approvals.decide(
            approval_id,
            verdict,
            actor=actor,
            comment=comment,
            settings=settings,
            now=utc_now(),
            session=session,
        )
    if is_document(args.output):
        print_document(_document(decided), args.output)
    else:
        _print_requests([decided], args.output)


def _print_requests(found: list[Approval], output: str) -> None:
    documents = [_document(approval) for approval in found]
    if is_document(output):
        print_document(documents, output)
        return
    rows = [
        {
            **{column: document[column] for column in COLUMNS},
            "asked": _asked(approval),
            "expires_at": document["expires_at"],
            "created_at": document["created_at"],
        }
        for approval, document in zip(found, documents, strict=True)
    ]
    print_rows(rows, output)


def _document(approval: Approval) -> dict[str, Any]:
    """Give what the REST API gives, and who is asked now."""
    asked = [{"kind": approver.kind.value, "name": approver.name} for approver in approval.asked()]
    return {**wire.ApprovalShape.of(approval).model_dump(mode="json"), "asked": asked}


def _asked(approval: Approval) -> str:
    """Name the roles that may decide now; single users are marked as such."""
    return ", ".join(
        approver.name if approver.kind is ApproverKind.ROLE else f"user {approver.name}"
        for approver in approval.asked()
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(
            f"{text!r} is not the id of a request; `airflow approvals list` shows the ids."
        ) from None


def _comment(text: str | None) -> str | None:
    try:
        return wire.DecisionBody(comment=text).comment
    except ValidationError as error:
        raise Invalid(f"The comment does not do: {error.errors()[0]['msg']}.") from None
