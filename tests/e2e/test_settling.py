"""Decisions soon after the task has parked: resumed at once, it would be failed by Airflow's scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest

from dev.stack import AirflowStack
from tests.e2e.conftest import Timings, resumed_too_soon
from tests.e2e.runs import SETTLE, Run, moment

pytestmark = pytest.mark.e2e

ROUNDS = 20
LONGEST_DELAY = timedelta(seconds=3)
PUSHED = 5


@dataclass
class Round:
    """One gate that is approved so and so long after it has parked."""

    run: Run
    delay: timedelta

    def is_due(self, parked_at: datetime) -> bool:
        """Tell whether it is time to approve."""
        return datetime.now(timezone.utc) >= parked_at + self.delay


@pytest.fixture(scope="module")
def settled(stack: AirflowStack) -> list[Run]:
    """Gates that wait for a decision which is pushed."""
    return [Run.start(stack, "gate") for _ in range(PUSHED)]


@pytest.mark.usefixtures("settled")
def test_no_decision_soon_after_parking_is_lost_and_no_task_fails(
    stack: AirflowStack, timings: Timings
) -> None:
    """Twenty tasks, approved from 0 to 3 s after each of them has given its worker back."""
    delays = [LONGEST_DELAY * i / (ROUNDS - 1) for i in range(ROUNDS)]
    rounds = [Round(Run.start(stack, "gate"), delay) for delay in delays]
    _approve_in_time(stack, rounds, timings)
    for run in (each.run for each in rounds):
        assert run.wait_end() == "success"
        assert run.task()["try_number"] == 1
        assert run.xcom()["decided_by"] == "manager"
        (request,) = run.requests()
        assert run.types(request) == ["opened", "voted", "approved", "resumed"]
        woken = run.started_at()[1] - moment(request["resolved_at"])
        timings["from an early click to the task running"].append(woken.total_seconds())
    assert resumed_too_soon(stack) == []


def _approve_in_time(stack: AirflowStack, rounds: list[Round], timings: Timings) -> None:
    undecided = {each.run.run_id: each for each in rounds}

    def all_decided() -> bool:
        for run_id, parked_at in _parked(stack):
            if run_id in undecided and undecided[run_id].is_due(parked_at):
                run = undecided.pop(run_id).run
                (request,) = run.requests()
                answer = run.decide("manager", request, "approve")
                delay = moment(answer["resolved_at"]) - parked_at
                assert (answer["resumed_at"] is None) == (delay < SETTLE)
                timings["from parking to an early click"].append(delay.total_seconds())
        return not undecided

    stack.wait_for(all_decided, 120, "all gates to be parked and decided")


def _parked(stack: AirflowStack) -> Iterator[tuple[str, datetime]]:
    """All gates that have given their worker back, and when."""
    query = {"state": "deferred", "limit": 100}
    response = stack.admin.get("/api/v2/dags/gate/dagRuns/~/taskInstances", params=query)
    response.raise_for_status()
    for task in response.json()["task_instances"]:
        if task["trigger"]:
            yield task["dag_run_id"], moment(task["trigger"]["created_date"])


def test_a_pushed_decision_wakes_the_task_at_once(settled: list[Run], timings: Timings) -> None:
    """Later than the settle time, the click itself resumes the task: measured until a worker runs it."""
    for run in settled:
        request = run.wait_request("pending")
        run.wait_settled()
        clicked = datetime.now(timezone.utc)
        answer = run.decide("manager", request, "approve")
        assert answer["resumed_at"] is not None
        assert run.wait_end() == "success"
        assert run.task()["try_number"] == 1
        seconds = (run.started_at()[1] - clicked).total_seconds()
        timings["from the click to the task running, pushed"].append(seconds)
        assert seconds < 10
