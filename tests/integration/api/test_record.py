"""The record over REST: every fact in a shape of its own, and one that a newer version wrote all the same."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, update
from sqlalchemy.orm import sessionmaker

from airflow_approvals.store import tables
from tests.airflow_rows import AirflowRows
from tests.integration.api.server import DIRECTOR, MANAGER, Server, Task, moment

pytestmark = pytest.mark.e2e

SYSTEM = {"kind": "system", "id": "system", "name": "system", "os_user": None}
EDITED = {
    "subject": "Publish the February figures",
    "body": "All of them.",
    "expires_at": "2999-01-01T00:00:00Z",
    "approvers": [[MANAGER, {"kind": "user", "name": "viewer"}], [DIRECTOR]],
    "metadata": {"rows": 2},
}
# How the same request ends: the terms of silence, what is done at the end, and the facts that makes.
ENDINGS: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
    "approved": (
        "fail",
        "approve",
        [
            {
                "type": "voted",
                "text": "director answered: approve (as role director)",
                "verdict": "approve",
                "comment": "Checked.",
                "level": 1,
                "counted_as": [DIRECTOR],
            },
            {"type": "approved", "text": "Approved by director"},
        ],
    ),
    "denied": (
        "fail",
        "deny",
        [
            {
                "type": "voted",
                "text": "director answered: deny (as role director)",
                "verdict": "deny",
                "comment": "Checked.",
                "level": 1,
                "counted_as": [DIRECTOR],
            },
            {"type": "denied", "text": "Denied by director"},
        ],
    ),
    "expired": (
        "fail",
        "wait",
        [{"type": "expired", "text": "Expired: nobody answered in time", "on_expiry": "fail"}],
    ),
    "denied by silence": (
        "deny",
        "wait",
        [
            {
                "type": "expired",
                "text": "Denied, because nobody answered in time",
                "on_expiry": "deny",
            }
        ],
    ),
    "cancelled": (
        "fail",
        "cancel",
        [{"type": "cancelled", "text": "Cancelled by editor", "reason": "Called off."}],
    ),
}


def _wait_deferred(server: Server, task: Task) -> None:
    """Let the task wait with a trigger of ours, for so long that it can be woken at once."""
    AirflowRows(sessionmaker(server.engine)).set_state(task.ti_id, "deferred")


def _end(server: Server, approval: dict[str, Any], task: Task, how: str) -> None:
    path = f"/approvals/{approval['id']}"
    if how == "wait":
        server.let_deadline_pass(approval)
        response = server.post(f"{path}/advance", by=server.task(task.ti_id))
    elif how == "cancel":
        response = server.post(f"{path}/cancel", by=server.person("editor"), json={"reason": "Called off."})
    else:
        body = {"comment": "Checked."}
        response = server.post(f"{path}/{how}", by=server.person("director"), json=body)
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_whole_life_is_told_in_typed_facts(fab: Server, ending: str) -> None:
    """Opened, changed, escalated, ended in every way, the task woken: nothing missing and nothing more."""
    on_expiry, how, end = ENDINGS[ending]
    task = fab.new_task()
    opened = fab.open(task, metadata={"rows": 1}, on_expiry=on_expiry)
    assert fab.edit(opened, **EDITED).status_code == 200
    fab.let_deadline_pass(opened)
    advanced = fab.post(f"/approvals/{opened['id']}/advance", by=fab.task(task.ti_id)).json()
    assert (advanced["status"], advanced["level"]) == ("escalated", 1)
    _wait_deferred(fab, task)
    _end(fab, opened, task, how)

    facts = fab.events(opened)

    times = [moment(fact["at"]) for fact in facts]
    assert times == sorted(times)
    assert moment(opened["created_at"]) == times[0]
    before = {
        "expires_at": opened["expires_at"],
        "approvers": [[MANAGER], [DIRECTOR]],
    }
    told = [{k: v for k, v in fact.items() if k not in {"at", "actor"}} for fact in facts]
    assert told == [
        {"type": "opened", "text": "Opened by the task", "expires_at": opened["expires_at"]},
        {
            "type": "updated",
            "text": "Changed by editor: subject, text, details, deadline, approvers",
            "fields": ["subject", "body", "metadata"],
            "before": opened["fingerprint"],
            "after": fab.read(opened["id"])["fingerprint"],
            "voided": [],
            **{name: {"from": before[name], "to": EDITED[name]} for name in ("expires_at", "approvers")},
        },
        {
            "type": "escalated",
            "text": "Nobody answered in time: escalated to level 2",
            "level": 1,
            "expires_at": advanced["expires_at"],
        },
        *end,
        {"type": "resumed", "text": "The waiting task was woken"},
    ]
    assert facts[0]["actor"]["id"] == f"ti:{task.ti_id}"
    assert facts[2]["actor"] == facts[-1]["actor"] == SYSTEM
    page = fab.get(f"/page/approvals/{opened['id']}", by=fab.person("viewer")).json()
    assert page["events"] == facts
    assert page["approval"] == fab.read(opened["id"])
    assert page["approval"]["resumed_at"] == facts[-1]["at"]


def test_the_record_names_the_person_and_the_role(server: Server) -> None:
    """Who decided, and by which right, is in the events; the task that asked is there too."""
    task = server.new_task()
    approval = server.open(task)
    server.approve(approval["id"])
    events = server.get(f"/approvals/{approval['id']}/events", by=server.person("admin")).json()["events"]
    assert [(event["type"], event["actor"]["kind"], event["actor"]["name"]) for event in events] == [
        ("opened", "task", f"ti:{task.ti_id}"),
        ("voted", "person", "manager"),
        ("approved", "person", "manager"),
    ]
    assert events[1]["counted_as"] == [MANAGER]


def test_a_fact_of_a_newer_version_is_told_as_well_as_can_be(fab: Server) -> None:
    """Its name, its words and whatever it keeps; and the request goes on as if it were not there."""
    approval = fab.open()
    fields = {"to": "ana", "channels": ["mail"], "again_at": None}
    with fab.engine.begin() as connection:
        connection.execute(
            insert(tables.event).values(
                approval_id=UUID(approval["id"]),
                seq=2,
                at=datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc),
                type="reminder_sent",
                actor_kind="system",
                actor_id="system",
                actor_name="system",
                fields=fields,
            )
        )
        connection.execute(
            update(tables.approval).where(tables.approval.c.id == UUID(approval["id"])).values(recorded=2)
        )
    unknown = {
        "type": "unknown",
        "at": "2026-01-05T09:00:00Z",
        "actor": SYSTEM,
        "text": "Reminder sent, by system",
        "name": "reminder_sent",
        "fields": fields,
    }
    assert fab.events(approval)[1] == unknown
    page = fab.get(f"/page/approvals/{approval['id']}", by=fab.person("manager")).json()
    assert page["events"][1] == unknown
    fab.approve(approval["id"])
    assert [event["type"] for event in fab.events(approval)] == ["opened", "unknown", "voted", "approved"]
