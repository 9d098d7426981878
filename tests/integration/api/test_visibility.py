"""What somebody may not see does not exist for them: not as an entry, a count, a number or an error."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.api.server import PAYROLL, SALES, Server

pytestmark = pytest.mark.e2e


def _newest(server: Server, by: str, **query: Any) -> tuple[set[str], int]:
    """Give the newest that a person can list, and the count of all."""
    newest = {"limit": 100, "order_by": "-created_at", **query}
    response = server.get("/approvals", by=server.person(by), params=newest)
    assert response.status_code == 200, response.text
    body = response.json()
    ids = {approval["id"] for approval in body["approvals"]}
    assert len(ids) == len(body["approvals"]) == min(100, body["total_entries"])
    return ids, body["total_entries"]


def _ids(server: Server, by: str, **query: Any) -> set[str]:
    return _newest(server, by, **query)[0]


def _metrics(server: Server, by: str) -> dict[str, Any]:
    response = server.get("/approvals/metrics", by=server.person(by))
    assert response.status_code == 200, response.text
    return dict(response.json())


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/approvals/{}", None),
        ("GET", "/approvals/{}/events", None),
        ("PATCH", "/approvals/{}", {"subject": "Mine now"}),
        (
            "PUT",
            "/approvals/{}",
            {
                "subject": "Mine now",
                "body": "",
                "expires_at": None,
                "approvers": [[{"kind": "user", "name": "outsider"}]],
                "metadata": {},
            },
        ),
        ("DELETE", "/approvals/{}", None),
        ("POST", "/approvals/{}/approve", {}),
        ("POST", "/approvals/{}/deny", {"comment": "No."}),
        ("POST", "/approvals/{}/cancel", {"reason": "No."}),
    ],
)
@pytest.mark.parametrize("name", ["outsider", "sales-editor"])
def test_invisible_and_unknown_answer_alike(
    fab: Server, name: str, method: str, path: str, body: Any
) -> None:
    """Same status, same bytes, same headers: no answer tells whether a request exists."""
    invisible = fab.open(fab.new_task(PAYROLL))["id"]
    by = fab.person(name)
    existing = fab.call(method, path.format(invisible), by=by, json=body)
    unknown = fab.call(method, path.format(uuid4()), by=by, json=body)
    assert existing.status_code == unknown.status_code == 404
    assert existing.content == unknown.content
    ignored = {"date"}
    assert {n: v for n, v in existing.headers.items() if n not in ignored} == {
        n: v for n, v in unknown.headers.items() if n not in ignored
    }
    assert fab.read(invisible)["version"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/approvals/{}", None),
        ("GET", "/approvals/{}/events", None),
        ("POST", "/approvals/{}/cancel", {"reason": "No."}),
        ("POST", "/approvals/{}/advance", {}),
    ],
)
def test_a_task_cannot_tell_foreign_from_unknown(server: Server, method: str, path: str, body: Any) -> None:
    """A task's token gets the same refusal for another task's request and for one that does not exist."""
    foreign = server.open()["id"]
    by = server.task(server.new_task().ti_id)
    existing = server.call(method, path.format(foreign), by=by, json=body)
    unknown = server.call(method, path.format(uuid4()), by=by, json=body)
    assert existing.status_code == unknown.status_code == 403
    assert existing.content == unknown.content


def test_a_task_cannot_tell_foreign_from_unknown_in_a_batch(server: Server) -> None:
    """The batch read refuses one foreign or unknown id among its own as a whole."""
    task = server.new_task()
    own, foreign, unknown = server.open(task)["id"], server.open()["id"], str(uuid4())
    answers = [
        server.post("/approvals/list", by=server.task(task.ti_id), json={"ids": ids})
        for ids in ([own, foreign], [own, unknown], [foreign], [unknown])
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1


def test_a_watcher_reads_exactly_its_ids(server: Server) -> None:
    """The batch token fits one set of ids, in any order; more or fewer are refused."""
    first, second, other = (server.open()["id"] for _ in range(3))
    gone = str(uuid4())
    by = server.watcher(first, second, gone)
    answer = server.post("/approvals/list", by=by, json={"ids": [gone, second, first]})
    assert answer.status_code == 200
    assert {found["id"] for found in answer.json()["approvals"]} == {first, second}
    for ids in ([first, second], [first, second, gone, other], [first, second, other], []):
        assert server.post("/approvals/list", by=by, json={"ids": ids}).status_code == 403


def test_lists_counts_and_metrics_show_the_same(fab: Server) -> None:
    """One filter for all of them: the Dags a person may read, and the requests that ask them."""
    names = ("admin", "sales-reader", "manager", "outsider")
    before = {name: (_newest(fab, name), _metrics(fab, name)) for name in names}
    sales = fab.open(fab.new_task(SALES))["id"]
    payroll = fab.open(fab.new_task(PAYROLL), approver_role="nobody has it", escalate_role=None)["id"]
    both = fab.open(fab.new_task(PAYROLL))["id"]
    expected: dict[str, set[str]] = {
        "admin": {sales, payroll, both},
        "sales-reader": {sales},
        "manager": {sales, both},
        "outsider": set(),
    }
    for name, new in expected.items():
        (ids_before, total_before), numbers_before = before[name]
        ids, total = _newest(fab, name)
        assert ids - ids_before == new
        assert total - total_before == len(new)
        numbers = _metrics(fab, name)
        assert numbers["total_approvals"] - numbers_before["total_approvals"] == len(new)
        assert numbers["open_now"] - numbers_before["open_now"] == len(new)
        pending, pending_before = (n["status_breakdown"]["pending"] for n in (numbers, numbers_before))
        assert pending - pending_before == len(new)
        assert sum(group["total"] for group in numbers["per_dag"]) == numbers["total_approvals"]
        assert ("nobody has it" in {group["key"] for group in numbers["per_role"]}) == (name == "admin")
    assert {group["key"] for group in _metrics(fab, "sales-reader")["per_dag"]} <= {SALES}


def test_filters_never_widen_what_is_seen(fab: Server) -> None:
    """Naming an invisible Dag, run, task instance or role finds nothing and counts nothing."""
    task = fab.new_task(PAYROLL)
    invisible = fab.open(task)
    for query in (
        {"dag_id": PAYROLL},
        {"dag_id": [PAYROLL, SALES], "run_id": task.run_id, "task_id": task.task_id},
        {"ti_id": str(task.ti_id)},
        {"run_id": task.run_id, "task_id": task.task_id, "approver_role": "director"},
        {"run_id": task.run_id, "task_id": task.task_id, "search": "January"},
        {"dag_id": "~"},
        {"dag_id": "*"},
        {"dag_id": "%"},
    ):
        assert invisible["id"] not in _ids(fab, "sales-reader", **query), query


def test_an_approver_of_a_later_level_sees_it_from_the_start(fab: Server) -> None:
    """The director can look, and read the events, before being asked; but cannot decide yet."""
    approval = fab.open(fab.new_task(PAYROLL))
    by = fab.person("director")
    assert fab.get(f"/approvals/{approval['id']}", by=by).json() == approval
    assert fab.get(f"/approvals/{approval['id']}/events", by=by).json()["total_entries"] == 1
    assert approval["id"] in _ids(fab, "director")
    assert approval["id"] not in _ids(fab, "director", assigned_to_me=True)


def test_losing_the_last_reason_to_see_it_hides_it(fab: Server) -> None:
    """Visibility follows the approvers as they are now, not as they were."""
    approval = fab.open_by_hand(dag_id=PAYROLL, escalate_role=None)
    assert approval["id"] in _ids(fab, "manager")
    changed = fab.call(
        "PATCH",
        f"/approvals/{approval['id']}",
        by=fab.person("editor"),
        json={"approvers": [[{"kind": "user", "name": "outsider"}]]},
    )
    assert changed.status_code == 200, changed.text
    assert approval["id"] not in _ids(fab, "manager")
    assert fab.get(f"/approvals/{approval['id']}", by=fab.person("manager")).status_code == 404
    assert fab.approve(approval["id"], by="outsider")["actor_name"] == "outsider"
