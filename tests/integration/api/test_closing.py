"""Deciding, cancelling, expiring and removing: what a closed request answers, and to whom."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.api.server import INVALID, LEVEL_SECONDS, MANAGER, Server, moment, problem

pytestmark = pytest.mark.e2e

CLOSED = (409, "already_closed", None)


def _wait_for_deadline(fab: Server, approval: dict[str, Any]) -> None:
    fab.stack.wait_for(
        lambda: datetime.now(tz=timezone.utc) > moment(approval["expires_at"]), 30, "the deadline to pass"
    )


def _close(fab: Server, approval: dict[str, Any], how: str) -> str:
    """Close a request; gives who is on record for it."""
    path = f"/approvals/{approval['id']}"
    if how == "cancelled":
        assert fab.post(f"{path}/cancel", by=fab.person("editor"), json={"reason": "x"}).status_code == 200
        return "editor"
    if how == "expired":
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
    approval = fab.open_by_hand(escalate_role=None, expires_in=0.2 if how == "expired" else LEVEL_SECONDS)
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
        told = "expired, because nobody answered in time," if how == "expired" else f"{how} by {closer}"
        assert f"{told} at {moment(closed['resolved_at']):%Y-%m-%d %H:%M:%S} UTC" in detail
    assert fab.read(approval["id"]) == closed


def test_who_may_only_look_is_told_that_it_is_closed(fab: Server) -> None:
    """They see in the request who decided; to whom it is invisible, it does not exist."""
    approval = fab.closed()
    answers = {
        name: fab.post(f"/approvals/{approval['id']}/approve", by=fab.person(name))
        for name in ("viewer", "outsider")
    }
    assert problem(answers["viewer"]) == CLOSED
    assert problem(answers["outsider"]) == (404, "not_found", None)
    assert fab.read(approval["id"]) == approval


def test_a_late_click_meets_the_expired_request(fab: Server) -> None:
    """The state at the click counts, even if no sweep ran; the expiry is kept."""
    approval = fab.open_by_hand(escalate_role=None, expires_in=0.2)
    _wait_for_deadline(fab, approval)
    response = fab.post(f"/approvals/{approval['id']}/approve", by=fab.person("manager"))
    assert problem(response) == CLOSED
    assert "expired, because nobody answered in time, at" in response.json()["detail"]
    assert fab.read(approval["id"])["status"] == "expired"
    assert [event["type"] for event in fab.events(approval)] == ["opened", "expired"]


@pytest.mark.parametrize("name", ["director", "manager"])
def test_after_escalation_both_levels_may_decide(fab: Server, name: str) -> None:
    """A click after the first deadline escalates first: the director may, and the manager still may."""
    approval = fab.open_by_hand(expires_in=0.2)
    _wait_for_deadline(fab, approval)
    decided = fab.approve(approval["id"], by=name)
    assert (decided["status"], decided["level"], decided["actor_name"]) == ("approved", 1, name)
    assert decided["escalated_at"] is not None
    assert [event["type"] for event in fab.events(approval)] == ["opened", "escalated", "voted", "approved"]


def test_only_a_closed_request_can_be_deleted(fab: Server) -> None:
    """Open: 409. Closed and kept long enough: 204 without a body; then it is as unknown as any other id."""
    approval = fab.open_by_hand()
    path, by = f"/approvals/{approval['id']}", fab.person("admin")
    response = fab.call("DELETE", path, by=by)
    assert problem(response) == (409, "still_open", None)
    assert "cancel" in response.json()["detail"]
    assert fab.read(approval["id"]) == approval
    fab.approve(approval["id"])
    response = fab.call("DELETE", path, by=by)
    assert problem(response) == (409, "kept", None)
    assert moment(response.json()["until"]) == moment(fab.read(approval["id"])["resolved_at"]) + timedelta(
        days=90
    )
    fab.let_retention_pass(approval["id"])
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
    assert listed == {"approvals": [], "total_entries": 0, "more_than_total": False, "next_cursor": None}


def test_a_decision_that_its_task_still_waits_for_cannot_be_deleted(fab: Server) -> None:
    """Until the parked task was woken the record is needed."""
    task = fab.new_task()
    approval = fab.open(task)
    fab.park(task)
    fab.approve(approval["id"])
    fab.let_retention_pass(approval["id"])
    response = fab.call("DELETE", f"/approvals/{approval['id']}", by=fab.person("admin"))
    assert problem(response) == (409, "not_delivered", None)
    fab.set_state(task, "success")
    assert fab.call("DELETE", f"/approvals/{approval['id']}", by=fab.person("admin")).status_code == 204


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
    assert (cancelled["reason"], cancelled["comment"]) == ("The release was called off.", None)
    event = fab.events(approval)[-1]
    assert (event["type"], event["reason"]) == ("cancelled", "The release was called off.")


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
