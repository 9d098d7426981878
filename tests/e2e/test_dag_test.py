"""`airflow dags test` beside a running API server: the answer given there arrives here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import pytest
from airflow.sdk import TaskInstanceState

from airflow_approvals.domain.waiting import Way
from dev.stack import AirflowStack
from tests.e2e.conftest import ACCOUNTS, APPROVER_ROLES, Timings, empty_database, make_stack
from tests.e2e.runs import APPROVALS, LIMIT_SECONDS, Run, moment

pytestmark = pytest.mark.e2e

# In Airflow 3.2, `dag.test()` makes an API of its own before each piece of a task, which takes seconds.
ARRIVES_SECONDS = 2.0 if hasattr(TaskInstanceState, "AWAITING_INPUT") else 6.0
# What `dag.test()` says once a gate waits.
WAITS = {Way.TRIGGER: "running trigger in line", Way.AWAITING_INPUT: "Waiting for Human-in-the-loop input"}


@pytest.fixture(scope="module")
def own_database() -> Iterator[str | None]:
    """One of its own: where another scheduler runs, that would run these tasks too."""
    yield from empty_database()


@pytest.fixture(scope="module")
def api_server(
    tmp_path_factory: pytest.TempPathFactory, way: Way, own_database: str | None
) -> Iterator[AirflowStack]:
    """An Airflow of which nothing runs but the API server."""
    with make_stack(tmp_path_factory.mktemp("dag-test"), way, database_url=own_database) as stack:
        stack.migrate()
        stack.create_accounts(users=ACCOUNTS, roles=dict.fromkeys(APPROVER_ROLES, ()))
        stack.start(["api-server"])
        stack.wait_healthy()
        yield stack


@contextmanager
def dag_test(stack: AirflowStack, dag_id: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `airflow dags test` beside the API server; it is killed when it does not end by itself."""
    command = [sys.executable, "-m", "airflow", "dags", "test", dag_id]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=stack.env, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    ("dag_id", "command", "ends"), [("gate", "approve", "success"), ("gate_deny_skip", "deny", "skipped")]
)
def test_an_answer_over_rest_ends_the_gate_of_a_dag_test(
    api_server: AirflowStack, way: Way, timings: Timings, tmp_path: Path, dag_id: str, command: str, ends: str
) -> None:
    """Within two seconds, and the run goes on: no scheduler and no triggerer is needed."""
    log = tmp_path / "dags-test.log"
    with dag_test(api_server, dag_id, log) as process:

        def asked() -> Run | None:
            assert process.poll() is None, log.read_text()
            if WAITS[way] not in log.read_text():
                return None
            found = api_server.admin.get(APPROVALS, params={"dag_id": dag_id, "status": "pending"}).json()
            return Run(api_server, dag_id, found["approvals"][0]["run_id"]) if found["approvals"] else None

        run = api_server.wait_for(asked, LIMIT_SECONDS, f"the gate of {dag_id} to wait")
        assert run is not None
        clicked = datetime.now(timezone.utc)
        run.decide("manager", run.wait_request("pending"), command)
        process.wait(LIMIT_SECONDS)

    states = {task_id: run.task(task_id)["state"] for task_id in ("gate", "after")}
    assert states == {"gate": ends, "after": ends}, log.read_text()
    ended, went_on = moment(run.task()["end_date"]), moment(run.task("after")["start_date"])
    for what, at in (("the end of the gate", ended), ("the next task", went_on)):
        seconds = (at - clicked).total_seconds()
        timings[f"from the click to {what} in dag.test(), {way.value}"].append(seconds)
        assert seconds < ARRIVES_SECONDS, log.read_text()
