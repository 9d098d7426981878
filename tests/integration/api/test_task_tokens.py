"""What a running task may do with its own token: open, read, advance and cancel its one request."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from airflow_approvals.wire.watching import MAX_WATCHED
from tests.integration.api.server import INVALID, PAYROLL, SALES, Server, content, problem

pytestmark = pytest.mark.e2e

NOT_RUNNING = (403, "not_allowed", "task_is_running")
OWN_REQUEST = (403, "not_allowed", "own_request")
WATCHED = ("id", "status", "level", "expires_at", "resumed_at")


def _open(fab: Server, by_ti_id: UUID, /, **fields: Any) -> Any:
    return fab.post("/approvals", by=fab.task(by_ti_id), json=content(**fields))


def test_dag_run_and_task_come_from_airflow(fab: Server) -> None:
    """The token names the task instance; everything else is looked up."""
    task = fab.new_task(PAYROLL)
    opened = fab.open(task)
    assert UUID(opened["ti_id"]) == task.ti_id
    assert (opened["dag_id"], opened["run_id"], opened["task_id"], opened["map_index"]) == (
        task.dag_id,
        task.run_id,
        task.task_id,
        -1,
    )
    assert opened["try_number"] is not None
    assert opened["requested_by"] == "admin"  # who triggered the run


def test_mapped_tasks_open_one_each(fab: Server) -> None:
    """Every instance of a mapped task is its own try."""
    mapped = [task for task in fab.new_tasks() if task.task_id == "mapped"]
    opened = [fab.open(task) for task in mapped]
    assert sorted(approval["map_index"] for approval in opened) == [0, 1]
    assert len({approval["id"] for approval in opened}) == 2


@pytest.mark.parametrize(
    "moved",
    [
        {"dag_id": PAYROLL},
        {"dag_id": SALES},
        {"run_id": "another"},
        {"task_id": "gate_2"},
        {"map_index": 0},
        {"map_index": -1},
        {"expires_at": "2999-01-01T00:00:00Z", "expires_in": None},
        {"ti_id": str(uuid4())},
        {"try_number": 2},
        {"requested_by": "somebody"},
    ],
)
def test_nothing_in_the_body_moves_a_request(fab: Server, moved: dict[str, Any]) -> None:
    """A task that says where its request belongs is refused, even if it says the truth."""
    task = fab.new_task()
    assert problem(_open(fab, task.ti_id, **moved)) == INVALID
    assert fab.get("/approvals", by=fab.person("admin"), params={"ti_id": str(task.ti_id)}).json() == {
        "approvals": [],
        "total_entries": 0,
        "more_than_total": False,
        "next_cursor": None,
    }


@pytest.mark.parametrize(
    "state", [None, "scheduled", "queued", "deferred", "success", "failed", "up_for_retry"]
)
def test_only_a_running_task_opens_a_request(fab: Server, state: str | None) -> None:
    """A token that outlives its task opens nothing."""
    task = fab.new_task()
    fab.set_state(task, state)
    assert problem(_open(fab, task.ti_id)) == NOT_RUNNING


def test_an_unknown_task_instance_opens_nothing(fab: Server) -> None:
    """A well-signed token for a task instance that does not exist."""
    assert problem(_open(fab, uuid4())) == NOT_RUNNING


def test_asking_again_gives_the_same_request(fab: Server) -> None:
    """A worker that lost the answer asks again: 200 instead of 201, whatever became of the request."""
    task = fab.new_task()
    opened = fab.open(task, metadata={"rows": [1, 2.5, None, {"deep": True}]}, subject=" Publish ")
    again = _open(fab, task.ti_id, metadata={"rows": [1, 2.5, None, {"deep": True}]}, subject="Publish")
    assert (again.status_code, again.json()) == (200, opened)
    approved = fab.approve(opened["id"])
    again = _open(fab, task.ti_id, metadata={"rows": [1, 2.5, None, {"deep": True}]}, subject="Publish")
    assert (again.status_code, again.json()) == (200, approved)


@pytest.mark.parametrize(
    "other",
    [
        {"subject": "Something else"},
        {"body": "Something else"},
        {"approver_role": "viewer"},
        {"escalate_role": None},
        {"expires_in": 60},
        {"on_deny": "skip"},
        {"on_expiry": "approve"},
        {"metadata": {"rows": 2}},
    ],
)
def test_asking_again_for_something_else_is_refused(fab: Server, other: dict[str, Any]) -> None:
    """One try has one request; its text and its terms cannot be changed by asking twice."""
    task = fab.new_task()
    opened = fab.open(task)
    assert problem(_open(fab, task.ti_id, **other)) == (409, "content_differs", None)
    assert fab.read(opened["id"]) == opened


def test_asking_at_the_same_moment_opens_one(fab: Server) -> None:
    """Calls that race end up with one request."""
    task = fab.new_task()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _open(fab, task.ti_id), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_a_new_try_supersedes_the_old_request(fab: Server) -> None:
    """After a clear or retry the old request is closed and the old token opens nothing more."""
    old = fab.new_task()
    first = fab.open(old)
    new = fab.next_try(old)
    second = fab.open(new, subject="Another text")
    assert second["id"] != first["id"]
    superseded = fab.read(first["id"])
    assert (superseded["status"], superseded["reason"]) == ("cancelled", "superseded")
    assert (superseded["actor_kind"], superseded["actor_id"]) == ("system", "system")
    assert second["try_number"] == superseded["try_number"] + 1
    again = _open(fab, old.ti_id)
    assert (again.status_code, again.json()["status"]) == (200, "cancelled")
    assert problem(fab.get(f"/approvals/{second['id']}", by=fab.task(old.ti_id))) == OWN_REQUEST


def test_a_superseded_try_that_never_asked_opens_nothing(fab: Server) -> None:
    """The old token is worth nothing once there is a newer try."""
    old = fab.new_task()
    fab.next_try(old)
    assert problem(_open(fab, old.ti_id)) == NOT_RUNNING


def test_a_task_reads_and_cancels_its_own_request(fab: Server) -> None:
    """The task is on record as the one that cancelled."""
    task = fab.new_task()
    opened = fab.open(task)
    by = fab.task(task.ti_id)
    assert fab.get(f"/approvals/{opened['id']}", by=by).json() == opened
    assert fab.get(f"/approvals/{opened['id']}/events", by=by).json()["total_entries"] == 1
    cancelled = fab.post(f"/approvals/{opened['id']}/cancel", by=by, json={"reason": "killed"}).json()
    assert (cancelled["status"], cancelled["actor_id"]) == ("cancelled", f"ti:{task.ti_id}")
    response = fab.post(f"/approvals/{opened['id']}/cancel", by=by, json={"reason": "killed"})
    assert problem(response) == (409, "already_closed", None)


@pytest.mark.parametrize("verb", ["approve", "deny"])
def test_no_token_decides(fab: Server, verb: str) -> None:
    """Not its own request, not another's, not an unknown one; a triggerer neither."""
    task = fab.new_task()
    own, foreign = fab.open(task)["id"], fab.open()["id"]
    for by in (fab.task(task.ti_id), fab.watcher(own)):
        for approval_id in (own, foreign, str(uuid4())):
            response = fab.post(f"/approvals/{approval_id}/{verb}", by=by)
            assert problem(response) == (403, "not_allowed", "person_only")
    assert fab.read(own)["status"] == fab.read(foreign)["status"] == "pending"


