"""An answer counts at once, however little of Airflow has time for it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import pytest

from dev.stack import AirflowStack
from tests.e2e.conftest import SETTINGS, resumed_too_soon
from tests.e2e.runs import Run, killed_triggerer

pytestmark = pytest.mark.e2e

STALLED = timedelta(seconds=40)
ANSWERED = timedelta(seconds=11)
WORKERS = int(SETTINGS["AIRFLOW__CORE__PARALLELISM"])
DAGS = ("gate",) * 4 + ("ends_own_code",) * 4


def test_an_answer_needs_no_pool_no_worker_and_no_triggerer(stack: AirflowStack) -> None:
    """The pool is full, ``parallelism`` is reached, and all triggerers are down."""
    pool = {"name": "of_one", "slots": 1, "include_deferred": False}
    stack.admin.post("/api/v2/pools", json=pool).raise_for_status()
    for dag_id in ("ends_full_pool", "ends_sleeper"):
        stack.wait_dag(dag_id)
    run = Run.start(stack, "ends_full_pool")
    request = run.wait_request("pending")
    run.wait_parked()
    sleepers = Run.start(stack, "ends_sleeper")
    try:
        sleepers.wait(lambda: len(running(sleepers)) == WORKERS, "every worker to be busy")
        assert "sleep" in running(sleepers)  # which has the pool's only place
        with killed_triggerer(stack):
            answer = run.decide("manager", request, "approve")
            assert answer["resumed_at"] is not None
            assert run.task()["state"] == "success"
    finally:
        (stack.home / "ends").mkdir(exist_ok=True)
        (stack.home / "ends" / "wake_up").touch()
    assert run.wait_end() == "success"
    assert sleepers.wait_end() == "success"


def running(run: Run) -> set[str]:
    """The tasks of the run that workers run."""
    tasks = run.stack.task_instances(run.dag_id, run.run_id)
    return {task["task_id"] for task in tasks if task["state"] == "running"}


def test_a_stalled_scheduler_costs_no_gate(stack: AirflowStack) -> None:
    """Stopped as the gates park, for 40 seconds; answered meanwhile, then it goes on."""
    runs = [Run.start(stack, dag_id) for dag_id in DAGS]
    requests = [run.wait_request("pending") for run in runs]
    for run in runs:
        run.wait_parked()
    began = datetime.now(timezone.utc)
    with stopped(stack.pid("scheduler")):
        runs[0].wait(lambda: datetime.now(timezone.utc) > began + ANSWERED, "the time to answer")
        answers = [run.decide("manager", asked, "approve") for run, asked in zip(runs, requests, strict=True)]
        runs[0].wait(lambda: datetime.now(timezone.utc) > began + STALLED, "the stall to be long enough")
        ended = [answer["resumed_at"] is not None for answer in answers]
        assert ended == [dag_id == "gate" for dag_id in DAGS]
    for run, dag_id in zip(runs, DAGS, strict=True):
        assert run.wait_end() == "success"
        assert (run.task()["state"], run.task()["try_number"]) == ("success", 1)
        assert run.types(run.requests()[0])[-1] == ("ended" if dag_id == "gate" else "taken")
    assert resumed_too_soon(stack) == []


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Have a process stand still."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
