"""What nobody can change of a request that silence approves, and what may be changed of others."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.edit import edit
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.events import Changed, Updated
from airflow_approvals.domain.policy import OnExpiry
from tests.builders import HOUR, NOW, TICK, level, opened, policy, role, user
from tests.unit.domain.test_editing import EDITOR, SOON, change_of, updated


def hurry(on_expiry: OnExpiry, deadline: datetime) -> Change:
    """Move the deadline, which is in an hour, of a request with one level."""
    approval = opened(policy=policy(level(role("manager")), on_expiry=on_expiry))
    return edit(approval, change_of(expires_at=deadline), NOW)


@pytest.mark.parametrize("by", [TICK, HOUR - TICK])
def test_a_request_approved_by_silence_cannot_be_hurried(by: timedelta) -> None:
    """An earlier deadline, if only by a microsecond, would let a Dag's editor approve without being asked."""
    with pytest.raises(Invalid, match="can only be moved to later"):
        hurry(OnExpiry.APPROVE, NOW + HOUR - by)


def test_a_request_approved_by_silence_may_be_told_its_own_deadline_again() -> None:
    """Who replaces all values at once repeats it; nothing is hurried and nothing recorded."""
    change = hurry(OnExpiry.APPROVE, NOW + HOUR)
    assert (change.approval.progress.expires_at, change.events) == (NOW + HOUR, ())


@pytest.mark.parametrize("by", [TICK, HOUR])
def test_a_request_approved_by_silence_may_be_given_more_time(by: timedelta) -> None:
    """A later deadline is fine."""
    change = hurry(OnExpiry.APPROVE, NOW + HOUR + by)
    assert updated(change).expires_at == Changed(before=NOW + HOUR, after=NOW + HOUR + by)


@pytest.mark.parametrize(
    "values",
    [
        {"subject": "Pay Mallory"},
        {"body": "Pay Mallory 1,000,000."},
        {"metadata": {"amount": 1_000_000}},
        {"approvers": [[user("nobody-at-all")]]},
        {"body": "Pay Mallory 1,000,000.", "expires_at": NOW + 2 * HOUR},
    ],
)
def test_what_silence_approves_stays_as_it_was_opened(values: dict[str, Any]) -> None:
    """Else one editor writes the text, asks somebody who does not exist, and waits."""
    approval = opened(policy=policy(level(role("manager")), on_expiry=OnExpiry.APPROVE))
    with pytest.raises(Invalid, match="Silence approves this request"):
        edit(approval, change_of(**values), SOON)


def test_what_silence_approves_may_be_told_what_it_is() -> None:
    """Who replaces all values at once, to give more time, repeats them."""
    approval = opened(policy=policy(level(role("manager")), on_expiry=OnExpiry.APPROVE))
    same = {name: getattr(approval.content, name) for name in ("subject", "body", "metadata")}
    change = edit(approval, change_of(**same, approvers=[[role("manager")]], expires_at=NOW + 2 * HOUR), SOON)
    assert updated(change) == Updated(
        at=SOON, actor=EDITOR, expires_at=Changed(before=NOW + HOUR, after=NOW + 2 * HOUR)
    )


def test_silence_that_approves_is_never_given_a_deadline() -> None:
    """A request that waited for ever would be approved in a second; older versions opened such ones."""
    terms = policy(level(role("manager"), timeout=None), on_expiry=OnExpiry.APPROVE)
    with pytest.raises(Invalid, match="can only be moved to later"):
        edit(opened(policy=terms), change_of(expires_at=NOW + 1000 * HOUR), NOW)


@pytest.mark.parametrize("on_expiry", sorted(set(OnExpiry) - {OnExpiry.APPROVE}))
def test_any_other_request_can_be_hurried(on_expiry: OnExpiry) -> None:
    """Silence gives nothing away."""
    assert hurry(on_expiry, NOW + TICK).approval.progress.expires_at == NOW + TICK
