"""What each way of answering, or of not answering, does to the task and to what comes after it."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from dev.stack import AirflowStack
from tests.e2e.runs import APPROVALS, Run, moment

pytestmark = pytest.mark.e2e

Runs = dict[str, Run]


@pytest.fixture(scope="module")
def runs(stack: AirflowStack) -> Runs:
    """One run for each test of this module, all under way at the same time."""
    variants = (
        "gate_escalates",
        "gate_mapped",
        "gate_expiry_fail",
        "gate_expiry_skip",
        "gate_expiry_approve",
        "gate_expiry_deny",
        "gate_deny_skip",
    )
    started = {dag_id: Run.start(stack, dag_id) for dag_id in variants}
    return started | {purpose: Run.start(stack, "gate") for purpose in ("deny", "cancel")}


def test_a_director_approves_an_escalated_gate_that_the_manager_still_could(runs: Runs) -> None:
    """The deadline adds approvers and takes none away; the answer needs no worker.

    The first test of the module, since the clock of this run is ticking.
    """
    run = runs["gate_escalates"]
    before = run.wait_request("pending")
    asked = run.wait_request("escalated")
    late = moment(asked["escalated_at"]) - moment(before["expires_at"])
    assert timedelta(0) <= late < timedelta(seconds=20)
    assert moment(asked["expires_at"]) == moment(asked["escalated_at"]) + timedelta(seconds=10)
    mine = {"run_id": run.run_id, "assigned_to_me": True}
    for user in ("manager", "director"):
        found = run.stack.client(user).get(APPROVALS, params=mine).json()
        assert [approval["id"] for approval in found["approvals"]] == [asked["id"]], user
    run.decide("director", asked, "approve")

    assert run.wait_end() == "success"
    assert run.types(asked) == ["opened", "escalated", "voted", "approved", "ended"]
    assert run.xcom()["escalated"] is True
    assert run.xcom()["decided_by"] == "director"
    # To ask; and where Airflow's scheduler looks at deadlines, to hear of the escalation.
    assert len(run.started_at()) == (1 if asked["way"] == "trigger" else 2)


def test_a_denial_fails_the_task_at_once_though_it_has_retries(runs: Runs) -> None:
    """Somebody said no: trying again would only ask the same people again."""
    run = runs["deny"]
    asked = run.wait_request("pending")
    run.wait_parked()
    answer = run.decide("manager", asked, "deny", comment="not on a Friday")

    assert answer["resumed_at"] is not None
    assert run.wait_end() == "failed"
    task = run.task()
    assert (task["state"], task["try_number"], task["max_tries"]) == ("failed", 1, 2)
    assert run.task("after")["state"] == "upstream_failed"
    assert run.types(asked) == ["opened", "voted", "denied", "ended"]
    assert len(run.started_at()) == 1
    assert "The answer itself ends this task" in run.log()


def test_a_denial_skips_the_task_and_what_follows_when_asked_to(runs: Runs) -> None:
    """``on_deny="skip"``: the run goes on without this branch."""
    run = runs["gate_deny_skip"]
    asked = run.wait_request("pending")
    run.wait_parked()
    run.decide("manager", asked, "deny")

    assert run.wait_end() == "success"
    assert run.task()["state"] == "skipped"
    assert run.task("after")["state"] == "skipped"
    assert run.types(asked) == ["opened", "voted", "denied", "ended"]


def test_a_person_who_may_edit_the_dag_calls_the_gate_off(runs: Runs) -> None:
    """A cancelled request fails the task, whatever ``on_deny`` and ``on_expiry`` say, without a retry."""
    run = runs["cancel"]
    asked = run.wait_request("pending")
    run.wait_parked()
    refused = run.post("manager", asked, "cancel", reason="I do not like it")
    assert refused.status_code == httpx.codes.FORBIDDEN, refused.text
    answer = run.decide("author", asked, "cancel", reason="the release was called off")

    assert (answer["status"], answer["actor_name"]) == ("cancelled", "author")
    assert (answer["reason"], answer["comment"]) == ("the release was called off", None)
    assert run.wait_end() == "failed"
    assert (run.task()["state"], run.task()["try_number"]) == ("failed", 1)
    assert run.types(asked) == ["opened", "cancelled", "ended"]


@pytest.mark.parametrize(
    ("on_expiry", "status", "state", "after"),
    [
        ("fail", "expired", "failed", "upstream_failed"),
        ("skip", "expired", "skipped", "skipped"),
        ("approve", "approved", "success", "success"),
        ("deny", "denied", "failed", "upstream_failed"),
    ],
)
def test_silence_does_what_the_dag_says(
    runs: Runs, on_expiry: str, status: str, state: str, after: str
) -> None:
    """Each ``on_expiry``; the record says that it was silence, and whose deed that is: the system's."""
    run = runs[f"gate_expiry_{on_expiry}"]
    run.wait_end()

    task = run.task()
    assert (task["state"], task["try_number"]) == (state, 1)
    assert run.task("after")["state"] == after
    (request,) = run.requests()
    assert (request["status"], request["actor_kind"]) == (status, "system")
    by_worker = request["way"] == "awaiting_input"  # the scheduler wakes it at its deadline
    assert run.types(request) == ["opened", "expired", *(["resumed", "taken"] if by_worker else ["ended"])]
    assert run.events(request)[1]["on_expiry"] == on_expiry
    assert ("nobody decided in time" in run.log().lower()) == by_worker
    if on_expiry == "approve":
        assert run.xcom()["decided_by"] == "system"


def test_mapped_gates_are_decided_one_by_one(runs: Runs) -> None:
    """Three instances of one task: approved, denied, and left to expire."""
    run = runs["gate_mapped"]
    requests = [run.wait_request("pending", "expired", map_index=index) for index in range(3)]
    assert [r["subject"] for r in requests] == ["approve me", "deny me", "let me expire"]
    run.decide("manager", requests[0], "approve", comment="the first")
    run.decide("manager", requests[1], "deny")

    assert run.wait_end() == "failed"
    assert [run.task(map_index=index)["state"] for index in range(3)] == ["success", "skipped", "failed"]
    ends = {request["map_index"]: request["status"] for request in run.requests()}
    assert ends == {0: "approved", 1: "denied", 2: "expired"}
    for request in requests:
        assert run.types(request)[-1] in ("ended", "taken")
        assert len(run.types(request)) == len(set(run.types(request)))
