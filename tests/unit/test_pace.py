"""How often one person may change requests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from airflow_approvals.api.pace import Pace
from airflow_approvals.domain.errors import TooManyRequests


def _taken(pace: Pace, person: str, times: int, changes_per_minute: int) -> int:
    taken = 0
    for _ in range(times):
        try:
            pace.note(person, changes_per_minute=changes_per_minute)
        except TooManyRequests:
            continue
        taken += 1
    return taken


def test_each_person_has_a_number_of_changes_in_a_minute() -> None:
    """One who changes too much takes nothing from another; the refusal says when it goes on."""
    pace = Pace()
    assert _taken(pace, "ana", 10, 3) == 3
    assert _taken(pace, "bo", 10, 3) == 3
    with pytest.raises(TooManyRequests) as refusal:
        pace.note("ana", changes_per_minute=3)
    assert 1 <= refusal.value.retry_after_seconds <= 60


def test_nought_is_no_limit() -> None:
    """For who has another way to hold people back."""
    assert _taken(Pace(), "ana", 500, 0) == 500


def test_changes_at_the_same_moment_are_counted_one_by_one() -> None:
    """Thirty-two threads get through as many as one would."""
    pace = Pace()
    with ThreadPoolExecutor(32) as pool:
        assert sum(pool.map(lambda _: _taken(pace, "ana", 10, 50), range(32))) == 50
