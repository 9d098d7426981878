"""Parts of a cluster go away while twenty-four gates wait and people answer: each gate has one outcome.

The quick ones once; with AIRFLOW_APPROVALS_TEST_ROUNDS=3, as `make chaos` sets it, all of them three times.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dev.cluster import Cluster
from tests.cluster.conftest import Row
from tests.cluster.crowd import Crowd
from tests.cluster.disturbances import QUICK, SLOW, Disturbance

pytestmark = pytest.mark.cluster

ROUNDS = int(os.environ.get("AIRFLOW_APPROVALS_TEST_ROUNDS", "0"))


@pytest.mark.parametrize("disturb", QUICK + (SLOW if ROUNDS else ()), ids=lambda what: what.__name__)
@pytest.mark.parametrize("round_", range(1, max(ROUNDS, 1) + 1))
def test_a_disturbance_changes_no_outcome(
    well: Cluster, disturb: Disturbance, round_: int, table: list[Row]
) -> None:
    """What was said is in the record and the task; what nobody said is not; who waits goes on waiting."""
    began = time.monotonic()
    outcome = f"round {round_} FAILED"
    crowd = Crowd.waiting(well)
    try:
        crowd.answer("before")
        with ThreadPoolExecutor(1) as people:
            meanwhile = people.submit(crowd.answer, "meanwhile")
            disturb(well, crowd)
            meanwhile.result()
        crowd.answer("afterwards")
        crowd.wait_ended("before", "meanwhile", "afterwards", "never")
        crowd.assert_waiting("last")
        crowd.answer("last")
        crowd.wait_ended("last")
        counts = crowd.assert_right()
        outcome = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    finally:
        seconds, restarted = time.monotonic() - began, len(well.ended_by_itself)
        table.append(Row(disturb.__name__, outcome, len(crowd.gates), seconds, restarted))
