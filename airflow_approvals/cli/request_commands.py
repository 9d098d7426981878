"""``airflow approvals list``, ``show``, ``approve`` and ``deny``."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from airflow_approvals.cli.command import load_work, operator, reads, writes
from airflow_approvals.cli.fitting import Column
from airflow_approvals.cli.output import is_document, print_document, print_fields, print_fitted, print_rows
from airflow_approvals.cli.rounding import since, until
from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.events import Updated
from airflow_approvals.domain.people import ApproverKind
from airflow_approvals.domain.rules import Answer
from airflow_approvals.domain.search import Cut, Filters, Order
from airflow_approvals.domain.status import Status
from airflow_approvals.service import commands, looking, reading, short_ids
from airflow_approvals.service.again import again
from airflow_approvals.service.transaction import Work
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.bodies import DecisionBody
from airflow_approvals.wire.events import EventCollection
from airflow_approvals.wire.mistakes import what_is_wrong

PLAIN = ("id", "subject", "dag_id", "run_id", "task_id", "map_index", "status")
"""Whole and the same everywhere, for `awk` and the like; tables are for people."""
TABLE = (
    Column(name="id"),
    Column(name="status"),
    Column(name="subject", least=16, share=2),
    Column(name="asked", least=8),
    Column(name="due"),
    Column(name="dag_id", least=10, in_the_middle=True),
    Column(name="task_id", least=8, in_the_middle=True),
    Column(name="run_id", least=14, in_the_middle=True),
    Column(name="opened"),
)
NEEDED = ("id", "status", "subject", "asked", "due", "dag_id", "task_id", "opened", "run_id")

PASS_ON_SECONDS = 5.0


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
    viewer = operator(work=work)
    cut = Cut(order=Order(args.order_by), limit=args.limit)
    found = looking.page(filters, viewer=viewer, cut=cut, now=work.clock(), work=work)
    shown = len(found.approvals)
    _print_requests(found.approvals, args.output, work=work)
    if found.total.number > shown:
        print(f"{shown} of {found.total} requests shown; --limit shows more.", file=sys.stderr)


@reads
def show(args: Namespace) -> None:
    """Show one request with its votes and its record."""
    work = load_work()
    approval_id = short_ids.find(args.approval_id, work=work)
    approval = looking.get(approval_id, work=work)
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

    comment = _comment(args.comment)
    work = again.working(load_work())
    approval_id = short_ids.find(args.approval_id, work=work)
    answer = Answer(
        actor=find_actor(args.user, work=work),
        verdict=verdict,
        comment=comment,
        fingerprint=args.fingerprint and _whole(args.fingerprint, reading.get(approval_id, work=work)),
    )
    decided = commands.run(approval_id, decide, answer, work=work)
    again.wait(
        PASS_ON_SECONDS
    )  # for a task that is about to park; what is not done by then, maintenance does
    if is_document(args.output):
        print_document(_document(decided), args.output)
    else:
        _print_requests([decided], args.output, work=work)


def _print_requests(found: list[Approval], output: str, *, work: Work) -> None:
    documents = [_document(approval) for approval in found]
    if is_document(output):
        print_document(documents, output)
    elif output == "table":
        ids = short_ids.shown([approval.id for approval in found], work=work)
        now = work.clock()
        print_fitted([_line(approval, ids[approval.id], now) for approval in found], TABLE, NEEDED)
    else:
        rows = [
            {
                **{column: document[column] for column in PLAIN},
                "asked": _asked(approval),
                "expires_at": document["expires_at"],
                "created_at": document["created_at"],
            }
            for approval, document in zip(found, documents, strict=True)
        ]
        print_rows(rows, output)


def _line(approval: Approval, shown_id: str, now: datetime) -> dict[str, Any]:
    """Give what a person looks for in a list."""
    origin = approval.origin
    deadline = approval.progress.expires_at if approval.is_open else None
    number = f"[{origin.map_index}]" if origin.map_index >= 0 else ""
    return {
        "id": shown_id,
        "status": approval.status.value,
        "subject": approval.content.subject,
        "asked": _asked(approval),
        "due": None if deadline is None else until(deadline, now=now),
        "dag_id": origin.dag_id,
        "task_id": None if origin.task_id is None else f"{origin.task_id}{number}",
        "run_id": origin.run_id,
        "opened": since(approval.created_at, now=now),
    }


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
    told = {"type", "at", "actor", "text", "verdict", "level", "counted_as", "outcome", "decided_by"}
    if event["type"] == Updated.type:
        told |= {"fields", "voided"}
    known = {"os_user": event["actor"]["os_user"], **event}
    own = {name: value for name, value in known.items() if name not in told and value is not None}
    return ", ".join(
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in own.items()
    )


def _whole(beginning: str, approval: Approval) -> str:
    """Give the fingerprint that begins so, of the contents the request has or had; else what was given.

    :raises Invalid: several do, which somebody must have looked for.
    """
    had = {edit.content_before for edit in approval.edits if edit.content_before}
    known = [mark for mark in had | {approval.content.fingerprint} if mark.startswith(beginning)]
    if len(known) > 1:
        raise Invalid(
            f"Several contents of this request have a fingerprint that begins {beginning}: type it whole."
        )
    return known[0] if known else beginning


def _comment(text: str | None) -> str | None:
    try:
        return DecisionBody(comment=text).comment
    except ValidationError as error:
        raise Invalid(f"The comment {what_is_wrong(error.errors()[0])}.") from None
