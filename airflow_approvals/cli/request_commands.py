"""``airflow approvals list``, ``show``, ``approve`` and ``deny``."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from airflow_approvals.cli.command import load_work, operator, reads, writes
from airflow_approvals.cli.output import is_document, print_document, print_fields, print_rows
from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.people import ApproverKind
from airflow_approvals.domain.rules import Answer
from airflow_approvals.domain.search import Filters, Order
from airflow_approvals.domain.status import Status
from airflow_approvals.service import commands, reading
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.bodies import DecisionBody
from airflow_approvals.wire.events import EventCollection
from airflow_approvals.wire.mistakes import what_is_wrong

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
    work = load_work()
    found, total = reading.page(
        filters,
        viewer=operator(work=work),
        order=Order(args.order_by),
        limit=args.limit,
        offset=0,
        now=work.clock(),
        work=work,
    )
    _print_requests(found, args.output)
    if total > len(found):
        print(f"{len(found)} of {total} requests shown; --limit shows more.", file=sys.stderr)


@reads
def show(args: Namespace) -> None:
    """Show one request with its votes and its record."""
    approval_id = _id(args.approval_id)
    work = load_work()
    approval = reading.get(approval_id, work=work)
    record = reading.record(approval_id, work=work)
    document = _document(approval)
    events = EventCollection.of(record, len(record)).model_dump(mode="json")["events"]
    if is_document(args.output):
        print_document({**document, "events": events}, args.output)
        return
    votes = document.pop("votes")
    print_fields({**document, "asked": _asked(approval)}, args.output)
    if votes:
        print("\nVotes")
        print_rows(votes, args.output)
    print("\nRecord")
    told = ({"at": event["at"], "what": event["text"], "more": _more(event)} for event in events)
    print_rows(list(told), args.output)


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
    work = load_work()
    answer = Answer(actor=find_actor(args.user, work=work), verdict=verdict, comment=comment)
    decided = commands.run(approval_id, decide, answer, work=work)
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
    return {**ApprovalShape.of(approval).model_dump(mode="json"), "asked": asked}


def _asked(approval: Approval) -> str:
    """Name the roles that may decide now; single users are marked as such."""
    return ", ".join(
        approver.name if approver.kind is ApproverKind.ROLE else f"user {approver.name}"
        for approver in approval.asked()
    )


def _more(event: Mapping[str, Any]) -> str:
    """Give whose shell a fact came from, and what it has of its own besides what its sentence tells.

    What is empty is left out.
    """
    told = {"type", "at", "actor", "text", "verdict", "level", "counted_as", "fields", "voided"}
    known = {"os_user": event["actor"]["os_user"], **event}
    own = {name: value for name, value in known.items() if name not in told and value is not None}
    return ", ".join(
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in own.items()
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
        return DecisionBody(comment=text).comment
    except ValidationError as error:
        raise Invalid(f"The comment {what_is_wrong(error.errors()[0])}.") from None
