"""A gate on a cluster on which nothing goes wrong."""

from __future__ import annotations

import pytest

from dev.cluster import Cluster
from tests.e2e.runs import Run

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize(("dag_id", "last"), [("crowd_plain", "ended"), ("crowd_callback", "taken")])
def test_a_gate_is_approved(well: Cluster, dag_id: str, last: str) -> None:
    """By the server, and on a Celery worker; workers and triggerers know only the secret for tasks."""
    run = Run.start(well, dag_id)
    request = run.wait_request("pending")
    run.wait_parked()
    run.decide("manager", request, "approve")
    assert run.wait_end() == "success"
    assert run.types(request)[-1] == last
