"""``airflow approvals show``: the record, every type of fact of it, for programs and for people."""

from __future__ import annotations

import re
from typing import Any, get_args

from airflow_approvals.domain.approval import Verdict
from airflow_approvals.domain.events import (
    AnyEvent,
    Approved,
    Cancelled,
    Carried,
    Changed,
    Denied,
    Ended,
    Escalated,
    Expired,
    Opened,
    Resumed,
    Taken,
    Unknown,
    Updated,
    Voted,
)
from airflow_approvals.domain.outcome import Outcome
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.policy import OnExpiry
from tests.builders import APPROVAL_ID, HOUR, MANAGER, NOW, person, role, task, user
from tests.integration.cli.conftest import Answer, Cli, Requests

ANA = person("ana", os_user="root")
HER_SHELL = "os_user: root"

# One fact of each type: what people read of it, and what stands beside that.
FACTS: tuple[tuple[AnyEvent, str, str], ...] = (
    (
        Opened(at=NOW, actor=task(), expires_at=NOW + HOUR),
        "Opened by the task",
        "expires_at: 2026-01-05T10:00:00Z",
    ),
    (
        Updated(
            at=NOW,
            actor=ANA,
            fields=("subject", "metadata"),
            content=Changed(before="a" * 64, after="b" * 64),
            expires_at=Changed(before=NOW, after=None),
            approvers=Changed(before=((role("manager"),),), after=((user("bo"),),)),
            voided=("bo",),
        ),
        "Changed by ana: subject, details, deadline, approvers; no longer counts: the answer of bo",
        f"{HER_SHELL}, before: {'a' * 64}, after: {'b' * 64}, "
        'expires_at: {"from": "2026-01-05T09:00:00Z", "to": null}, '
        'approvers: {"from": [[{"kind": "role", "name": "manager"}]], '
        '"to": [[{"kind": "user", "name": "bo"}]]}',
    ),
    (
        Escalated(at=NOW, actor=SYSTEM, level=1, expires_at=None),
        "Nobody answered in time: escalated to level 2",
        "",
    ),
    (
        Voted(
            at=NOW,
            actor=ANA,
            verdict=Verdict.DENY,
            comment="Not yet.",
            level=1,
            counted_as=(role("manager"), user("ana")),
        ),
        "ana answered: deny (as role manager, user ana)",
        f"{HER_SHELL}, comment: Not yet.",
    ),
    (Approved(at=NOW, actor=MANAGER), "Approved by first-manager", ""),
    (Denied(at=NOW, actor=ANA), "Denied by ana", HER_SHELL),
    (
        Expired(at=NOW, actor=SYSTEM, on_expiry=OnExpiry.APPROVE),
        "Approved, because nobody answered in time",
        "on_expiry: approve",
    ),
    (Cancelled(at=NOW, actor=task(), reason="killed"), "Cancelled by the task", "reason: killed"),
    (Resumed(at=NOW, actor=SYSTEM), "The waiting task was woken", ""),
    (Ended(at=NOW, actor=SYSTEM, outcome=Outcome.SUCCESS), "The waiting task was ended: success", ""),
    (Taken(at=NOW, actor=SYSTEM), "The task took the answer", ""),
    (
        Carried(
            at=NOW,
            actor=SYSTEM,
            approval_id=APPROVAL_ID,
            verdict=Verdict.APPROVE,
            decided_by="ana",
            decided_at=NOW - HOUR,
        ),
        "ana had answered an earlier try, which was lost: approve",
        f"approval_id: {APPROVAL_ID}, decided_at: 2026-01-05T08:00:00Z",
    ),
    (
        Unknown(at=NOW, actor=MANAGER, name="handed_over", fields={"to": "bo"}),
        "Handed over, by first-manager",
        'name: handed_over, fields: {"to": "bo"}',
    ),
)


def _record(answer: Answer) -> list[list[str]]:
    """Give the cells of the record in plain output: at, what, and what else there is."""
    assert answer.code == 0, answer.err
    heading, *lines = answer.out.rpartition("\nRecord\n")[2].splitlines()
    assert heading.split() == ["at", "what", "more"]
    return [re.split(" {2,}", line) for line in lines]


def test_every_type_of_fact_is_told_to_people_and_to_programs(fab: Cli, requests: Requests) -> None:
    """No type can be forgotten: the list above has one fact of each that there is."""
    assert {type(fact) for fact, _, _ in FACTS} == set(get_args(AnyEvent))
    approval_id = requests.open("Tell me all")
    requests.remember(approval_id, [fact for fact, _, _ in FACTS])

    plain, as_json = fab.at_once(
        ("show", str(approval_id), "-o", "plain"), ("show", str(approval_id), "-o", "json")
    )

    opened, *told = _record(plain)
    assert opened[1] == "Opened by rita"
    assert told == [
        ["2026-01-05T09:00:00Z", sentence, *([beside] if beside else [])] for _, sentence, beside in FACTS
    ]
    events = as_json.value["events"][1:]
    assert [(event["type"], event["text"]) for event in events] == [
        (fact.type, sentence) for fact, sentence, _ in FACTS
    ]


def test_a_fact_of_a_newer_version_is_told_in_plain_words(fab: Cli, requests: Requests) -> None:
    """A row that only that version understands: its name as words, and its fields as they are."""
    approval_id = requests.open("From the future")
    fields: dict[str, Any] = {"to": "bo", "until": None, "why": ["holiday"]}
    requests.write_row(
        approval_id,
        at=NOW,
        type="handed_over",
        actor_kind="person",
        actor_id="7",
        actor_name="ana",
        fields=fields,
    )

    plain, table, as_json = fab.at_once(
        ("show", str(approval_id), "-o", "plain"),
        ("show", str(approval_id)),
        ("show", str(approval_id), "-o", "json"),
    )

    assert _record(plain)[1] == [
        "2026-01-05T09:00:00Z",
        "Handed over, by ana",
        'name: handed_over, fields: {"to": "bo", "until": null, "why": ["holiday"]}',
    ]
    assert table.code == 0, table.err
    for part in ("Handed over, by ana", "name: handed_over", '"why": ["holiday"]'):
        assert part in table.out
    assert as_json.value["events"][1] == {
        "type": "unknown",
        "at": "2026-01-05T09:00:00Z",
        "actor": {"kind": "person", "id": "7", "name": "ana", "os_user": None},
        "text": "Handed over, by ana",
        "name": "handed_over",
        "fields": fields,
    }
