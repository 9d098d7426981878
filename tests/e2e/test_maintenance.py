"""The maintenance Dag catches up with everything while no triggerer and nobody else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from dev.stack import AirflowStack
from tests.e2e.runs import Run, killed_triggerer, moment

pytestmark = pytest.mark.e2e


def test_maintenance_escalates_expires_and_cancels(stack: AirflowStack, start: Callable[[str], Run]) -> None:
    """Due: two deadlines, and a deleted run. Without triggers the scheduler looks at deadlines."""
    deleted = start("gate")
    withdrawn = deleted.wait_request("pending")
    deleted.wait_parked()
    with killed_triggerer(stack):
        deleted.delete()
        escalating, expiring = (start(name) for name in ("gate_escalates", "gate_expiry_fail"))
        asked = escalating.wait_request("pending", "escalated")
        last = expiring.wait_request("pending", "expired")
        due = max(moment(asked["expires_at"]), moment(last["expires_at"])) + timedelta(seconds=1)
        expiring.wait(lambda: datetime.now(timezone.utc) > due, "everything to be due")
        triggers = asked["way"] == "trigger"
        if triggers:
            assert expiring.task()["state"] == "deferred", "ended by something else"

        maintenance = start("approvals_maintenance")
        assert maintenance.wait_end() == "success"
        done = maintenance.xcom("escalate")
        assert (done["cancelled"], done["failed"], done["remaining"]) == (1, 0, False)
        if triggers:
            assert (done["escalated"], done["expired"], done["resumed"]) == (1, 1, 1)
        assert maintenance.xcom("cleanup") == {"removed": 0, "remaining": False}
        assert "escalate, round 1: {'escalated': " in maintenance.log("escalate")

        assert expiring.wait_end() == "failed"
        assert expiring.wait_request("expired")["actor_name"] == "system"
        assert deleted.wait_request("cancelled")["id"] == withdrawn["id"]
        escalated = escalating.wait_request("escalated")
        escalating.decide("director", escalated, "approve")
        assert escalating.wait_end() == "success"
