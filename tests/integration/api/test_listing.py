"""Filters, order and pages of the list."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from airflow_approvals.domain.search import Order
from airflow_approvals.wire.cursors import cursor_of
from tests.builders import NOW
from tests.integration.api.server import INVALID, SALES, Server, problem

pytestmark = pytest.mark.e2e


@pytest.fixture
def run_id(fab: Server) -> str:
    """A Dag run of this test's own, so that a list of it holds only what the test made."""
    return fab.new_run()


def _find(server: Server, by: str = "admin", **query: Any) -> list[str]:
    """Give ids in the order of the list; the count must agree."""
    response = server.get("/approvals", by=server.person(by), params=query)
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["total_entries"] == len(body["approvals"])
    return [approval["id"] for approval in body["approvals"]]


def _expire_soon(server: Server, run_id: str, **fields: Any) -> str:
    """Open a request whose deadline has passed when this returns."""
    approval = server.open_by_hand(run_id=run_id, expires_in=0.2, **fields)
    server.stack.wait_for(
        lambda: approval["id"] in _find(server, run_id=run_id, overdue=True), 30, "a deadline to pass"
    )
    return str(approval["id"])


def test_every_filter_selects_what_it_names(fab: Server) -> None:
    """Each filter alone finds the one request that differs in it, together with others of its kind."""
    task = fab.new_tasks()[0]
    one = fab.open(task, subject="100% of the_budget", approver_role="outsider", escalate_role=None)
    other = fab.open_by_hand(run_id=task.run_id, subject="1000 of theXbudget")
    fab.approve(other["id"])
    for query, expected in (
        ({}, {one["id"], other["id"]}),
        ({"dag_id": SALES}, {one["id"], other["id"]}),
        ({"dag_id": ["nonesuch", SALES]}, {one["id"], other["id"]}),
        ({"dag_id": "nonesuch"}, set()),
        ({"task_id": task.task_id}, {one["id"]}),
        ({"ti_id": str(task.ti_id)}, {one["id"]}),
        ({"ti_id": [str(task.ti_id), str(uuid4())]}, {one["id"]}),
        ({"map_index": -1}, {one["id"], other["id"]}),
        ({"map_index": 0}, set()),
        ({"status": "pending"}, {one["id"]}),
        ({"status": "approved"}, {other["id"]}),
        ({"status": ["pending", "approved"]}, {one["id"], other["id"]}),
        ({"status": ["denied", "expired", "cancelled", "escalated"]}, set()),
        ({"approver_role": "outsider"}, {one["id"]}),
        ({"approver_role": ["outsider", "director"]}, {one["id"], other["id"]}),
        ({"requested_by": "editor"}, {other["id"]}),
        ({"overdue": False}, {one["id"], other["id"]}),
        ({"overdue": True}, set()),
        ({"search": "BUDGET"}, {one["id"], other["id"]}),
        ({"search": "100%"}, {one["id"]}),
        ({"search": "the_b"}, {one["id"]}),
        ({"search": task.task_id.upper()}, {one["id"]}),
        ({"search": "\\"}, set()),
        ({"status": "pending", "approver_role": "manager"}, set()),
    ):
        assert set(_find(fab, run_id=task.run_id, **query)) == expected, query


def test_search_looks_into_the_ids_too(fab: Server, run_id: str) -> None:
    """Part of a run id finds its requests."""
    approval = fab.open_by_hand(run_id=run_id)
    assert _find(fab, search=run_id[3:-1]) == [approval["id"]]


