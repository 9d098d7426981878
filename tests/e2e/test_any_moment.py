"""Answers at any moment, from the opening of the request on: none is lost, and no task fails of it."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest

from dev.stack import AirflowStack
from tests.e2e.conftest import Timings, resumed_too_soon
from tests.e2e.runs import APPROVALS, PARKED, Run, moment

pytestmark = pytest.mark.e2e

GATES = int(os.environ.get("AIRFLOW_APPROVALS_TEST_GATES", "60"))
"""How many, for each way of waiting; two hundred take some minutes."""
DAGS = ("gate", "gate", "notified_shortly", "ends_own_code")
LIMIT_SECONDS = 900.0
SOON = timedelta(seconds=3)


@dataclass(eq=False)
class Moment:
    """One gate, and when it is to be approved.

    :param parked: count from parking; else from the opening of the request.
    """

    run: Run
    parked: bool
    delay: timedelta
    opened_at: datetime | None = None
    parked_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is time."""
        since = self.parked_at if self.parked else self.opened_at
        return since is not None and now >= since + self.delay


def moments(stack: AirflowStack) -> list[Moment]:
    """Start the runs; half of the answers come around parking, half up to 12 s after it."""
    drawn = random.Random(8)  # noqa: S311  (the same every time)
    return [
        Moment(
            Run.start(stack, DAGS[number % len(DAGS)]),
            parked=number % 2 == 1,
            delay=timedelta(seconds=drawn.uniform(0, 12) if number % 2 else drawn.uniform(0, 3)),
        )
        for number in range(GATES)
    ]


def test_no_moment_is_too_early_for_an_answer(stack: AirflowStack, timings: Timings) -> None:
    """Every gate succeeds on its first try; one that the server ends, soon after answer and parking."""
    for dag_id in set(DAGS):
        stack.wait_dag(dag_id)
    every = moments(stack)
    open_ = {each.run.run_id: each for each in every}

    def all_answered() -> bool:
        for run_id, opened_at in _pending(stack):
            if run_id in open_:
                open_[run_id].opened_at = opened_at
        now = datetime.now(timezone.utc)
        for run_id in _parked(stack):
            if run_id in open_ and open_[run_id].parked_at is None:
                open_[run_id].parked_at = now
        for each in [each for each in open_.values() if each.is_due(now)]:
            del open_[each.run.run_id]
            (request,) = each.run.requests()
            each.run.decide("manager", request, "approve")
        return not open_

    stack.wait_for(all_answered, LIMIT_SECONDS, "all gates to be answered")
    for each in every:
        run = each.run
        assert run.wait_end() == "success"
        task, (request,) = run.task(), run.requests()
        assert (task["state"], task["try_number"]) == ("success", 1)
        assert run.types(request)[:3] == ["opened", "voted", "approved"]
        if run.types(request)[-1] == "ended":
            answered = moment(request["resolved_at"])
            since = max(answered, *run.told("deferred"), *run.told("awaiting_input"))
            took = moment(task["end_date"]) - since
            assert took < SOON, run.story()
            timings[f"{request['way']}: from answer and parking to the end"].append(took.total_seconds())
    assert resumed_too_soon(stack) == []


def _pending(stack: AirflowStack) -> Iterator[tuple[str, datetime]]:
    query = {"status": "pending", "dag_id": list(set(DAGS)), "limit": 1000}
    response = stack.client("author").get(APPROVALS, params=query)
    response.raise_for_status()
    for found in response.json()["approvals"]:
        yield found["run_id"], moment(found["created_at"])


def _parked(stack: AirflowStack) -> Iterator[str]:
    query = {"state": list(PARKED), "limit": 1000}
    response = stack.client("author").get("/api/v2/dags/~/dagRuns/~/taskInstances", params=query)
    response.raise_for_status()
    yield from (task["dag_run_id"] for task in response.json()["task_instances"])
