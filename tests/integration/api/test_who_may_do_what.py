"""The role x route matrix, on running servers: every route, every kind of caller, one answer each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.routing import APIRoute

from airflow_approvals.api.app import create_app
from tests.integration.api.server import MOUNTED_AT, NOBODY, PREFIX, Headers, Server, Task, content, problem

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Scene:
    """A request that a running task opened, that task, and another one."""

    approval_id: str
    task: Task
    other_task: Task


Expected = int | str
"""A status of success, or one of the refusals below."""

REFUSALS: Mapping[str, tuple[int, str, str | None]] = {
    "not_found": (404, "not_found", None),
    "not_signed_in": (401, "not_signed_in", None),
    "invalid": (422, "invalid", None),
    **{
        rule: (403, "not_allowed", rule)
        for rule in (
            "administrator",
            "approver_of_reached_level",
            "may_edit_dag",
            "own_request",
            "person_only",
            "task_only",
        )
    },
}

CALLERS: Mapping[str, Callable[[Server, Scene], Headers]] = {
    "nobody": lambda _server, _scene: NOBODY,
    "viewer": lambda server, _: server.person("viewer"),
    "editor": lambda server, _: server.person("editor"),
    "op": lambda server, _: server.person("op"),
    "admin": lambda server, _: server.person("admin"),
    "manager": lambda server, _: server.person("manager"),
    "director": lambda server, _: server.person("director"),
    "outsider": lambda server, _: server.person("outsider"),
    "its task": lambda server, scene: server.task(scene.task.ti_id),
    "another task": lambda server, scene: server.task(scene.other_task.ti_id),
    "its watcher": lambda server, scene: server.watcher(scene.approval_id),
    "another watcher": lambda server, _: server.watcher("01900000-0000-7000-8000-000000000009"),
}
FAB_CALLERS = tuple(CALLERS)
# Under SimpleAuthManager everybody may read every Dag, so nobody is an outsider.
SIMPLE_CALLERS = tuple(name for name in CALLERS if name != "outsider")


def _everyone(people: Expected, tasks: Expected, **others: Expected) -> dict[str, Expected]:
    """Expect one answer for all people, one for all tokens, and others by name; nobody gets in."""
    named = {name.replace("_", " "): expected for name, expected in others.items()}
    people_named = dict.fromkeys(
        ("viewer", "editor", "op", "admin", "manager", "director", "outsider"), people
    )
    tokens = dict.fromkeys(("its task", "another task", "its watcher", "another watcher"), tasks)
    return {"nobody": "not_signed_in", **people_named, **tokens, **named}


def _editors(success: int, outsider: Expected = "not_found") -> dict[str, Expected]:
    """Expect success for those who may edit the Dag, and nobody else; approvers may not."""
    return _everyone(
        "may_edit_dag", "person_only", editor=success, op=success, admin=success, outsider=outsider
    )


READERS = _everyone(200, "own_request", its_task=200, outsider="not_found")
DECIDERS = _everyone("approver_of_reached_level", "person_only", manager=200, outsider="not_found")
ADMINISTRATORS = _everyone("administrator", "own_request", op=200, admin=200, its_task=200, another_task=200)

REPLACEMENT = {
    "subject": "Publish the February figures",
    "body": "All of them.",
    "expires_at": "2999-01-01T00:00:00Z",
    "approvers": [[{"kind": "role", "name": "manager"}], [{"kind": "role", "name": "director"}]],
    "metadata": {},
}


@dataclass(frozen=True)
class Call:
    """One way to call one route, and what it answers to whom."""

    route: str
    method: str
    path: str
    expected: Mapping[str, Expected]
    body: Callable[[Scene], Any] | None = None
    closed: bool = False
    below: str = PREFIX


def _body(value: Any) -> Callable[[Scene], Any]:
    return lambda _: value


def _by_hand(scene: Scene) -> dict[str, Any]:
    return content(dag_id=scene.task.dag_id, run_id=scene.task.run_id)


CALLS: Mapping[str, Call] = {
    "health": Call("health", "GET", "/health", dict.fromkeys(CALLERS, 200)),
    "docs": Call("docs", "GET", "/docs", _everyone(200, 200), below=MOUNTED_AT),
    "openapi": Call("openapi", "GET", "/openapi.json", _everyone(200, 200), below=MOUNTED_AT),
    "list": Call("list_approvals", "GET", "/approvals", _everyone(200, "person_only")),
    "metrics": Call("get_metrics", "GET", "/approvals/metrics", _everyone(200, "person_only")),
    "page: list": Call("list_rows", "GET", "/page/approvals", _everyone(200, "person_only")),
    "page: detail": Call(
        "get_detail", "GET", "/page/approvals/{id}", _everyone(200, "person_only", outsider="not_found")
    ),
    "page: choices": Call("get_choices", "GET", "/page/choices", _everyone(200, "person_only")),
    "badge": Call("get_badge", "GET", "/badge.svg", _everyone(200, "person_only")),
    "open by hand": Call(
        "open_approval",
        "POST",
        "/approvals",
        {
            **_everyone("may_edit_dag", "invalid"),
            **dict.fromkeys(("editor", "op", "admin"), 201),
        },
        _by_hand,
    ),
    "open as a task": Call(
        "open_approval",
        "POST",
        "/approvals",
        _everyone("invalid", "own_request", its_task=200, another_task=201),
        _body(content()),
    ),
    "watch": Call(
        "list_watched",
        "POST",
        "/approvals/list",
        _everyone("task_only", "own_request", its_task=200, its_watcher=200),
        lambda scene: {"ids": [scene.approval_id]},
    ),
    "read": Call("get_approval", "GET", "/approvals/{id}", READERS),
    "events": Call("list_events", "GET", "/approvals/{id}/events", READERS),
    "edit": Call("edit_approval", "PATCH", "/approvals/{id}", _editors(200), _body({"body": "Changed."})),
    "replace": Call("replace_approval", "PUT", "/approvals/{id}", _editors(200), _body(REPLACEMENT)),
    "content": Call("get_content", "GET", "/approvals/{id}/contents/{fingerprint}", READERS),
    "delete": Call(
        "delete_approval",
        "DELETE",
        "/approvals/{id}",
        _everyone("administrator", "person_only", op=204, admin=204, outsider="not_found"),
        closed=True,
    ),
    "approve": Call("approve", "POST", "/approvals/{id}/approve", DECIDERS, _body({})),
    "deny": Call("deny", "POST", "/approvals/{id}/deny", DECIDERS, _body({"comment": "No."})),
    "cancel": Call(
        "cancel",
        "POST",
        "/approvals/{id}/cancel",
        {
            **_everyone("may_edit_dag", "own_request", its_task=200, outsider="not_found"),
            **dict.fromkeys(("editor", "op", "admin"), 200),
        },
        _body({"reason": "Called off."}),
    ),
    "advance": Call(
        "advance",
        "POST",
        "/approvals/{id}/advance",
        _everyone("task_only", "own_request", its_task=200),
        _body({}),
    ),
    "sweep": Call("escalate", "POST", "/maintenance/escalate", ADMINISTRATORS, _body({})),
    "clean up": Call("cleanup", "POST", "/maintenance/cleanup", ADMINISTRATORS, _body({})),
}


def _cells() -> Iterator[Any]:
    for auth, callers in (("fab", FAB_CALLERS), ("simple", SIMPLE_CALLERS)):
        for call in CALLS:
            for caller in callers:
                yield pytest.param(auth, call, caller, id=f"{auth}-{call}-{caller}")


def test_every_route_is_in_the_matrix() -> None:
    """A new route cannot be forgotten here, nor a caller in one of the rows."""
    assert {call.route for call in CALLS.values()} == {
        route.name for route in create_app().routes if isinstance(route, APIRoute)
    }
    assert all(call.expected.keys() == CALLERS.keys() for call in CALLS.values())


@pytest.mark.parametrize(("auth", "name", "caller"), list(_cells()))
def test_who_may_do_what(request: pytest.FixtureRequest, auth: str, name: str, caller: str) -> None:
    """Being an administrator or editor is not being an approver, and a task reaches its own request only."""
    server: Server = request.getfixturevalue(auth)
    call = CALLS[name]
    scene = _scene(server)
    if call.closed:
        server.approve(scene.approval_id)
        server.set_state(scene.task, "success")
        server.let_retention_pass(scene.approval_id)
    before = server.read(scene.approval_id)

    response = server.call(
        call.method,
        call.path.format(id=scene.approval_id, fingerprint=before["fingerprint"]),
        by=CALLERS[caller](server, scene),
        below=call.below,
        json=None if call.body is None else call.body(scene),
    )

    expected = call.expected[caller]
    if isinstance(expected, int):
        assert response.status_code == expected, response.text
    else:
        assert problem(response) == REFUSALS[expected], response.text
        assert server.read(scene.approval_id) == before


def _scene(server: Server) -> Scene:
    task = server.new_task()
    return Scene(approval_id=server.open(task)["id"], task=task, other_task=server.new_task())