def test_assigned_to_me_is_what_i_may_decide_now(fab: Server, run_id: str) -> None:
    """Asked by role or by name, at a reached level, open, and not answered by me."""
    mine = fab.open_by_hand(run_id=run_id)["id"]
    later = fab.open_by_hand(run_id=run_id, approver_role="outsider", escalate_role="manager")["id"]
    answered = fab.closed(run_id=run_id)["id"]
    assert _find(fab, "manager", run_id=run_id, assigned_to_me=True) == [mine]
    assert set(_find(fab, "manager", run_id=run_id, assigned_to_me=False)) == {later, answered}
    assert _find(fab, "admin", run_id=run_id, assigned_to_me=True) == []
    by_name = {"approvers": [[{"kind": "user", "name": "viewer"}], [{"kind": "role", "name": "director"}]]}
    fab.call("PATCH", f"/approvals/{mine}", by=fab.person("editor"), json=by_name)
    assert _find(fab, "viewer", run_id=run_id, assigned_to_me=True) == [mine]
    assert _find(fab, "manager", run_id=run_id, assigned_to_me=True) == []


def test_overdue_is_open_and_past_its_deadline(fab: Server, run_id: str) -> None:
    """Before any sweep has run an expired deadline shows as overdue; once applied it does not."""
    waiting = fab.open_by_hand(run_id=run_id)["id"]
    late = _expire_soon(fab, run_id, escalate_role=None)
    assert _find(fab, run_id=run_id, overdue=True) == [late]
    assert _find(fab, run_id=run_id, overdue=False) == [waiting]
    assert fab.read(late)["status"] == "pending"
    assert fab.post("/maintenance/escalate", by=fab.person("admin")).status_code == 200
    assert _find(fab, run_id=run_id, overdue=True) == []
    assert _find(fab, run_id=run_id, status="expired") == [late]


def test_order_in_both_directions(fab: Server, run_id: str) -> None:
    """By the three times, upwards and downwards; what lacks the time comes last either way."""
    first = fab.open_by_hand(run_id=run_id, expires_in=3000)["id"]
    second = fab.open_by_hand(run_id=run_id, expires_in=1000)["id"]
    third = fab.open_by_hand(run_id=run_id, expires_in=None, escalate_role=None)["id"]
    fourth = fab.open_by_hand(run_id=run_id, expires_in=2000)["id"]
    fab.approve(fourth)
    fab.approve(first)
    for order, expected in (
        ("created_at", [first, second, third, fourth]),
        ("-created_at", [fourth, third, second, first]),
        ("expires_at", [second, fourth, first, third]),
        ("-expires_at", [first, fourth, second, third]),
    ):
        assert _find(fab, run_id=run_id, order_by=order) == expected, order
    assert _find(fab, run_id=run_id) == [fourth, third, second, first]
    assert _find(fab, run_id=run_id, order_by="resolved_at")[:2] == [fourth, first]
    assert _find(fab, run_id=run_id, order_by="-resolved_at")[:2] == [first, fourth]
    assert set(_find(fab, run_id=run_id, order_by="-resolved_at")[2:]) == {second, third}


def test_pages_hold_everything_once(fab: Server, run_id: str) -> None:
    """Walking through pages gives the whole list; the count is that of all pages."""
    made = [fab.open_by_hand(run_id=run_id, expires_in=None, escalate_role=None)["id"] for _ in range(5)]
    for order in ("created_at", "-created_at", "expires_at", "-resolved_at"):
        seen: list[str] = []
        for offset in (0, 2, 4, 6):
            query = {"run_id": run_id, "order_by": order, "limit": 2, "offset": offset}
            page = fab.get("/approvals", by=fab.person("viewer"), params=query).json()
            assert page["total_entries"] == 5
            seen += [approval["id"] for approval in page["approvals"]]
        assert sorted(seen) == sorted(made), order


