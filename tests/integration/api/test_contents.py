"""Answers to what was read, changes of what is known, and the audit log, under both auth managers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import column as sql_column
from sqlalchemy import select, table, text

from tests.integration.api.server import INVALID, SALES, Server, problem

AUDIT = table("log", *map(sql_column, ("id", "event", "owner", "dag_id", "task_id", "extra")))


def audited(server: Server, approval: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """The lines of Airflow's audit log about a request: event, who, why it was refused."""
    query = select(AUDIT.c.event, AUDIT.c.owner, AUDIT.c.extra).where(
        text("event LIKE 'approval_%'"), AUDIT.c.task_id == approval["task_id"]
    )
    with server.engine.connect() as connection:
        rows = connection.execute(query.order_by(AUDIT.c.id)).all()
    about = [(row.event, row.owner, json.loads(row.extra)) for row in rows]
    return [
        (event, who, more.get("refused"))
        for event, who, more in about
        if more["approval_id"] == approval["id"]
    ]


@pytest.mark.parametrize("verdict", ["approve", "deny"])
def test_an_answer_to_another_text_is_refused(server: Server, verdict: str) -> None:
    """It says what changed, and what there is now; the answer to that counts."""
    approval = server.open()
    path, by = f"/approvals/{approval['id']}/{verdict}", server.person("manager")
    edited = server.edit(approval, body="Pay twice.").json()

    refused = server.post(path, by=by, json={"fingerprint": approval["fingerprint"], "comment": "Fine."})

    assert problem(refused) == (409, "content_changed", None)
    assert refused.json()["changed"] == ["body"]
    assert refused.json()["fingerprint"] == edited["fingerprint"] != approval["fingerprint"]
    assert server.read(approval["id"])["votes"] == []
    assert server.post(path, by=by, json={"fingerprint": edited["fingerprint"]}).status_code == 200


@pytest.mark.parametrize("malformed", ["", "0" * 63, "G" * 64, "A" * 64, 7, ["0" * 64]])
def test_what_is_no_fingerprint_is_malformed(server: Server, malformed: Any) -> None:
    """And no reason to take the answer without one."""
    approval = server.open()
    path = f"/approvals/{approval['id']}/approve"
    assert problem(server.post(path, by=server.person("manager"), json={"fingerprint": malformed})) == INVALID
    assert server.read(approval["id"])["status"] == "pending"


def test_who_edited_cannot_approve(server: Server) -> None:
    """Somebody who may do both; denying is fine, and the page says so before the click."""
    approval = server.open(approver_role="admin" if server.stack.auth == "simple" else "Admin")
    admin = server.person("admin")
    assert server.edit(approval, by="admin", body="Pay me.").status_code == 200
    page = server.get(f"/page/approvals/{approval['id']}", by=admin).json()
    assert (page["can_decide"], page["can_approve"]) == (True, False)
    assert "somebody else has to approve" in page["why_not_approve"]
    rows = server.get("/page/approvals", by=admin, params={"run_id": approval["run_id"]}).json()["approvals"]
    assert [(row["can_decide"], row["can_approve"]) for row in rows if row["id"] == approval["id"]] == [
        (True, False)
    ]

    refused = server.post(f"/approvals/{approval['id']}/approve", by=admin)

    assert problem(refused) == (403, "not_allowed", "not_own_edit")
    assert server.post(f"/approvals/{approval['id']}/deny", by=admin).json()["status"] == "denied"


def test_a_change_may_name_the_version_it_knows(server: Server) -> None:
    """As the ETag gives it; another one is refused and nothing changes."""
    approval = server.open()
    path, by = f"/approvals/{approval['id']}", server.person("editor")
    etag = server.get(path, by=by).headers["etag"]
    assert etag == '"1"'
    first = server.call("PATCH", path, by=by, headers={"If-Match": etag}, json={"body": "One."})
    assert first.status_code == 200
    second = server.call("PATCH", path, by=by, headers={"If-Match": etag}, json={"body": "Two."})
    assert problem(second) == (412, "version_differs", None)
    assert second.json()["version"] == 2
    assert server.read(approval["id"])["body"] == "One."
    for anything in ("*", None, 'W/"2"'):
        headers = {} if anything is None else {"If-Match": anything}
        assert server.call("PATCH", path, by=by, headers=headers, json={"body": "One."}).status_code == 200
    for nonsense in ("", '"one"', '"1", "2"', '"' + "9" * 50 + '"'):
        answer = server.call("PATCH", path, by=by, headers={"If-Match": nonsense}, json={"body": "Three."})
        assert problem(answer) == INVALID
    assert server.read(approval["id"])["body"] == "One."


