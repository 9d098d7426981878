"""What belongs to the end of a gate beside its state happens, whoever ends it: the server or a worker."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from dev.stack import AirflowStack
from tests.e2e.mailbox import FOLDER as MAIL_FOLDER
from tests.e2e.runs import APPROVALS, Run

pytestmark = pytest.mark.e2e

Runs = dict[str, Run]
DAGS = (
    "ends_run_timed_out",
    "ends_timed_out",
    "ends_on_success",
    "ends_on_failure",
    "ends_post_execute",
    "ends_outlets",
    "ends_own_code",
    "ends_mail",
    "ends_mapped_over",
    "ends_fail_fast",
    "ends_skipped",
    "ends_by_rules",
    "ends_in_groups",
    "ends_timed",
)
LONGER = timedelta(seconds=7)


@pytest.fixture(scope="module")
def runs(stack: AirflowStack) -> Runs:
    """One run for each test of this module, all under way at the same time."""
    for dag_id in DAGS:
        stack.wait_dag(dag_id)
    return {dag_id: Run.start(stack, dag_id) for dag_id in DAGS}


def answer(run: Run, command: str) -> dict[str, Any]:
    """Have the gate parked, and give it this answer; gives its request."""
    request = run.wait_request("pending")
    run.wait_parked()
    run.decide("manager", request, command)
    return request


def kept(run: Run, what: str) -> dict[str, Any]:
    """What some code of the Dag's author wrote down."""
    file = run.stack.home / "ends" / f"{run.run_id}.{what}.json"
    run.wait(file.exists, f"{what} to have run")
    return dict(json.loads(file.read_text()))


def states(run: Run) -> dict[tuple[str, int], str]:
    """How each task of the run ended."""
    tasks = run.stack.task_instances(run.dag_id, run.run_id)
    return {(task["task_id"], task["map_index"]): task["state"] for task in tasks}


def test_a_callback_for_success_runs_on_a_worker(runs: Runs) -> None:
    """Nobody else runs it, so the gate is woken with the answer."""
    run = runs["ends_on_success"]
    request = answer(run, "approve")
    assert request["ends"] == "worker"
    assert run.wait_end() == "success"
    assert kept(run, "success")["task_id"] == "gate"
    assert run.types(request) == ["opened", "voted", "approved", "resumed", "taken"]
    assert "a worker goes on here, for on_success_callback" in run.log()


def test_a_callback_for_failure_runs_in_the_dag_processor(runs: Runs) -> None:
    """As when a trigger ends a task; the gate has failed by then."""
    run = runs["ends_on_failure"]
    request = answer(run, "deny")
    assert request["ends"] == "server"
    assert run.task()["state"] == "failed"
    assert kept(run, "failure")["task_id"] == "gate"
    assert run.types(request) == ["opened", "voted", "denied", "ended"]


def test_what_runs_after_execute_runs_on_a_worker(runs: Runs) -> None:
    """It gets what the gate returns."""
    run = runs["ends_post_execute"]
    answer(run, "approve")
    assert run.wait_end() == "success"
    assert kept(run, "post_execute")["result"] == run.xcom()


def test_an_author_s_own_end_runs_on_a_worker(runs: Runs) -> None:
    """A subclass that returns more than the decision."""
    run = runs["ends_own_code"]
    request = answer(run, "approve")
    assert request["ends"] == "worker"
    assert run.wait_end() == "success"
    assert (run.xcom()["own"], run.xcom()["decided_by"]) == (True, "manager")
    assert run.types(request) == ["opened", "voted", "approved", "resumed", "taken"]


def test_outlets_are_brought_up_to_date(stack: AirflowStack, runs: Runs) -> None:
    """The event names the gate as its source, and what is scheduled by it runs."""
    run = runs["ends_outlets"]
    request = answer(run, "approve")
    assert request["ends"] == "server"
    assert run.wait_end() == "success"
    query = {"source_dag_id": run.dag_id, "source_run_id": run.run_id}
    (event,) = stack.admin.get("/api/v2/assets/events", params=query).json()["asset_events"]
    assert (event["name"], event["source_task_id"]) == ("released", "gate")
    (started,) = run.wait(lambda: event_runs(stack, query), "the Dag after it to start")
    assert started["dag_id"] == "after_released"


def event_runs(stack: AirflowStack, query: dict[str, str]) -> list[dict[str, Any]]:
    """Dag runs that the event has started."""
    (event,) = stack.admin.get("/api/v2/assets/events", params=query).json()["asset_events"]
    return list(event["created_dagruns"])


def test_a_failure_is_told_by_e_mail(runs: Runs) -> None:
    """To whom the Dag names, with who denied it."""
    run = runs["ends_mail"]
    answer(run, "deny")
    assert run.wait_end() == "failed"
    file = run.stack.home / MAIL_FOLDER / "ops@example.com"
    run.wait(file.exists, "the e-mail")
    assert "ends_mail: denied by manager" in file.read_text()


