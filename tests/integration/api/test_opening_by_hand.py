"""Requests opened by people, for a Dag run they may edit."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.api.server import (
    DIRECTOR,
    INVALID,
    LEVEL_SECONDS,
    MANAGER,
    PAYROLL,
    SALES,
    Server,
    content,
    moment,
    problem,
)

pytestmark = pytest.mark.e2e


def test_an_editor_opens_a_request_for_a_run(fab: Server) -> None:
    """The answer holds all that was asked; no task waits for it, and the editor is on record."""
    before = datetime.now(tz=timezone.utc)
    opened = fab.open_by_hand(body="All of them.", metadata={"rows": 1200}, on_deny="skip")
    after = datetime.now(tz=timezone.utc)
    created = moment(opened["created_at"])
    assert before <= created <= after
    assert opened["created_at"].endswith(("Z", "+00:00"))
    assert moment(opened["expires_at"]) == created + timedelta(seconds=LEVEL_SECONDS)
    assert {name: opened[name] for name in ("dag_id", "task_id", "map_index", "try_number", "ti_id")} == {
        "dag_id": SALES,
        "task_id": None,
        "map_index": -1,
        "try_number": None,
        "ti_id": None,
    }
    assert opened["status"] == "pending"
    assert opened["body"] == "All of them."
    assert opened["metadata"] == {"rows": 1200}
    assert (opened["on_deny"], opened["on_expiry"], opened["quorum"]) == ("skip", "fail", 1)
    assert opened["levels"] == [
        {"approvers": [MANAGER], "timeout_seconds": LEVEL_SECONDS},
        {"approvers": [DIRECTOR], "timeout_seconds": LEVEL_SECONDS},
    ]
    assert opened["requested_by"] == "editor"
    assert fab.read(opened["id"]) == opened
    (event,) = fab.events(opened)
    assert (event["type"], event["actor"]["kind"], event["actor"]["name"]) == ("opened", "person", "editor")


def test_a_decision_on_it_resumes_nothing(fab: Server) -> None:
    """It only records the answer."""
    approved = fab.approve(fab.open_by_hand()["id"])
    assert (approved["status"], approved["resumed_at"]) == ("approved", None)
    assert [event["type"] for event in fab.events(approved)] == ["opened", "voted", "approved"]


def test_it_can_be_about_a_task_instance(fab: Server) -> None:
    """Naming a task, and one of its mapped instances, only says what it is about."""
    run_id = fab.new_run()
    plain = fab.open_by_hand(run_id=run_id, task_id="gate_3")
    mapped = fab.open_by_hand(run_id=run_id, task_id="mapped", map_index=1)
    assert (plain["task_id"], plain["map_index"], plain["ti_id"]) == ("gate_3", -1, None)
    assert (mapped["task_id"], mapped["map_index"], mapped["ti_id"]) == ("mapped", 1, None)


def test_several_may_be_open_for_one_run(fab: Server) -> None:
    """Requests by hand do not supersede one another."""
    first = fab.open_by_hand()
    second = fab.open_by_hand(run_id=first["run_id"])
    assert first["id"] != second["id"]
    assert fab.read(first["id"])["status"] == "pending"


def test_the_deadline_may_be_a_time(fab: Server) -> None:
    """`expires_at`, in any time zone, is the deadline of the first level, and its span that of the next."""
    deadline = datetime.now(tz=timezone(timedelta(hours=5, minutes=30))) + timedelta(hours=2)
    opened = fab.open_by_hand(expires_at=deadline.isoformat(), expires_in=None)
    assert moment(opened["expires_at"]) == deadline
    assert opened["expires_at"].endswith(("Z", "+00:00"))
    assert [round(level["timeout_seconds"]) for level in opened["levels"]] == [7200, 7200]


def test_without_a_deadline_it_waits_for_ever(fab: Server) -> None:
    """One role alone may be asked without a time limit."""
    assert fab.open_by_hand(expires_in=None, escalate_role=None)["expires_at"] is None


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"run_id": "no such run"}, "no such run"),
        ({"dag_id": "nonesuch"}, "nonesuch"),
        ({"dag_id": PAYROLL}, "run"),
        ({"task_id": "nonesuch"}, "nonesuch"),
        ({"task_id": "gate_1", "map_index": 0}, "map index 0"),
        ({"task_id": "mapped"}, "map index -1"),
        ({"task_id": "mapped", "map_index": 2}, "map index 2"),
        ({"map_index": 1}, "map_index"),
        ({"dag_id": None}, "dag_id"),
        ({"run_id": None}, "run_id"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_in": None}, "expires_in"),
        ({"expires_in": 0}, "expires_in"),
        ({"expires_in": -5}, "expires_in"),
        ({"expires_in": 3650 * 86400 + 1}, "expires_in"),
        ({"expires_in": 1e-9}, "timeout"),
        ({"expires_in": "soon"}, "expires_in"),
        ({"expires_in": None, "expires_at": "2020-01-01T00:00:00Z"}, "not in the future"),
        ({"expires_in": None, "expires_at": "2999-01-01T00:00:00"}, "expires_at"),
        ({"expires_in": None, "expires_at": "9999-12-31T23:59:59Z"}, ""),
        ({"expires_in": None, "expires_at": "9999-12-31T23:59:59-23:59"}, ""),
        ({"expires_in": None, "expires_at": "0001-01-01T00:00:00+23:59"}, "calendar"),
        ({"expires_in": None, "expires_at": "tomorrow"}, "expires_at"),
        ({"approver_role": None}, "approver_role"),
        ({"approver_role": ""}, "approver_role"),
        ({"approver_role": "  "}, "approver"),
        ({"approver_role": []}, "approver_role"),
        ({"escalate_role": ""}, "escalate_role"),
        ({"escalate_role": "manager"}, "escalate_role"),
        ({"subject": None}, "subject"),
        ({"subject": ""}, "subject"),
        ({"subject": " \n "}, "subject"),
        ({"subject": "x" * 501}, "subject"),
        ({"body": "x" * 100_001}, "body"),
        ({"on_deny": "approve"}, "on_deny"),
        ({"on_expiry": "escalate"}, "on_expiry"),
        ({"metadata": ["not", "an", "object"]}, "metadata"),
        ({"metadata": {"much": "x" * 65_536}}, "metadata"),
        ({"quorum": 2}, "quorum"),
        ({"status": "approved"}, "status"),
        ({"ti_id": str(uuid4())}, "ti_id"),
        ({"requested_by": "somebody"}, "requested_by"),
        ({"levels": []}, "levels"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(fab: Server, wrong: dict[str, Any], named: str) -> None:
    """422 with the name of what is wrong, and nothing is opened."""
    run_id = fab.new_run()
    body = {**content(dag_id=SALES, run_id=run_id), **wrong}
    body = {name: value for name, value in body.items() if value is not None}
    response = fab.post("/approvals", by=fab.person("editor"), json=body)
    assert problem(response) == INVALID
    assert named in response.json()["detail"]
    assert fab.get("/approvals", by=fab.person("admin"), params={"run_id": run_id}).json() == {
        "approvals": [],
        "total_entries": 0,
        "more_than_total": False,
        "next_cursor": None,
    }


def test_the_dag_in_the_body_is_the_one_that_is_authorised(fab: Server) -> None:
    """An editor of one Dag opens nothing for another, which exists or not: the refusal is the same."""
    by = fab.person("sales-editor")
    mine = content(dag_id=SALES, run_id=fab.new_run(SALES))
    assert fab.post("/approvals", by=by, json=mine).status_code == 201
    for run_id in (fab.new_run(PAYROLL), "no such run"):
        response = fab.post("/approvals", by=by, json=content(dag_id=PAYROLL, run_id=run_id))
        assert problem(response) == (403, "not_allowed", "may_edit_dag")
    response = fab.post("/approvals", by=by, json=content(dag_id="nonesuch", run_id="x"))
    assert problem(response) == (403, "not_allowed", "may_edit_dag")


def test_the_path_and_query_do_not_authorise(fab: Server) -> None:
    """A permitted Dag in the query does not help a forbidden one in the body."""
    body = content(dag_id=PAYROLL, run_id=fab.new_run(PAYROLL))
    response = fab.post("/approvals?dag_id=sales", by=fab.person("sales-editor"), json=body)
    assert problem(response) == (403, "not_allowed", "may_edit_dag")
