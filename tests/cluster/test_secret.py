"""API servers have a new secret and nobody else: nothing is closed, and all go on once the others have it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from dev.cluster import COMPONENTS, SECRET, Cluster, kind
from tests.cluster.crowd import CLOSING, Crowd
from tests.cluster.disturbances import OWN_SECRET, restart

pytestmark = pytest.mark.cluster


@pytest.fixture
def changed(well: Cluster) -> Iterator[Cluster]:
    """API servers with a new secret; in the end everybody has it."""
    new = secrets.token_hex(64)
    for who in ("api-server", *OWN_SECRET):
        well.tell(who, **{SECRET: new})
    yield well
    restart(well, [name for name in COMPONENTS if kind(name) in OWN_SECRET])


def test_a_secret_that_only_api_servers_know_closes_nothing(changed: Cluster) -> None:
    """Answers count; tasks that need a worker, or a look at their deadline, wait for it to know."""
    crowd = Crowd.waiting(changed)
    restart(changed, [name for name in COMPONENTS if kind(name) == "api-server"])
    crowd.answer("before", "meanwhile")

    def refused() -> bool:
        log = "".join(changed.heard(name) for name in COMPONENTS if kind(name) == "api-server")
        return "status_code=401" in log

    crowd.wait(refused, "a worker or triggerer to be refused")
    unanswered = {gate.key for gate in crowd.of("afterwards", "last", "never")}
    requests = crowd.requests()
    closed = {key: [r["status"] for r in requests[key] if r["status"] in CLOSING] for key in unanswered}
    assert not any(closed.values()), closed
    restart(changed, [name for name in COMPONENTS if kind(name) in OWN_SECRET])
    crowd.answer("afterwards")
    crowd.wait_ended("before", "meanwhile", "afterwards", "never")
    crowd.assert_waiting("last")
    crowd.answer("last")
    crowd.wait_ended("last")
    crowd.assert_right()