def test_an_edit_of_a_deadline_away_and_back_brings_no_silence_forward(server: Server) -> None:
    """The first step is refused already, and so is every shorter way."""
    approval = server.open(escalate_role=None, on_expiry="approve", task=server.new_task())
    for fields in ({"expires_at": None}, {"expires_at": "2026-01-01T00:00:00Z"}):
        assert problem(server.edit(approval, **fields)) == INVALID
    assert server.read(approval["id"]) == approval


def test_lists_tell_requests_of_tasks_from_those_by_hand(server: Server) -> None:
    """A request by hand may name the very task that waits; programs ask for the other kind."""
    task = server.new_task()
    gate = server.open(task)
    by_hand = server.open_by_hand(run_id=task.run_id, task_id=task.task_id)
    assert (gate["source"], by_hand["source"]) == ("task", "person")
    by = server.person("admin")
    for source, expected in (("task", gate), ("person", by_hand)):
        params = {"run_id": task.run_id, "task_id": task.task_id, "source": source}
        listed = server.get("/approvals", by=by, params=params).json()["approvals"]
        assert [found["id"] for found in listed] == [expected["id"]]
    assert problem(server.get("/approvals", by=by, params={"source": "mail"})) == INVALID


def test_names_that_do_not_show_are_refused(server: Server) -> None:
    """When opening and when editing; the refusal writes them out."""
    body = {"subject": "s", "approver_role": "manager\u200b"}
    refused = server.post("/approvals", by=server.task(server.new_task().ti_id), json=body)
    assert problem(refused) == INVALID
    assert "manager\\u200b" in refused.json()["detail"]
    approval = server.open()
    named = [[{"kind": "user", "name": "ana\u202e"}], [{"kind": "role", "name": "director"}]]
    assert problem(server.edit(approval, approvers=named)) == INVALID


def test_the_audit_log_has_every_deed_and_refusal(server: Server) -> None:
    """Also those that never reach the request: who may not edit its Dag, or delete its record."""
    approval = server.open()
    path = f"/approvals/{approval['id']}"
    server.edit(approval, body="Pay twice.")
    server.edit(approval, by="manager", body="Pay three times.")
    server.post(f"{path}/cancel", by=server.person("manager"), json={"reason": "no"})
    server.call("DELETE", path, by=server.person("editor"))
    server.post(f"{path}/approve", by=server.person("director"))
    server.approve(approval["id"])
    server.post(f"{path}/deny", by=server.person("manager"))
    server.call("DELETE", path, by=server.person("admin"))
    assert audited(server, approval) == [
        ("approval_edit", "editor", None),
        ("approval_edit_refused", "manager", "may_edit_dag"),
        ("approval_cancel_refused", "manager", "may_edit_dag"),
        ("approval_delete_refused", "editor", "administrator"),
        ("approval_approve_refused", "director", "approver_of_reached_level"),
        ("approval_approve", "manager", None),
        ("approval_deny_refused", "manager", "already_closed"),
        ("approval_delete_refused", "admin", "not_delivered"),
    ]


def test_airflows_own_page_of_the_audit_log_shows_them(fab: Server) -> None:
    """Where auditors look, with the Dag they belong to."""
    approval = fab.open()
    fab.approve(approval["id"])
    params = {"dag_id": SALES, "limit": 100, "order_by": "-id"}
    logs = fab.get("/eventLogs", by=fab.person("admin"), below="/api/v2", params=params)
    mine = [line for line in logs.json()["event_logs"] if approval["id"] in (line["extra"] or "")]
    assert [(line["event"], line["owner"]) for line in mine] == [("approval_approve", "manager")]
