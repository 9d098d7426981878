"""What the Approvals page reads: short lines, one detail with what its reader may do, and the icon."""

from __future__ import annotations

import re

import pytest

from tests.integration.api.server import Server

pytestmark = pytest.mark.e2e

LONG = "x" * 100_000


def test_lines_are_short_and_say_what_the_reader_may_do(server: Server) -> None:
    """No body and no metadata in a list; whether a line can be answered is the reader's own."""
    approval = server.open(body=LONG, metadata={"note": "y" * 60_000})
    query = {"dag_id": approval["dag_id"], "run_id": approval["run_id"], "task_id": approval["task_id"]}
    for name, can in (("manager", True), ("viewer", False), ("director", False)):
        answer = server.get("/page/approvals", by=server.person(name), params=query)
        (line,) = [line for line in answer.json()["approvals"] if line["id"] == approval["id"]]
        assert line["can_decide"] is can
        assert line["asked"] == [{"kind": "role", "name": "manager"}]
        assert {"body", "metadata", "votes"}.isdisjoint(line)
        same = ("subject", "status", "dag_id", "run_id", "task_id", "map_index", "expires_at", "requested_by")
        assert {key: line[key] for key in same} == {key: approval[key] for key in same}
        assert len(answer.content) < 200_000


def test_many_approvers_are_counted_not_listed(server: Server) -> None:
    """A line stays short however many are asked."""
    approval = server.open_by_hand()
    many = [
        [{"kind": "user", "name": f"user {n}"} for n in range(60)],
        [{"kind": "role", "name": "director"}],
    ]
    server.call("PATCH", f"/approvals/{approval['id']}", by=server.person("admin"), json={"approvers": many})
    lines = server.get(
        "/page/approvals", by=server.person("admin"), params={"run_id": approval["run_id"]}
    ).json()["approvals"]
    assert (len(lines[0]["asked"]), lines[0]["asked_total"]) == (5, 60)


def test_the_list_takes_the_public_lists_filters(server: Server) -> None:
    """The same query means the same requests, in the same order; unknown words are refused."""
    by = server.person("admin")
    query = {"status": ["pending", "approved"], "order_by": "-created_at", "limit": 20, "search": "january"}
    public = server.get("/approvals", by=by, params=query).json()
    page = server.get("/page/approvals", by=by, params=query).json()
    assert [line["id"] for line in page["approvals"]] == [found["id"] for found in public["approvals"]]
    assert page["total_entries"] == public["total_entries"]
    assert server.get("/page/approvals", by=by, params={"limit": 101}).status_code == 422
    assert server.get("/page/approvals", by=by, params={"colour": "red"}).status_code == 422


def test_the_detail_says_who_may_do_what(server: Server) -> None:
    """An approver may decide, an editor may change, a reader neither and learns why."""
    approval = server.open()

    def detail(name: str) -> tuple[bool, str | None, bool]:
        answer = server.get(f"/page/approvals/{approval['id']}", by=server.person(name)).json()
        assert answer["approval"] == server.read(approval["id"])
        assert [event["type"] for event in answer["events"]] == ["opened"]
        return answer["can_decide"], answer["why_not"], answer["can_edit"]

    assert detail("manager") == (True, None, False)
    can_decide, why_not, can_edit = detail("editor")
    assert (can_decide, can_edit) == (False, True)
    refusal = server.post(f"/approvals/{approval['id']}/approve", by=server.person("editor"))
    assert why_not == refusal.json()["detail"]
    assert detail("viewer")[2] is False


def test_the_badge_shows_the_number_that_waits(server: Server) -> None:
    """It is a picture, of the reader's own number, that nobody keeps."""
    server.open()
    for name in ("manager", "viewer"):
        by = server.person(name)
        waiting = server.get("/page/approvals", by=by, params={"limit": 1}).json()["waiting_for_me"]
        for theme in ("light", "dark"):
            answer = server.get("/badge.svg", by=by, params={"theme": theme})
            assert answer.headers["content-type"].startswith("image/svg+xml")
            assert answer.headers["cache-control"] == "no-store"
            numbers = re.findall("<text[^>]*>([^<]*)</text>", answer.text)
            assert numbers == ([] if waiting == 0 else [str(waiting) if waiting < 100 else "99+"])


def test_choices_are_visible_names(fab: Server) -> None:
    """A role that only somebody else's requests ask is not offered, nor a Dag of which nothing is seen."""
    approval = fab.open(approver_role="choosers", escalate_role=None)
    offered = fab.get("/page/choices", by=fab.person("viewer")).json()
    assert approval["dag_id"] in offered["dag_ids"]
    assert "choosers" in offered["roles"]

    outsider = fab.person("outsider")
    seen = fab.get("/approvals?limit=1000", by=outsider).json()["approvals"]
    offered = fab.get("/page/choices", by=outsider).json()
    assert offered["dag_ids"] == sorted({one["dag_id"] for one in seen})
    assert "choosers" not in offered["roles"]
