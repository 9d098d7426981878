"""What a task says of how it waits, over REST; and what a look at a request finds out of its task."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.api.server import INVALID, Server, content, problem

pytestmark = pytest.mark.e2e

ENDS_HERE = {
    "way": "awaiting_input",
    "ends": "server",
    "at_end": {"outlets": [{"kind": "Asset", "name": "a"}]},
}


def test_how_a_task_waits_is_shown(fab: Server) -> None:
    """Whoever reads the request sees who will end the task; of one that says nothing a worker does."""
    said, silent = fab.open(waits=ENDS_HERE), fab.open()
    assert (said["way"], said["ends"]) == ("awaiting_input", "server")
    assert (silent["way"], silent["ends"]) == ("trigger", "worker")
    by_hand = fab.open_by_hand()
    assert (by_hand["way"], by_hand["ends"]) == (None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"way": "poll"},
        {"ends": "nobody"},
        {"more": 1},
        {"at_end": {"more": 1}},
        {"at_end": {"returns": "yes"}},
        {"at_end": {"mapped_over": 1}},
        {"at_end": {"outlets": [{"kind": "File", "name": "a"}]}},
        {"at_end": {"outlets": [{"kind": "Asset", "name": "a\0b"}]}},
        {"at_end": {"outlets": [{"kind": "Asset", "name": "a"}] * 1001}},
        {"at_end": {"outlets": [{"kind": "Asset", "uri": "x" * 5000}]}},
        "awaiting_input",
        [],
    ],
)
def test_what_makes_no_sense_is_refused(fab: Server, wrong: Any) -> None:
    """And nothing is opened."""
    task = fab.new_task()
    response = fab.post("/approvals", by=fab.task(task.ti_id), json=content(waits=wrong))
    assert problem(response) == INVALID
    assert "waits" in response.json()["detail"]


@pytest.mark.parametrize("wrong", ["yes", 1])
def test_whether_rules_count_is_yes_or_no(fab: Server, wrong: Any) -> None:
    """Not a text or a number that could mean it."""
    task = fab.new_task()
    body = content(respect_trigger_rules=wrong)
    assert problem(fab.post("/approvals", by=fab.task(task.ti_id), json=body)) == INVALID


def test_a_person_says_nothing_of_how_a_task_waits(fab: Server) -> None:
    """No task waits for what a person opens."""
    body = content(dag_id="sales", run_id=fab.new_run(), waits=ENDS_HERE)
    response = fab.post("/approvals", by=fab.person("editor"), json=body)
    assert problem(response) == INVALID
    assert "no task waits for a request opened by hand" in response.json()["detail"]


def test_nobody_who_was_faster_has_a_task_ended_otherwise(fab: Server) -> None:
    """The gate itself then asks in vain, and fails."""
    task = fab.new_task()
    fab.open(task, waits=ENDS_HERE)
    response = fab.post("/approvals", by=fab.task(task.ti_id), json=content())
    assert problem(response) == (409, "content_differs", None)


@pytest.mark.parametrize("path", ["/approvals", "/page/approvals"])
def test_a_list_shows_no_open_request_of_a_task_that_is_over(fab: Server, path: str) -> None:
    """Without maintenance, triggerer, or anybody who acts on it."""
    task = fab.new_task()
    approval = fab.open(task)
    query = {"ti_id": approval["ti_id"], "status": "pending"}
    assert fab.get(path, by=fab.person("manager"), params=query).json()["total_entries"] == 1
    fab.set_state(task, "failed")
    assert fab.get(path, by=fab.person("manager"), params=query).json()["total_entries"] == 0
    assert fab.read(approval["id"])["reason"] == "task_failed"


@pytest.mark.parametrize("path", ["/approvals/{id}", "/page/approvals/{id}"])
def test_a_request_of_a_task_that_is_over_is_shown_closed(fab: Server, path: str) -> None:
    """So that nobody tries to answer it."""
    task = fab.new_task()
    approval = fab.open(task)
    fab.set_state(task, "success")
    shown = fab.get(path.format(id=approval["id"]), by=fab.person("manager")).json()
    assert shown.get("approval", shown)["status"] == "cancelled"
