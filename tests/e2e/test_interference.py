"""People clear, mark and delete what is waiting: the request is cancelled, and never approved by that."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dev.stack import AirflowStack
from tests.e2e.runs import Run

pytestmark = pytest.mark.e2e

Runs = dict[str, Run]


@pytest.fixture(scope="module")
def runs(stack: AirflowStack) -> Runs:
    """One run for each test of this module, all under way at the same time."""
    return {purpose: Run.start(stack, "gate") for purpose in ("clear", "failed", "success", "deleted")}


def reasons(run: Run, request: dict[str, Any]) -> list[str]:
    """Why the request was cancelled."""
    return [e["reason"] for e in run.events(request) if e["type"] == "cancelled"]


def wait_withdrawn(run: Run) -> dict[str, Any]:
    """Wait until the triggerer has had the request cancelled; before Airflow 3.3 only maintenance does."""
    from airflow.triggers.base import BaseTrigger

    if not hasattr(BaseTrigger, "on_kill"):
        run.stack.admin.post("/approvals/v1/maintenance/escalate", json={}).raise_for_status()
    return run.wait_request("cancelled")


def test_a_cleared_gate_asks_anew(runs: Runs) -> None:
    """The old request is cancelled as superseded, without waiting for maintenance; the new one decides."""
    run = runs["clear"]
    old = run.wait_request("pending")
    run.wait_parked()  # Airflow itself cannot cope with one that is cleared sooner
    clear = {"dry_run": False, "task_ids": ["gate"], "dag_run_id": run.run_id, "only_failed": False}
    author = run.stack.client("author")
    author.post(f"/api/v2/dags/{run.dag_id}/clearTaskInstances", json=clear).raise_for_status()
    late = run.post("manager", old, "approve")
    assert late.status_code == httpx.codes.CONFLICT, late.text

    new = run.wait_request("pending", try_number=2)
    assert new["id"] != old["id"]
    assert run.wait_request("cancelled")["id"] == old["id"]
    assert reasons(run, old) == ["superseded"]
    run.wait_parked()
    run.decide("manager", new, "approve")
    assert run.wait_end() == "success"
    assert run.xcom()["approval_id"] == new["id"]
    assert run.types(old) == ["opened", "cancelled"]


def test_a_gate_marked_as_failed_withdraws_its_request(runs: Runs) -> None:
    """The triggerer notices the kill and has the request cancelled, long before any maintenance."""
    run = runs["failed"]
    request = run.wait_request("pending")
    run.wait_parked()
    run.mark("failed")

    request = wait_withdrawn(run)
    assert reasons(run, request) == ["task_failed"]
    assert request["actor_name"] == "system"
    late = run.post("manager", request, "approve")
    assert late.status_code == httpx.codes.CONFLICT, late.text
    assert run.wait_end() == "failed"
    assert run.types(request) == ["opened", "cancelled"]


def test_a_gate_marked_as_successful_was_not_approved(runs: Runs) -> None:
    """The run goes on since a person said so to Airflow, and the record does not claim an approval."""
    run = runs["success"]
    request = run.wait_request("pending")
    run.wait_parked()
    run.mark("success")
    late = run.post("manager", request, "approve")
    assert late.status_code == httpx.codes.CONFLICT, late.text

    assert run.wait_end() == "success"
    request = run.wait_request("cancelled")
    assert reasons(run, request) == ["task_success"]
    assert run.types(request) == ["opened", "cancelled"]


def test_the_request_of_a_deleted_run_is_cancelled(runs: Runs) -> None:
    """The triggerer notices that, too."""
    run = runs["deleted"]
    request = run.wait_request("pending")
    run.wait_parked()
    run.delete()

    request = wait_withdrawn(run)
    assert reasons(run, request) == ["run_deleted"]
    late = run.post("manager", request, "approve")
    assert late.status_code == httpx.codes.CONFLICT, late.text
    assert run.types(request) == ["opened", "cancelled"]