def test_what_is_mapped_over_the_decision_is_expanded(runs: Runs) -> None:
    """A task for each part of it."""
    run = runs["ends_mapped_over"]
    request = answer(run, "approve")
    assert request["ends"] == "server"
    assert run.wait_end() == "success"
    assert {key for key, state in states(run).items() if state == "success"} == {
        ("gate", -1),
        *(("use", index) for index in range(len(run.xcom()))),
    }


def test_a_dag_that_fails_fast_does(runs: Runs) -> None:
    """The other gate is skipped, and nobody is asked any more."""
    run = runs["ends_fail_fast"]
    run.wait_state("awaiting_input", "deferred", task_id="other")
    run.wait_parked()
    (request,) = (request for request in run.requests() if request["task_id"] == "gate")
    run.decide("manager", request, "deny")
    assert run.wait_end() == "failed"
    assert states(run) == {("gate", -1): "failed", ("other", -1): "skipped"}
    ends = {"denied", "cancelled"}
    run.wait(lambda: {request["status"] for request in run.requests()} == ends, "the other one to be closed")


def test_skipping_skips_whatever_the_rules_downstream_say(runs: Runs) -> None:
    """Nothing runs but the teardown, not even what runs when all is done; nor once it is cleared."""
    run = runs["ends_skipped"]
    answer(run, "deny")
    assert run.wait_end() == "success"
    ran = {task_id for (task_id, _), state in states(run).items() if state != "skipped"}
    assert ran == {"clean"}
    clear = {"dry_run": False, "task_ids": ["none_failed"], "dag_run_id": run.run_id, "only_failed": False}
    author = run.stack.client("author")
    author.post(f"/api/v2/dags/{run.dag_id}/clearTaskInstances", json=clear).raise_for_status()
    assert run.wait_end() == "success"
    assert run.task("none_failed")["state"] == "skipped"


def test_skipping_leaves_it_to_the_rules_when_asked_to(runs: Runs) -> None:
    """As it was before."""
    run = runs["ends_by_rules"]
    answer(run, "deny")
    assert run.wait_end() == "success"
    ran = {task_id for (task_id, _), state in states(run).items() if state == "success"}
    assert {"none_failed", "all_done", "all_skipped"} <= ran
    assert run.task("all_success")["state"] == "skipped"


def test_one_of_a_mapped_group_skips_its_own_branch(runs: Runs) -> None:
    """The others go on when they are approved."""
    run = runs["ends_in_groups"]
    for index, command in ((0, "deny"), (1, "approve")):
        request = run.wait(lambda index=index: mine(run, index), f"the request of {index}")  # type: ignore[misc]
        run.wait_state("awaiting_input", "deferred", task_id="release.gate", map_index=index)
        run.decide("manager", request, command)
    assert run.wait_end() == "success"
    found = states(run)
    assert [found["release.gate", 0], found["release.ship", 0], found["release.tell", 0]] == ["skipped"] * 3
    assert [found["release.gate", 1], found["release.ship", 1], found["release.tell", 1]] == ["success"] * 3


def mine(run: Run, map_index: int) -> dict[str, Any] | None:
    """The request of one of the mapped gates."""
    return next((each for each in run.requests() if each["map_index"] == map_index), None)


def test_the_time_a_task_may_run_does_not_end_its_wait(runs: Runs) -> None:
    """``execution_timeout`` is over long ago, and the answer still counts."""
    run = runs["ends_timed"]
    request = run.wait_request("pending")
    parked = run.wait_parked()
    run.wait(
        lambda: (datetime.now(timezone.utc) - parked).total_seconds() > 7, "longer than the task may run"
    )
    run.decide("manager", request, "approve")
    assert run.wait_end() == "success"


def test_a_task_whose_time_is_over_while_it_tells_people_leaves_no_open_request(runs: Runs) -> None:
    """A notifier hangs for longer than the task may run."""
    run = runs["ends_timed_out"]
    assert run.wait_end() == "failed"
    (request,) = run.requests()
    assert request["status"] == "cancelled"
    assert run.events(request)[-1]["reason"] == "task_killed"


def test_a_run_whose_time_is_over_withdraws_its_request(runs: Runs) -> None:
    """``dagrun_timeout`` ends the wait; whoever looks sees that at once, without maintenance."""
    run = runs["ends_run_timed_out"]
    assert run.wait_end() == "failed"
    pending = {"run_id": run.run_id, "dag_id": run.dag_id, "status": "pending"}
    assert run.stack.admin.get(APPROVALS, params=pending).json()["total_entries"] == 0
    request = run.wait_request("cancelled")
    assert run.events(request)[-1]["reason"] == "task_skipped"
