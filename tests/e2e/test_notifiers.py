"""Notifiers hear of the request, and nothing they do holds up the wait or loses an answer."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from dev.stack import AirflowStack
from tests.e2e.conftest import KILLED_DAG
from tests.e2e.runs import PARKED, Run

pytestmark = pytest.mark.e2e

Runs = dict[str, Run]


@pytest.fixture(scope="module")
def runs(stack: AirflowStack) -> Runs:
    """The runs whose clocks may tick while others are looked at."""
    return {dag_id: Run.start(stack, dag_id) for dag_id in ("notified_again", "notified_badly")}


def heard(run: Run) -> list[dict[str, Any]]:
    """What the recording notifier was given, call by call."""
    file = run.stack.home / "notified" / f"{run.run_id}.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def let_go(run: Run, try_number: int = 1) -> None:
    """Let the slow notifier of that try come back."""
    (run.stack.home / "notified" / f"{run.run_id}.try{try_number}.go").touch()


def test_notifiers_are_called_again_after_an_escalation(runs: Runs) -> None:
    """Once for those who were asked first, once for those who are asked after the deadline.

    The first test of the module, since the clock of this run is ticking.
    """
    run = runs["notified_again"]
    first, second = run.wait(lambda: found if len(found := heard(run)) > 1 else None, "two notifications")
    request = run.wait_request("escalated")
    run.decide("manager", request, "approve")

    assert run.wait_end() == "success"
    assert [call["approval"]["status"] for call in (first, second)] == ["pending", "escalated"]
    assert [call["approval"]["level"] for call in (first, second)] == [0, 1]
    assert first["approval"]["id"] == second["approval"]["id"] == request["id"]
    assert first["approval_url"] == f"{run.stack.base_url}/plugin/approvals?id={request['id']}"
    assert len(heard(run)) == 2
    assert run.types(request)[:4] == ["opened", "escalated", "voted", "approved"]
    assert run.types(request)[-1] in ("ended", "taken")  # taken: answered before it had parked again


def test_a_decision_made_before_the_task_parked_is_delivered(start: Callable[[str], Run]) -> None:
    """Approved while a slow notifier still keeps the worker: recorded at once, seen before it would park."""
    run = start("notified_slowly")
    request = run.wait_request("pending")
    assert run.wait_state("running", *PARKED)["state"] == "running"
    answer = run.decide("manager", request, "approve")
    assert (answer["status"], answer["resumed_at"]) == ("approved", None)
    let_go(run)

    assert run.wait_end() == "success"
    assert run.task()["try_number"] == 1
    assert run.xcom()["decided_by"] == "manager"
    assert run.types(request) == ["opened", "voted", "approved", "resumed", "taken"]
    assert len(run.started_at()) == 1
    assert "is still busy" not in run.log()


def test_broken_and_hanging_notifiers_neither_fail_nor_block_the_wait(runs: Runs) -> None:
    """They are logged and left behind; the others are heard; an answer is acted on as always."""
    run = runs["notified_badly"]
    request = run.wait_request("pending")
    run.wait_parked()
    run.decide("manager", request, "approve")

    assert run.wait_end() == "success"
    assert [call["approval"]["id"] for call in heard(run)] == [request["id"]]
    log = run.log()
    assert "Notifier Raising failed; the approval is waited for all the same" in log
    assert "Notifier Hanging is still busy after 20s; going on" in log


def test_a_try_killed_before_it_parked_asks_anew(start: Callable[[str], Run]) -> None:
    """The worker's process dies while the request is open: the next try replaces the request."""
    run = start(KILLED_DAG)
    old = run.wait_request("pending")
    task = run.wait_state("running")
    os.kill(task["pid"], signal.SIGKILL)
    new = run.wait_request("pending", try_number=2)
    let_go(run, try_number=2)

    assert run.wait_request("cancelled")["id"] == old["id"]
    assert new["id"] != old["id"]
    assert new["ti_id"] != old["ti_id"]
    assert run.types(old) == ["opened", "cancelled"]
    assert run.events(old)[1]["reason"] == "superseded"
    assert run.post("manager", old, "approve").status_code == httpx.codes.CONFLICT
    run.wait_parked()
    run.decide("manager", new, "approve")
    assert run.wait_end() == "success"
    assert run.xcom()["approval_id"] == new["id"]


def test_a_gate_marked_as_failed_before_it_parked_withdraws_its_request(start: Callable[[str], Run]) -> None:
    """The worker ends the task, which cancels its request on the way out."""
    run = start(KILLED_DAG)
    request = run.wait_request("pending")
    run.wait_state("running")
    run.mark("failed")

    request = run.wait_request("cancelled")
    assert run.events(request)[1]["reason"] in ("task_killed", "task_failed")
    assert run.types(request) == ["opened", "cancelled"]
    late = run.post("manager", request, "approve")
    assert late.status_code == httpx.codes.CONFLICT, late.text
    assert run.wait_end() == "failed"
