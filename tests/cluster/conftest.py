"""One cluster for the whole test run: everything there is to be disturbed, and people who answer."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dev.cluster import Cluster, missing, running_cluster
from tests.cluster.crowd import RUNS
from tests.databases import NO_SKIP
from tests.e2e.conftest import ACCOUNTS, APPROVER_ROLES

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
DAGS = (HERE / "dags" / "crowd_gates.py", ROOT / "dags" / "approvals_maintenance.py")
ROUNDS = int(os.environ.get("AIRFLOW_APPROVALS_TEST_ROUNDS", "0"))
"""How often everything is disturbed; 0: the quick things once, and nothing else."""

collect_ignore = [] if ROUNDS else ["test_clocks.py", "test_secret.py"]

SETTINGS = {
    "AIRFLOW__APPROVALS__MAINTENANCE_SCHEDULE": "* * * * *",
    "PYTHONPATH": str(ROOT),
}


@dataclass(frozen=True)
class Row:
    """One line of the table of `make chaos`."""

    disturbance: str
    outcome: str
    gates: int
    seconds: float
    ended: str


TABLE: pytest.StashKey[list[Row]] = pytest.StashKey()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A healthy cluster under FAB; a test that takes something from it gives it back."""
    if lacking := missing():
        no_cluster = f"a cluster needs {', '.join(lacking)} (see CONTRIBUTING.md)"
        if os.environ.get(NO_SKIP) == "1":
            pytest.fail(no_cluster, pytrace=False)
        pytest.skip(no_cluster)
    with running_cluster(tmp_path_factory.mktemp("cluster"), extra_env=SETTINGS) as cluster:
        assert cluster.dags_folder is not None
        for file in DAGS:
            shutil.copy(file, cluster.dags_folder)
        cluster.create_accounts(users=ACCOUNTS, roles=dict.fromkeys(APPROVER_ROLES, ()))
        cluster.start()
        cluster.wait_healthy()
        for dag_id in RUNS:
            cluster.wait_dag(dag_id)
        yield cluster


@pytest.fixture
def well(cluster: Cluster) -> Cluster:
    """The cluster, when it has got over what the test before did to it."""
    cluster.wait_healthy()
    cluster.ended_by_itself.clear()
    return cluster


@pytest.fixture(scope="session")
def table(pytestconfig: pytest.Config) -> list[Row]:
    """What was done and what came of it; printed at the end of the test run."""
    return pytestconfig.stash.setdefault(TABLE, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    rows = config.stash.get(TABLE, [])
    if rows:
        terminalreporter.write_line("| disturbance | gates | outcome | seconds | ended by themselves |")
        terminalreporter.write_line("|---|---|---|---|---|")
    for row in rows:
        facts = (row.disturbance, row.gates, row.outcome, f"{row.seconds:.0f}", row.ended)
        terminalreporter.write_line(f"| {' | '.join(map(str, facts))} |")
