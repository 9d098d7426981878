"""``airflow approvals list`` for people: a line a request, and an id that can be typed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from rich.cells import cell_len

from airflow_approvals.domain.status import Status
from tests.integration.cli.conftest import HOUR, Answer, Cli, Requests

LONG = "scheduled__2026-01-05T00:00:00.000000+00:00_of_a_run_that_somebody_named_at_length"


def lines(answer: Answer) -> list[list[str]]:
    """Give the cells of a table, headings first."""
    assert answer.code == 0, answer.err
    written = [line for line in answer.out.splitlines() if " | " in line]
    return [[cell.strip() for cell in line.split(" | ")] for line in written]


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (80, ["id", "status", "subject", "asked", "due", "dag_id"]),
        (120, ["id", "status", "subject", "asked", "due", "dag_id", "run_id"]),
    ],
)
def test_each_request_has_one_line_with_an_id_that_can_be_copied(
    fab: Cli, requests: Requests, width: int, columns: Sequence[str]
) -> None:
    """Texts are shortened, columns left out; what is shown of an id is taken for the whole one."""
    dag_id = f"a_dag_with_a_long_name_of_{width}_columns"
    opened = [
        requests.open(f"{number} {subject}", dag_id=dag_id, run_id=f"{number}_{LONG}", expires_in=HOUR)
        for number, subject in enumerate(
            ["Pay \u6771\u4eac them all " * 9, "Pay\u202e\u200b", "Pay [b]them[/b]"]
        )
    ]

    listed = fab("list", "--dag-id", dag_id, COLUMNS=str(width))

    headings, *rows = lines(listed)
    # Whether the age still fits depends on it: "3 s ago" is shorter than "13 s ago".
    assert [heading for heading in headings if heading != "opened"] == columns
    assert max(map(cell_len, listed.out.splitlines())) <= width
    assert [row[2][:5] for row in rows] == ["2 Pay", "1 Pay", "0 Pay"]
    assert rows[1][2].startswith("1 Pay\\u202e")
    assert all(row[4].startswith("in ") for row in rows)
    assert [opened[2 - number].hex.endswith(row[0]) for number, row in enumerate(rows)] == [True] * 3

    decided = fab("approve", rows[0][0], "--as", "mia", COLUMNS=str(width))
    assert [row[:2] for row in lines(decided)[1:]] == [[rows[0][0], "approved"]]
    assert requests.look(opened[2]).status is Status.APPROVED


def test_a_part_of_an_id_is_taken_when_no_other_has_it(fab: Cli, requests: Requests) -> None:
    """From the beginning or the end, with hyphens or without; several are named, and nothing is done."""
    first, second = requests.open("First of two"), requests.open("Second of two")
    shared = str(first)[:9]
    assert str(second).startswith(shared), "opened within a minute of each other"
    own = str(first)[:18]

    by_beginning, by_end, by_shared, short, unknown = fab.at_once(
        ("show", own.upper(), "-o", "json"),
        ("show", second.hex[-10:], "-o", "json"),
        ("deny", shared, "--as", "mia"),
        ("show", "019", "-o", "json"),
        ("show", "0000-0000", "-o", "json"),
    )

    assert by_beginning.value["id"] == str(first)
    assert by_end.value["id"] == str(second)
    assert by_shared.code == 2
    heading, *candidates = by_shared.err.splitlines()
    assert heading == f"'{shared}' is a part of several ids. Which one is it?"
    assert {str(first), str(second)} <= {candidate.split()[0] for candidate in candidates} or (
        candidates[-1] == "and more"
    )
    assert requests.look(first).is_open
    assert (short.code, short.err) == (2, "'019' is too short: type at least 4 characters of an id.\n")
    assert unknown.code == 3
    assert unknown.err.startswith("There is no request with this id; ")


def test_what_does_not_show_is_written_out_for_people_and_kept_for_programs(
    fab: Cli, requests: Requests
) -> None:
    """A text that reads backwards or hides a letter is seen for what it is."""
    subject = "Pay\u202e\u200b\u0007 \u00fc"
    approval_id = requests.open(subject, dag_id="unseen")
    plain, table, shown, document = fab.at_once(
        ("list", "--dag-id", "unseen", "-o", "plain"),
        ("list", "--dag-id", "unseen"),
        ("show", approval_id.hex[-8:]),
        ("show", str(approval_id), "-o", "json"),
    )
    for answer in (plain, table, shown):
        assert "Pay\\u202e\\u200b\\u0007 \u00fc" in answer.out
    assert document.value["subject"] == subject
    assert document.out.isascii()
