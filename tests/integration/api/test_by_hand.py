"""Requests opened, changed, cancelled and removed by people."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.api.server import LEVEL_SECONDS, PAYROLL, SALES, Server, content, problem

pytestmark = pytest.mark.e2e

MANAGER = {"kind": "role", "name": "manager"}
DIRECTOR = {"kind": "role", "name": "director"}
CLOSED = (409, "already_closed", None)
INVALID = (422, "invalid", None)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _in(**span: float) -> str:
    return (datetime.now(tz=timezone.utc) + timedelta(**span)).isoformat()


def _edit(fab: Server, approval: dict[str, Any], by: str = "editor", **fields: Any) -> Any:
    return fab.call("PATCH", f"/approvals/{approval['id']}", by=fab.person(by), json=fields)


def _events(fab: Server, approval: dict[str, Any]) -> list[dict[str, Any]]:
    answer = fab.get(f"/approvals/{approval['id']}/events", by=fab.person("admin"))
    events = answer.json()["events"]
    assert answer.json()["total_entries"] == len(events)
    return list(events)


# Opening


def test_an_editor_opens_a_request_for_a_run(fab: Server) -> None:
    """The answer holds all that was asked; no task waits for it, and the editor is on record."""
    before = datetime.now(tz=timezone.utc)
    opened = fab.open_by_hand(body="All of them.", metadata={"rows": 1200}, on_deny="skip")
    after = datetime.now(tz=timezone.utc)
    created = _time(opened["created_at"])
    assert before <= created <= after
    assert opened["created_at"].endswith(("Z", "+00:00"))
    assert _time(opened["expires_at"]) == created + timedelta(seconds=LEVEL_SECONDS)
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
    (event,) = _events(fab, opened)
    assert (event["type"], event["actor"]["kind"], event["actor"]["name"]) == ("opened", "person", "editor")


def test_a_decision_on_it_resumes_nothing(fab: Server) -> None:
    """It only records the answer."""
    approved = fab.approve(fab.open_by_hand()["id"])
    assert (approved["status"], approved["resumed_at"]) == ("approved", None)
    assert [event["type"] for event in _events(fab, approved)] == ["opened", "voted", "approved"]


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
    assert _time(opened["expires_at"]) == deadline
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
        ({"expires_in": None, "expires_at": "2020-01-01T00:00:00Z"}, ""),
        ({"expires_in": None, "expires_at": "2999-01-01T00:00:00"}, "expires_at"),
        ({"expires_in": None, "expires_at": "9999-12-31T23:59:59Z"}, ""),
        ({"expires_in": None, "expires_at": "9999-12-31T23:59:59-23:59"}, ""),
        ({"expires_in": None, "expires_at": "0001-01-01T00:00:00+23:59"}, ""),
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


# Changing


def test_a_patch_changes_what_it_names(fab: Server) -> None:
    """Each value alone; the others stay; old and new are on record with the person."""
    approval = fab.open_by_hand(metadata={"rows": 1})
    deadline = _in(hours=5)
    changes: tuple[dict[str, Any], ...] = (
        {"subject": "Publish the February figures"},
        {"body": "All of them."},
        {"expires_at": deadline},
        {"metadata": {"rows": 2}},
        {"approvers": [[MANAGER, {"kind": "user", "name": "viewer"}], [DIRECTOR]]},
    )
    for version, change in enumerate(changes, start=2):
        before = fab.read(approval["id"])
        answer = _edit(fab, approval, **change)
        assert answer.status_code == 200, answer.text
        (name,) = change
        after = answer.json()
        assert after == fab.read(approval["id"])
        changed = {key for key in after if after[key] != before[key]}
        assert changed == {"version", "levels" if name == "approvers" else name}
        assert after["version"] == version
        event = _events(fab, approval)[-1]
        assert (event["type"], event["actor"]["name"]) == ("updated", "editor")
        assert event["detail"]["changed"].keys() == {name}
    assert _time(fab.read(approval["id"])["expires_at"]) == _time(deadline)
    assert fab.approve(approval["id"], by="viewer")["status"] == "approved"


def test_a_patch_that_changes_nothing_leaves_no_trace(fab: Server) -> None:
    """Empty or equal values: no event, no new version."""
    approval = fab.open_by_hand()
    for fields in ({}, {"subject": approval["subject"]}, {"expires_at": approval["expires_at"]}):
        assert _edit(fab, approval, **fields).json() == approval
    assert len(_events(fab, approval)) == 1


def test_a_null_deadline_takes_it_away(fab: Server) -> None:
    """Only in the last level: a level that escalates needs one."""
    single = fab.open_by_hand(escalate_role=None)
    assert _edit(fab, single, expires_at=None).json()["expires_at"] is None
    escalating = fab.open_by_hand()
    assert problem(_edit(fab, escalating, expires_at=None)) == INVALID
    assert fab.read(escalating["id"]) == escalating


def test_a_put_replaces_everything(fab: Server) -> None:
    """All editable values at once; one that is missing is refused."""
    approval = fab.open_by_hand(escalate_role=None, metadata={"rows": 1})
    everything = {
        "subject": "Publish the February figures",
        "body": "All of them.",
        "expires_at": None,
        "approvers": [[{"kind": "user", "name": "viewer"}]],
        "metadata": {},
    }
    path, by = f"/approvals/{approval['id']}", fab.person("editor")
    for name in everything:
        partial = {key: value for key, value in everything.items() if key != name}
        response = fab.call("PUT", path, by=by, json=partial)
        assert problem(response) == INVALID
        assert name in response.json()["detail"]
    assert fab.read(approval["id"]) == approval
    replaced = fab.call("PUT", path, by=by, json=everything).json()
    assert [level["approvers"] for level in replaced["levels"]] == everything["approvers"]
    assert {name: replaced[name] for name in everything if name != "approvers"} == {
        name: value for name, value in everything.items() if name != "approvers"
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"approvers": []},
        {"approvers": [[]]},
        {"approvers": [[], []]},
        {"approvers": [[MANAGER], []]},
        {"approvers": [[MANAGER]]},
        {"approvers": [[MANAGER], [DIRECTOR], [DIRECTOR]]},
        {"approvers": [[MANAGER, MANAGER], [DIRECTOR]]},
        {"approvers": [[{"kind": "role", "name": " "}], [DIRECTOR]]},
        {"approvers": [[{"kind": "role", "name": ""}], [DIRECTOR]]},
        {"approvers": [[{"kind": "anyone", "name": "x"}], [DIRECTOR]]},
        {"approvers": [[{"name": "x"}], [DIRECTOR]]},
        {"approvers": [["manager"], ["director"]]},
        {"approvers": [[{**MANAGER, "level": 1}], [DIRECTOR]]},
        {"subject": " "},
        {"subject": "x" * 501},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2999-01-01T00:00:00"},
        {"expires_at": "0001-01-01T00:00:00+23:59"},
        {"metadata": []},
        {"dag_id": PAYROLL},
        {"run_id": "another"},
        {"task_id": "gate_2"},
        {"id": str(uuid4())},
        {"status": "approved"},
        {"level": 1},
        {"quorum": 0},
        {"on_expiry": "approve"},
        {"on_deny": "skip"},
        {"actor_id": "1"},
        {"resumed_at": None},
        {"version": 7},
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(fab: Server, fields: dict[str, Any]) -> None:
    """Nobody is left who may answer, the request is moved, or its terms are weakened: 422, unchanged."""
    approval = fab.open_by_hand()
    assert problem(_edit(fab, approval, **fields)) == INVALID
    assert fab.read(approval["id"]) == approval


def test_an_editor_of_one_dag_does_not_reach_another(fab: Server) -> None:
    """Permission is asked for the Dag of the request, whatever else the person may edit."""
    approval = fab.open_by_hand(dag_id=PAYROLL)
    for by, expected in (
        ("sales-editor", (404, "not_found", None)),
        ("manager", (403, "not_allowed", "may_edit_dag")),
    ):
        assert problem(_edit(fab, approval, by, body="Mine.")) == expected
    mine = fab.open_by_hand(dag_id=SALES)
    assert _edit(fab, mine, "sales-editor", body="Mine.").status_code == 200


# Closing and removing


def _close(fab: Server, approval: dict[str, Any], how: str) -> str:
    """Close a request; gives who is on record for it."""
    path = f"/approvals/{approval['id']}"
    if how == "cancelled":
        assert fab.post(f"{path}/cancel", by=fab.person("editor"), json={"reason": "x"}).status_code == 200
        return "editor"
    if how == "expired":
        assert _edit(fab, approval, expires_at=_in(seconds=0.5)).status_code == 200
        fab.stack.wait_for(
            lambda: (
                fab.post("/maintenance/escalate", by=fab.person("admin")).is_success
                and fab.read(approval["id"])["status"] == "expired"
            ),
            30,
            "a request to expire",
        )
        return "system"
    verb = {"approved": "approve", "denied": "deny"}[how]
    assert fab.post(f"{path}/{verb}", by=fab.person("manager")).status_code == 200
    return "manager"


@pytest.mark.parametrize("how", ["approved", "denied", "expired", "cancelled"])
def test_a_closed_request_stays_as_it_is(fab: Server, how: str) -> None:
    """Every command answers 409 and says who closed it, how and when."""
    approval = fab.open_by_hand(escalate_role=None)
    closer = _close(fab, approval, how)
    closed = fab.read(approval["id"])
    assert (closed["status"], closed["actor_name"]) == (how, closer)
    path = f"/approvals/{approval['id']}"
    everything = {"subject": "x", "body": "", "expires_at": None, "approvers": [[MANAGER]], "metadata": {}}
    for method, target, by, body in (
        ("POST", f"{path}/approve", "manager", {}),
        ("POST", f"{path}/deny", "manager", {"comment": "Too late."}),
        ("POST", f"{path}/cancel", "editor", {"reason": "Too late."}),
        ("PATCH", path, "editor", {"body": "Too late."}),
        ("PUT", path, "editor", everything),
    ):
        response = fab.call(method, target, by=fab.person(by), json=body)
        assert problem(response) == CLOSED
        detail = response.json()["detail"]
        assert f"{how} by {closer}" in detail
        assert f"{_time(closed['resolved_at']):%Y-%m-%d %H:%M:%S} UTC" in detail
    assert fab.read(approval["id"]) == closed


def test_a_stranger_learns_nothing_from_a_closed_request(fab: Server) -> None:
    """Who may not decide is told so, not who decided."""
    approval = fab.closed()
    response = fab.post(f"/approvals/{approval['id']}/approve", by=fab.person("viewer"))
    assert problem(response) == (403, "not_allowed", "approver_of_reached_level")


def test_a_late_click_meets_the_expired_request(fab: Server) -> None:
    """The state at the click counts, even if no sweep ran; the expiry is kept."""
    approval = fab.open_by_hand(escalate_role=None, expires_in=0.2)
    fab.stack.wait_for(
        lambda: datetime.now(tz=timezone.utc) > _time(approval["expires_at"]), 30, "the deadline"
    )
    response = fab.post(f"/approvals/{approval['id']}/approve", by=fab.person("manager"))
    assert problem(response) == CLOSED
    assert "expired by system" in response.json()["detail"]
    assert fab.read(approval["id"])["status"] == "expired"
    assert [event["type"] for event in _events(fab, approval)] == ["opened", "expired"]


def test_after_escalation_both_levels_may_decide(fab: Server) -> None:
    """A click after the first deadline escalates first: the director may, and the manager still may."""
    for name in ("director", "manager"):
        approval = fab.open_by_hand()
        assert _edit(fab, approval, expires_at=_in(seconds=0.2)).status_code == 200
        fab.stack.wait_for(
            lambda late=approval["id"]: fab.get(
                "/approvals", by=fab.person("admin"), params={"overdue": True, "limit": 1000}
            ).text.count(late),
            30,
            "the deadline",
        )
        decided = fab.approve(approval["id"], by=name)
        assert (decided["status"], decided["level"], decided["actor_name"]) == ("approved", 1, name)
        assert decided["escalated_at"] is not None
        assert [event["type"] for event in _events(fab, approval)][-3:] == [
            "escalated",
            "voted",
            "approved",
        ]


def test_only_a_closed_request_can_be_deleted(fab: Server) -> None:
    """Open: 409. Closed: 204 without a body, and then it is as unknown as any other id."""
    approval = fab.open_by_hand()
    path, by = f"/approvals/{approval['id']}", fab.person("editor")
    response = fab.call("DELETE", path, by=by)
    assert problem(response) == (409, "still_open", None)
    assert "cancel" in response.json()["detail"]
    assert fab.read(approval["id"]) == approval
    fab.approve(approval["id"])
    deleted = fab.call("DELETE", path, by=by)
    assert (deleted.status_code, deleted.content) == (204, b"")
    unknown = fab.get(f"/approvals/{uuid4()}", by=by)
    for again in (
        fab.call("DELETE", path, by=by),
        fab.get(path, by=by),
        fab.get(f"{path}/events", by=by),
    ):
        assert (again.status_code, again.content) == (404, unknown.content)
    listed = fab.get("/approvals", by=by, params={"run_id": approval["run_id"]}).json()
    assert listed == {"approvals": [], "total_entries": 0}


def test_a_decision_that_its_task_still_waits_for_cannot_be_deleted(fab: Server) -> None:
    """Until the parked task was woken the record is needed."""
    task = fab.new_task()
    approval = fab.open(task)
    fab.park(task)
    fab.approve(approval["id"])
    response = fab.call("DELETE", f"/approvals/{approval['id']}", by=fab.person("editor"))
    assert problem(response) == (409, "not_delivered", None)
    fab.set_state(task, "success")
    assert fab.call("DELETE", f"/approvals/{approval['id']}", by=fab.person("editor")).status_code == 204


def test_cancelling_needs_and_records_a_reason(fab: Server) -> None:
    """Who called it off and why."""
    approval = fab.open_by_hand()
    path, by = f"/approvals/{approval['id']}/cancel", fab.person("editor")
    for body in (
        {},
        {"reason": ""},
        {"reason": None},
        {"reason": "x" * 1001},
        {"reason": "x", "status": "approved"},
    ):
        assert problem(fab.post(path, by=by, json=body)) == INVALID
    cancelled = fab.post(path, by=by, json={"reason": "The release was called off."}).json()
    assert (cancelled["status"], cancelled["actor_name"]) == ("cancelled", "editor")
    assert cancelled["comment"] == "The release was called off."
    assert _events(fab, approval)[-1]["detail"] == {"reason": "The release was called off."}


def test_a_comment_is_kept_with_the_decision(fab: Server) -> None:
    """In the answer, in the vote and in the events; a decision without one has none."""
    approval = fab.open_by_hand()
    path = f"/approvals/{approval['id']}/deny"
    denied = fab.post(
        path, by=fab.person("manager"), json={"comment": "Wrong month. \u2014 \U0001f4a5"}
    ).json()
    assert (denied["status"], denied["comment"]) == ("denied", "Wrong month. \u2014 \U0001f4a5")
    assert [vote["comment"] for vote in denied["votes"]] == [denied["comment"]]
    assert fab.approve(fab.open_by_hand()["id"])["comment"] is None