@pytest.mark.parametrize("path", ["/approvals", "/page/approvals"])
def test_a_cursor_leads_through_everything_once(fab: Server, run_id: str, path: str) -> None:
    """The last page has none; the count stays that of the whole list."""
    made = [fab.open_by_hand(run_id=run_id, expires_in=None, escalate_role=None)["id"] for _ in range(5)]
    for order in ("created_at", "-created_at", "expires_at", "-resolved_at"):
        query: dict[str, Any] = {"run_id": run_id, "order_by": order, "limit": 2}
        seen: list[str] = []
        for is_last in (False, False, True):
            page = fab.get(path, by=fab.person("viewer"), params=query).json()
            assert (page["total_entries"], page["more_than_total"]) == (5, False)
            seen += [approval["id"] for approval in page["approvals"]]
            assert (page["next_cursor"] is None) is is_last
            query["cursor"] = page["next_cursor"]
        assert sorted(seen) == sorted(made), order


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": -1},
        {"limit": "many"},
        {"limit": 10**30},
        {"offset": -1},
        {"offset": 2**31},
        {"cursor": "x"},
        {"cursor": "bm9uZQ=="},
        {"cursor": "x" * 201},
        {"cursor": cursor_of((NOW.replace(tzinfo=None), UUID(int=1)), Order.CREATED_AT_DESC)},
        {"cursor": cursor_of((None, UUID(int=1)), Order.RESOLVED_AT)},
        {"cursor": cursor_of((None, UUID(int=1)), Order.CREATED_AT_DESC), "order_by": "resolved_at"},
        {"order_by": "subject"},
        {"order_by": "created_at; drop table approval"},
        {"order_by": ""},
        {"status": "open"},
        {"status": ["pending", "open"]},
        {"ti_id": "1"},
        {"map_index": -2},
        {"map_index": 2**31},
        {"dag_id": ""},
        {"dag_id": "x" * 251},
        {"dag_id": "a\0b"},
        {"search": "\0"},
        {"search": "x" * 251},
        {"overdue": "maybe"},
        {"assigned_to_me": ""},
        {"unknown": "1"},
        {"approver_rol": "manager"},
    ],
)
def test_a_bad_query_is_refused(fab: Server, query: dict[str, Any]) -> None:
    """A typo in a filter is an error, never a list of everything."""
    response = fab.get("/approvals", by=fab.person("admin"), params=query)
    assert problem(response) == INVALID
    assert next(iter(query)) in response.json()["detail"]


def test_a_repeated_single_value_means_the_last(fab: Server) -> None:
    """Doubled order and page parameters break nothing."""
    approval = fab.open_by_hand()
    query = f"run_id={approval['run_id']}&limit=0&limit=1&order_by=created_at&order_by=-created_at"
    response = fab.raw("GET", f"/approvals/v1/approvals?{query}", by=fab.person("admin"))
    assert response.status_code == 200


@pytest.mark.parametrize("days", ["0", "-1", "3651", "NaN", "1e3", "", "30 days", str(10**40)])
def test_bad_days_are_refused(fab: Server, days: str) -> None:
    """The period of the metrics is a whole number of days up to ten years."""
    response = fab.get("/approvals/metrics", by=fab.person("viewer"), params={"days": days})
    assert problem(response) == INVALID


def test_an_unknown_parameter_of_the_metrics_is_refused(fab: Server) -> None:
    """As in the list: a typo is not ignored."""
    response = fab.get("/approvals/metrics", by=fab.person("viewer"), params={"day": 7})
    assert problem(response) == INVALID


def test_the_metrics_cover_their_period(fab: Server) -> None:
    """Every status is there, every day of the period is there, and the shares add up."""
    fab.closed()
    metrics = fab.get("/approvals/metrics", by=fab.person("admin"), params={"days": 7}).json()
    assert metrics["period_days"] == 7
    assert metrics["status_breakdown"].keys() == {
        "pending",
        "escalated",
        "approved",
        "denied",
        "expired",
        "cancelled",
    }
    assert sum(metrics["status_breakdown"].values()) == metrics["total_approvals"] > 0
    assert len(metrics["per_day"]) == 8
    assert metrics["average_response_time_seconds"] > 0
    assert 0 <= metrics["escalation_rate_percent"] <= 100


def test_ids_sort_by_time(fab: Server) -> None:
    """Request ids are UUIDs of version 7."""
    first, second = (UUID(fab.open_by_hand()["id"]) for _ in range(2))
    assert (first.version, second.version) == (7, 7)
    assert first < second
