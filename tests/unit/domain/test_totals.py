"""How many requests a list has is counted as far as somebody may care."""

from __future__ import annotations

import pytest

from airflow_approvals.domain.search import MAX_TOTAL, Total


@pytest.mark.parametrize(
    ("counted", "number", "has_more", "written"),
    [
        (0, 0, False, "0"),
        (1234, 1234, False, "1,234"),
        (MAX_TOTAL, MAX_TOTAL, False, "10,000"),
        (MAX_TOTAL + 1, MAX_TOTAL, True, "10,000+"),
        (1_000_000, MAX_TOTAL, True, "10,000+"),
    ],
)
def test_a_total_says_when_there_are_more(counted: int, number: int, has_more: bool, written: str) -> None:
    """To programs by a flag, to people by a plus."""
    total = Total.of(counted)
    assert (total, str(total)) == (Total(number, has_more), written)
