"""Parts of Airflow go away while gates wait, and come back: nothing is lost and no task fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from dev.stack import AirflowStack
from tests.e2e.runs import PARKED, Run, killed_triggerer, moment

pytestmark = pytest.mark.e2e

Runs = dict[str, Run]


@pytest.fixture(scope="module")
def runs(stack: AirflowStack) -> Runs:
    """Gates that wait while things happen."""
    return {purpose: Run.start(stack, "gate") for purpose in ("api-server", "triggerer")}


def test_a_gate_outlives_a_restart_of_the_api_server(stack: AirflowStack, runs: Runs) -> None:
    """The watcher says once that it cannot ask; the gate is approved as if nothing had been."""
    run = runs["api-server"]
    request = run.wait_request("pending")
    run.wait_parked()
    heard = len(stack.log_file("triggerer").read_text())

    def complaints() -> int:
        news = stack.log_file("triggerer").read_text()[heard:]
        return news.count("Waiting approvals could not be looked up; trying again until it works")

    stack.stop_component("api-server")
    if request["way"] == "trigger":
        run.wait(complaints, "the watcher to notice")
    stack.start_component("api-server")
    stack.wait_healthy()
    assert run.task()["state"] in PARKED
    answer = run.decide("manager", request, "approve")
    assert answer["resumed_at"] is not None
    assert run.wait_end() == "success"
    assert run.types(request) == ["opened", "voted", "approved", "ended"]
    assert complaints() == (request["way"] == "trigger")


def test_a_decision_ends_the_task_while_no_triggerer_lives(stack: AirflowStack, runs: Runs) -> None:
    """The API server is enough."""
    run = runs["triggerer"]
    request = run.wait_request("pending")
    run.wait_parked()
    with killed_triggerer(stack):
        answer = run.decide("manager", request, "approve")
        assert answer["resumed_at"] is not None
        assert run.wait_end() == "success"
    assert run.types(request) == ["opened", "voted", "approved", "ended"]


def test_a_deadline_that_passes_without_a_triggerer_is_handled_by_the_next_one(
    stack: AirflowStack, start: Callable[[str], Run]
) -> None:
    """Late, but it escalates, and a director can answer. Without triggers it is not even late."""
    run = start("gate_escalates")
    request = run.wait_request("pending")
    run.wait_parked()
    with killed_triggerer(stack):
        deadline = moment(request["expires_at"])
        run.wait(lambda: datetime.now(timezone.utc) > deadline + timedelta(seconds=1), "the deadline to pass")
        late = run.wait_request("pending", "escalated")
        assert late["status"] == "pending" or late["way"] == "awaiting_input"

    request = run.wait_request("escalated")
    run.decide("director", request, "approve")
    assert run.wait_end() == "success"
    assert run.types(request) == ["opened", "escalated", "voted", "approved", "ended"]