def test_the_servers_log_warns_of_tokens_that_try_what_is_not_theirs(fab: Server) -> None:
    """With method and path: somebody has a token, or wrote a task, that means harm."""
    approval = fab.open()
    path = f"/approvals/{approval['id']}"
    fab.post(f"{path}/approve", by=fab.task(fab.new_task().ti_id))
    fab.post(f"{path}/cancel", by=fab.task(fab.new_task().ti_id), json={"reason": "no"})
    fab.post(f"{path}/deny", by={**fab.cookie("manager"), "Sec-Fetch-Site": "cross-site"})
    log = fab.stack.log_file("api-server").read_text()
    for what, rule in (("approve", "person_only"), ("cancel", "own_request"), ("deny", "same_origin")):
        assert f"/v1{path}/{what} refused: {rule}" in log


def test_a_task_named_like_an_approver_is_none(fab: Server) -> None:
    """An approver's name that equals a task's actor id gives that task no right."""
    task = fab.new_task()
    approval = fab.open(task)
    approvers = [
        [{"kind": "user", "name": f"ti:{task.ti_id}"}],
        [{"kind": "role", "name": f"ti:{task.ti_id}"}],
    ]
    by = fab.person("editor")
    assert fab.call("PATCH", f"/approvals/{approval['id']}", by=by, json={"approvers": approvers}).is_success
    response = fab.post(f"/approvals/{approval['id']}/approve", by=fab.task(task.ti_id))
    assert problem(response) == (403, "not_allowed", "person_only")


