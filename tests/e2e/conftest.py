"""A real Airflow for the whole test run, with people, Dags and their logs."""

from __future__ import annotations

import os
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from airflow_approvals.domain.waiting import Way
from dev.stack import Account, AirflowStack, StackError
from tests.databases import POSTGRES_URL, PostgresDatabases
from tests.e2e.runs import Run
from tests.integration.waiting.ways import WAYS

HERE = Path(__file__).parent
DAG_FOLDERS = (HERE / "dags", HERE.parent.parent / "dags")

SETTINGS = {
    "AIRFLOW__CORE__PARALLELISM": "8",
    "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "3",  # between looks at deadlines; 15 s unless told
    "AIRFLOW__APPROVALS__POLL_INTERVAL_SECONDS": "2",
    "AIRFLOW__APPROVALS__NOTIFY_TIMEOUT_SECONDS": "20",
    "AIRFLOW__EMAIL__EMAIL_BACKEND": "tests.e2e.mailbox.keep",
    "PYTHONPATH": str(HERE.parent.parent),
    # Once at the start: where a test wants another round, it asks for it.
    "AIRFLOW__APPROVALS__MAINTENANCE_SCHEDULE": "@once",
}
APPROVER_ROLES = ("manager", "director")
ACCOUNTS = (
    Account("admin", "admin", ("Admin",)),
    Account("author", "author", ("Op",)),
    Account("manager", "manager", ("manager",)),
    Account("director", "director", ("director",)),
)

# What Airflow's scheduler says when it fails a task that came back too soon after it parked.
RESUMED_TOO_SOON = "finished with state success, but the task instance's state attribute"

# The tasks of this Dag are killed, which makes the scheduler say the same.
KILLED_DAG = "killed_before_parking"

Timings = dict[str, list[float]]
TIMINGS: pytest.StashKey[Timings] = pytest.StashKey()


def make_stack(home: Path, way: Way = WAYS[0], **options: Any) -> AirflowStack:
    """A stack with the tests' and the repository's Dags, whose gates wait in this way; nothing runs yet."""
    more = {"AIRFLOW__APPROVALS__WAIT_IN": way.value}
    stack = AirflowStack(home, extra_env={**SETTINGS, **more}, **options)
    assert stack.dags_folder is not None
    for folder in DAG_FOLDERS:
        for file in folder.glob("*.py"):
            shutil.copy(file, stack.dags_folder)
    return stack


@pytest.fixture(scope="session")
def database(way: Way) -> Iterator[str | None]:
    """The database of the shared stack."""
    yield from empty_database()


def empty_database() -> Iterator[str | None]:
    """An empty one on PostgreSQL, as deployments have it; None where there is no server: a file for SQLite.

    Airflow's scheduler ends by itself when its turn at such a file does not come soon enough.
    """
    server = os.environ.get(POSTGRES_URL)
    if server is None:
        yield None
        return
    databases = PostgresDatabases(server)
    yield databases.empty()
    databases.close()


@pytest.fixture(scope="session", params=WAYS, ids=lambda way: way.value)
def way(request: pytest.FixtureRequest) -> Way:
    """How gates wait: every test is run for each way that this Airflow has."""
    return Way(request.param)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, way: Way, database: str | None) -> Iterator[AirflowStack]:
    """A healthy Airflow under FAB, shared by all tests: a test that kills a part of it starts it again.

    Approvers have no permission in Airflow. At the end, no task may have been resumed too soon, and our API
    must have answered everything.
    """
    with make_stack(tmp_path_factory.mktemp("airflow"), way, database_url=database) as stack:
        stack.migrate()
        stack.create_accounts(users=ACCOUNTS, roles=dict.fromkeys(APPROVER_ROLES, ()))
        stack.start()
        stack.wait_healthy()
        for dag_id in ("gate", "notified_slowly", "example_approval_ext", "approvals_maintenance"):
            stack.wait_dag(dag_id)
        yield stack
        assert resumed_too_soon(stack) == []
        assert server_errors(stack) == []


def resumed_too_soon(stack: AirflowStack) -> list[str]:
    """What the scheduler said about tasks that came back before it had taken in that they went."""
    lines = stack.log_file("scheduler").read_text().splitlines()
    return [line for line in lines if RESUMED_TOO_SOON in line and KILLED_DAG not in line]


def server_errors(stack: AirflowStack) -> list[str]:
    """Requests of anybody to our API that it could not answer."""
    lines = stack.log_file("api-server").read_text().splitlines()
    return [line for line in lines if re.search(r"path=/approvals\S* .*status_code=5", line)]


@pytest.fixture
def start(stack: AirflowStack) -> Callable[[str], Run]:
    """Starts a run of the named Dag."""
    return partial(Run.start, stack)


@pytest.fixture(scope="session")
def timings(pytestconfig: pytest.Config) -> Timings:
    """Seconds measured on the way, by what was measured; summed up at the end of the test run."""
    return pytestconfig.stash.setdefault(TIMINGS, defaultdict(list))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was measured."""
    for what, seconds in config.stash.get(TIMINGS, {}).items():
        terminalreporter.write_line(
            f"{what}: median {median(seconds):.2f} s, "
            f"from {min(seconds):.2f} to {max(seconds):.2f} s, {len(seconds)} measured"
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to a failure the stories of the runs it is about, and the end of the components' logs."""
    report = yield
    if report.failed and call.excinfo is not None:
        known = [value for entry in call.excinfo.traceback for value in entry.frame.f_locals.values()]
        runs = {value for value in known if isinstance(value, Run)}
        stacks = {value for value in known if isinstance(value, AirflowStack)} | {run.stack for run in runs}
        report.sections += [(f"Dag run {run.dag_id} {run.run_id}", run.story()) for run in runs]
        if not isinstance(call.excinfo.value, StackError):  # which tells by itself
            report.sections += [("Airflow", str(stack.failure("the test failed"))) for stack in stacks]
    return report
