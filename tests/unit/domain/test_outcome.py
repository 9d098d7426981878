"""What an answer means for the task that waits for it."""

from __future__ import annotations

from uuid import UUID

import pytest

from airflow_approvals.domain.outcome import Outcome, outcome_of, returned
from airflow_approvals.domain.policy import OnDeny, OnExpiry
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from tests.builders import NOW

SKIPS = {(Status.DENIED, "deny"), (Status.EXPIRED, "expiry")}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("on_deny", list(OnDeny))
@pytest.mark.parametrize("on_expiry", list(OnExpiry))
def test_every_status_has_its_outcome(status: Status, on_deny: OnDeny, on_expiry: OnExpiry) -> None:
    """Only yes succeeds, only what the terms say skips, and whatever is open goes on waiting."""
    outcome = outcome_of(status, on_deny=on_deny, on_expiry=on_expiry)
    assert (outcome is None) == (status in OPEN)
    assert (outcome is Outcome.SUCCESS) == (status is Status.APPROVED)
    asked = {(status, "deny")} if on_deny is OnDeny.SKIP else set()
    asked |= {(status, "expiry")} if on_expiry is OnExpiry.SKIP else set()
    assert (outcome is Outcome.SKIPPED) == bool(asked & SKIPS)
    assert (outcome is not None) == (status in TERMINAL)


def test_what_is_returned_is_json() -> None:
    """Times in RFC 3339; what nobody said is null."""
    nothing = returned(
        approval_id=UUID(int=7),
        status=Status.APPROVED,
        decided_by=None,
        decided_at=None,
        comment=None,
        escalated=False,
    )
    assert nothing == {
        "approval_id": str(UUID(int=7)),
        "status": "approved",
        "decided_by": None,
        "decided_at": None,
        "comment": None,
        "escalated": False,
    }
    assert NOW.isoformat().endswith("+00:00")
