"""The maintenance Dag catches up with everything while no triggerer does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from dev.stack import AirflowStack
from tests.e2e.runs import SETTLE, Run, killed_triggerer, moment

pytestmark = pytest.mark.e2e


def test_maintenance_escalates_expires_cancels_and_delivers(
    stack: AirflowStack, start: Callable[[str], Run]
) -> None:
    """Due: a first and a last deadline, a deleted run, a decision that came too soon to be pushed."""
    deleted = start("gate")
    withdrawn = deleted.wait_request("pending")
    deleted.wait_parked()
    with killed_triggerer(stack):
        deleted.delete()
        escalating, expiring, early = (start(name) for name in ("gate_escalates", "gate_expiry_fail", "gate"))
        approved = early.wait_request("pending")
        parked_at = early.wait_parked()
        answer = early.decide("manager", approved, "approve")
        due = max(
            parked_at + SETTLE,
            expiring.wait_parked() + SETTLE,
            moment(expiring.wait_request("pending")["expires_at"]),
            moment(escalating.wait_request("pending")["expires_at"]),
        ) + timedelta(seconds=1)
        early.wait(lambda: datetime.now(timezone.utc) > due, "everything to be due")
        assert early.task()["state"] == "deferred", "delivered by something else"

        maintenance = start("approvals_maintenance")
        assert maintenance.wait_end() == "success"
        assert maintenance.xcom("escalate") == {
            "escalated": 1,
            "expired": 1,
            "cancelled": 1,
            "resumed": 2,
            "failed": 0,
            "remaining": False,
        }
        assert maintenance.xcom("cleanup") == {"removed": 0, "remaining": False}
        assert "escalate, round 1: {'escalated': 1," in maintenance.log("escalate")

        assert answer["resumed_at"] is None
        assert early.wait_end() == "success"
        assert early.types(approved) == ["opened", "voted", "approved", "resumed"]
        assert expiring.wait_end() == "failed"
        assert expiring.wait_request("expired")["actor_name"] == "system"
        assert deleted.wait_request("cancelled")["id"] == withdrawn["id"]
        escalated = escalating.wait_request("escalated")
        escalating.decide("director", escalated, "approve")
        assert escalating.wait_end() == "success"