def test_advancing_before_the_deadline_changes_nothing(fab: Server) -> None:
    """Neither the request nor its record."""
    task = fab.new_task()
    approval = fab.open(task)
    advanced = fab.post(f"/approvals/{approval['id']}/advance", by=fab.task(task.ti_id)).json()
    assert advanced == {**{name: approval[name] for name in WATCHED}, "settled": True}
    assert fab.read(approval["id"]) == approval
    assert [event["type"] for event in fab.events(approval)] == ["opened"]


def test_advancing_after_the_deadline_escalates(fab: Server) -> None:
    """By one level at a time, and the record says that time did it."""
    task = fab.new_task()
    approval = fab.open(task, expires_in=0.2)

    def escalated() -> bool:
        advanced = fab.post(f"/approvals/{approval['id']}/advance", by=fab.task(task.ti_id)).json()
        return bool(advanced["status"] == "escalated" and advanced["level"] == 1)

    fab.stack.wait_for(escalated, 30, "the deadline to pass")
    assert [(event["type"], event["actor"]["id"]) for event in fab.events(approval)] == [
        ("opened", f"ti:{task.ti_id}"),
        ("escalated", "system"),
    ]


def test_advancing_for_a_finished_task_cancels(fab: Server) -> None:
    """Nobody waits any more: closed by the system, never approved."""
    task = fab.new_task()
    approval = fab.open(task)
    fab.set_state(task, "failed")
    advanced = fab.post(f"/approvals/{approval['id']}/advance", by=fab.task(task.ti_id)).json()
    closed = fab.read(approval["id"])
    assert advanced == {**{name: closed[name] for name in WATCHED}, "settled": True}
    assert (closed["status"], closed["actor_id"], closed["reason"]) == ("cancelled", "system", "task_failed")


def test_a_click_after_the_task_failed_meets_a_cancelled_request(fab: Server) -> None:
    """The approver is told, and the gate does not count as passed."""
    task = fab.new_task()
    approval = fab.open(task)
    fab.set_state(task, "failed")
    response = fab.post(f"/approvals/{approval['id']}/approve", by=fab.person("manager"))
    assert problem(response) == (409, "already_closed", None)
    assert fab.read(approval["id"])["status"] == "cancelled"


def test_the_watcher_asks_for_many_but_not_too_many(fab: Server) -> None:
    """Some thousand ids at once; a repeated id counts once."""
    task = fab.new_task()
    own = fab.open(task)["id"]
    ids = [own, *(str(uuid4()) for _ in range(MAX_WATCHED - 1))]
    answer = fab.post("/approvals/list", by=fab.watcher(*ids), json={"ids": ids})
    assert [found["id"] for found in answer.json()["approvals"]] == [own]
    ids.append(str(uuid4()))
    too_many = fab.post("/approvals/list", by=fab.watcher(*ids), json={"ids": ids})
    assert problem(too_many) == INVALID
    twice = fab.post("/approvals/list", by=fab.task(task.ti_id), json={"ids": [own, own]})
    assert [found["id"] for found in twice.json()["approvals"]] == [own]


def test_maintenance_runs_as_any_task(fab: Server) -> None:
    """The maintenance Dag signs in as its own task instance; the answers count what was done."""
    by = fab.task(fab.new_task().ti_id)
    assert fab.post("/maintenance/escalate", by=by).json().keys() == {
        "escalated",
        "expired",
        "cancelled",
        "resumed",
        "failed",
        "failed_ids",
        "remaining",
        "after",
    }
    without = {"leave_out": [str(uuid4())], "after": str(UUID(int=2**128 - 1))}  # as the calls before said
    assert fab.post("/maintenance/escalate", by=by, json=without).json()["failed_ids"] == []
    assert problem(fab.post("/maintenance/escalate", by=by, json={"after": "7"})) == INVALID
    assert problem(fab.post("/maintenance/escalate", by=by, json={"leave_out": ["7"]})) == INVALID
    assert fab.post("/maintenance/cleanup", by=by).json() == {"removed": 0, "remaining": False}
