"""The transition table."""

from __future__ import annotations

import pytest

from airflow_approvals.domain.status import OPEN, TERMINAL, TRANSITIONS, Status

ANYTHING_ELSE = {Status.ESCALATED, Status.APPROVED, Status.DENIED, Status.EXPIRED, Status.CANCELLED}


def test_every_status_has_a_row() -> None:
    """A status missing from the table would fail only when somebody meets it."""
    assert set(TRANSITIONS) == set(Status)


def test_open_and_terminal_are_the_designed_ones() -> None:
    """Two statuses wait for an answer, four are final, none is both or neither."""
    assert {Status.PENDING, Status.ESCALATED} == OPEN
    assert {Status.APPROVED, Status.DENIED, Status.EXPIRED, Status.CANCELLED} == TERMINAL


@pytest.mark.parametrize(
    ("status", "targets"),
    [
        (Status.PENDING, ANYTHING_ELSE),
        (Status.ESCALATED, ANYTHING_ELSE),
        *((status, set()) for status in (Status.APPROVED, Status.DENIED, Status.EXPIRED, Status.CANCELLED)),
    ],
)
def test_targets_are_the_designed_ones(status: Status, targets: set[Status]) -> None:
    """Open requests may go anywhere but back to pending; closed ones go nowhere."""
    assert TRANSITIONS[status] == targets


def test_the_table_cannot_be_changed() -> None:
    """Nobody adds a move at run time."""
    with pytest.raises(TypeError):
        TRANSITIONS[Status.APPROVED] = frozenset({Status.DENIED})  # type: ignore[index]


def test_values_are_what_the_database_and_the_api_hold() -> None:
    """Renaming one breaks stored requests and every caller."""
    assert [status.value for status in Status] == [
        "pending",
        "escalated",
        "approved",
        "denied",
        "expired",
        "cancelled",
    ]
