"""Machines whose clocks are wrong: no outcome is another one, and the API server is asked no more often."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.cluster import COMPONENTS, Cluster, kind, until
from tests.cluster.crowd import Crowd
from tests.cluster.disturbances import restart
from tests.databases import NO_SKIP

pytestmark = pytest.mark.cluster

CLOCKS = [("triggerer", "+30s"), ("worker", "+30s"), ("worker", "-30s")]
WATCH = "approvals/list"  # which triggerers ask for
WATCHED_SECONDS = 30.0
# Each of two triggerers: a request every `poll_interval_seconds` (5), and one more when gates are new.
MOST_REQUESTS = 2 * (WATCHED_SECONDS / 5 + 2)


@pytest.fixture(params=CLOCKS, ids="".join)
def astray(well: Cluster, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The cluster, with one kind of its components elsewhere in time."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        lacking = "libfaketime is not installed"
        pytest.fail(lacking) if os.environ.get(NO_SKIP) == "1" else pytest.skip(lacking)
    who, wrong = request.param
    names = [name for name in COMPONENTS if kind(name) == who]
    before = dict(well.told[who])
    well.tell(who, LD_PRELOAD=str(library), FAKETIME=wrong, FAKETIME_DONT_FAKE_MONOTONIC="1")
    restart(well, names)
    yield well
    well.told[who] = before
    restart(well, names)


def test_a_wrong_clock_changes_no_outcome(astray: Cluster) -> None:
    """Tasks open, wait, are woken and end as with the right time; triggerers ask as often as they do then."""
    before = _answers(astray)
    crowd = Crowd.waiting(astray)
    watched = _answers(astray, WATCH)
    until(astray, WATCHED_SECONDS)
    assert (_answers(astray, WATCH) - watched).total() <= MOST_REQUESTS
    crowd.answer("before", "meanwhile", "afterwards")
    crowd.wait_ended("before", "meanwhile", "afterwards", "never")
    crowd.assert_waiting("last")
    crowd.answer("last")
    crowd.wait_ended("last")
    crowd.assert_right()
    answers = _answers(astray) - before
    assert answers["401"] <= answers["200"] + answers["201"], (
        "what is refused for its time is asked once more"
    )


def _answers(cluster: Cluster, path: str = "") -> Counter[str]:
    """How often what was asked there got which status, as the API servers' logs have it, probes aside."""
    logs = [cluster.heard(name) for name in COMPONENTS if kind(name) == "api-server"]
    asked = re.compile(rf"path=\S*/approvals/v1/(?!health){path}\S* .*status_code=(\d+)")
    return Counter(status for log in logs for status in asked.findall(log))
