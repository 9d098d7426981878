"""What commands give, and how what follows is joined to it."""

from __future__ import annotations

import pytest

from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.remark import note_woken
from tests.builders import HOUR, MANAGER, NOW, opened, types, yes

LATE = NOW + HOUR
ESCALATED = advance(opened(), LATE)
ANSWERED = decide(ESCALATED.approval, yes(MANAGER), LATE)
WOKEN = note_woken(ANSWERED.approval, LATE)


def test_joined_changes_lead_to_the_last_request_by_all_that_happened() -> None:
    """In the order in which it happened, nothing left out and nothing told twice."""
    joined = ESCALATED.then(ANSWERED)
    assert joined.approval is ANSWERED.approval
    assert joined.events == (*ESCALATED.events, *ANSWERED.events)
    assert types(joined.then(WOKEN).events) == ["escalated", "voted", "approved", "resumed"]


def test_it_does_not_matter_which_changes_are_joined_first() -> None:
    """A chain of three is one chain."""
    assert ESCALATED.then(ANSWERED).then(WOKEN) == ESCALATED.then(ANSWERED.then(WOKEN))


@pytest.mark.parametrize("change", [ESCALATED, ANSWERED, WOKEN])
def test_nothing_that_happened_before_or_after_changes_nothing(change: Change) -> None:
    """A change without events can stand anywhere."""
    assert Change(approval=opened()).then(change) == change
    assert change.then(Change(approval=change.approval)) == change


def test_joining_leaves_both_parts_as_they_were() -> None:
    """They are values."""
    first, second = advance(opened(), LATE), decide(ESCALATED.approval, yes(MANAGER), LATE)
    first.then(second)
    assert (first, second) == (ESCALATED, ANSWERED)


def test_without_events_nothing_changed() -> None:
    """Which is what a change says unless told."""
    approval = opened()
    assert Change(approval=approval).events == ()
    assert Change(approval=approval).approval is approval
