"""Tables that fit, and numbers as people say them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rich.cells import cell_len

from airflow_approvals.cli.fitting import GAP, Column, fit
from airflow_approvals.cli.rounding import duration, percent, since, until
from tests.builders import HOUR, MINUTE, NOW

COLUMNS = (
    Column(name="id"),
    Column(name="subject", least=10),
    Column(name="run_id", least=9, in_the_middle=True),
    Column(name="opened"),
)
NEEDED = ("id", "subject", "opened", "run_id")
ROW = {
    "id": "3f9a2b1c",
    "subject": "Publish the figures of January",
    "run_id": "scheduled__2026-01-05T00:00:00+00:00",
    "opened": "3 min ago",
}


@pytest.mark.parametrize("width", range(8, 130))
def test_a_row_never_takes_more_than_the_width(width: int) -> None:
    """What is needed most stays longest, the id always and whole; wide letters count for two."""
    wide = {**ROW, "subject": "\u6771\u4eac" * 20}
    for row in fit([ROW, wide], COLUMNS, by_need=NEEDED, width=width):
        assert sum(map(cell_len, row.values())) + (len(row) - 1) * GAP <= width
        assert row["id"] == ROW["id"]
        assert set(row) == set(NEEDED[: len(row)])


def test_with_room_nothing_is_shortened() -> None:
    """In the order of the columns, not of need."""
    (row,) = fit([ROW], COLUMNS, by_need=NEEDED, width=200)
    assert row == ROW
    assert list(row) == [column.name for column in COLUMNS]


def test_texts_lose_their_end_and_ids_their_middle() -> None:
    """The beginning of a run id says what started it, the end when."""
    (row,) = fit([ROW], COLUMNS, by_need=NEEDED, width=66)
    assert row["subject"].endswith("\N{HORIZONTAL ELLIPSIS}")
    assert row["subject"].startswith("Publish the")
    assert row["run_id"].startswith("schedul")
    assert row["run_id"].endswith("00+00:00")
    assert "\N{HORIZONTAL ELLIPSIS}" in row["run_id"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.2, "under 1 s"),
        (45.4, "45 s"),
        (59.6, "1 min"),
        (179, "3 min"),
        (3599, "1 h"),
        (5400, "1.5 h"),
        (10800, "3 h"),
        (10799, "3 h"),
        (86400, "24 h"),
        (86400 * 2, "2 days"),
        (86400 * 2.5, "2.5 days"),
    ],
)
def test_times_are_rounded_as_people_say_them(seconds: float, said: str) -> None:
    """Nobody says 59.6 seconds or 60 minutes."""
    assert duration(seconds) == said


def test_shares_and_moments_are_said_in_few_letters() -> None:
    """A deadline lies ahead or behind; what was opened a moment ago is not in the future."""
    assert percent(100 / 3) == "33.3 %"
    assert until(NOW + HOUR, now=NOW) == "in 1 h"
    assert until(NOW, now=NOW + 3 * MINUTE) == "3 min late"
    assert since(NOW, now=NOW + HOUR) == "1 h ago"
    assert since(NOW + timedelta(seconds=2), now=NOW) == "0 s ago"


def test_an_empty_column_takes_no_room_and_a_share_is_kept() -> None:
    """Of what is left, the subject is given most."""
    columns = (*COLUMNS[:1], Column(name="subject", least=10, share=3), *COLUMNS[2:])
    rows = [{**ROW, "subject": ROW["subject"] * 9, "opened": ""}] * 2
    (row, _) = fit(rows, columns, by_need=NEEDED, width=80)
    assert list(row) == ["id", "subject", "run_id"]
    assert cell_len(row["subject"]) > 2 * cell_len(row["run_id"])
    assert fit([], COLUMNS, by_need=NEEDED, width=80) == []
