"""Parts of a cluster go away while twenty-four gates wait and people answer: each gate has one outcome.

The quick ones once; with AIRFLOW_APPROVALS_TEST_ROUNDS=3, as `make chaos` sets it, all of them three times.
"""

from __future__ import annotations

import time
from collections import Counter

import pytest

from dev.cluster import Cluster, kind
from tests.cluster.conftest import ROUNDS, Row
from tests.cluster.crowd import Crowd
from tests.cluster.disturbances import QUICK, SLOW, Disturbance

pytestmark = pytest.mark.cluster


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
        with crowd.answering("meanwhile"):
            disturb(well, crowd)
        crowd.answer("afterwards")
        crowd.wait_ended("before", "meanwhile", "afterwards", "never")
        crowd.assert_waiting("last")
        crowd.answer("last")
        crowd.wait_ended("last")
        counts = crowd.assert_right()
        outcome = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    finally:
        ended = Counter(map(kind, well.ended_by_itself))
        told = ", ".join(f"{count} {what}" for what, count in sorted(ended.items())) or "none"
        table.append(Row(disturb.__name__, outcome, len(crowd.gates), time.monotonic() - began, told))
