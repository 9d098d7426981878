"""A task's valid token is tried on every route there is: it reaches its own request, and decides nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.attacks.cases import SOMEBODYS_ID, Untouched, filled, refusal, routes
from tests.integration.api.server import MOUNTED_AT, Headers, Server, content

pytestmark = pytest.mark.e2e

PERSON_ONLY = (403, "not_allowed", "person_only")
OWN_REQUEST = (403, "not_allowed", "own_request")
OF_ONE_REQUEST = "{approval_id}"
FOR_TASKS = {
    ("GET", "/v1/approvals/{approval_id}"),
    ("GET", "/v1/approvals/{approval_id}/events"),
    ("POST", "/v1/approvals/{approval_id}/advance"),
    ("POST", "/v1/approvals/{approval_id}/cancel"),
    ("POST", "/v1/approvals"),
    ("POST", "/v1/approvals/list"),
    ("POST", "/v1/maintenance/escalate"),
    ("POST", "/v1/maintenance/cleanup"),
    ("GET", "/v1/health"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
}
FIT = {
    "cancel": {"reason": "No."},
    "approvals": content(),
    "list": {"ids": [SOMEBODYS_ID]},
}


def _ask(server: Server, method: str, path: str, approval_id: str, by: Headers) -> Any:
    body: Any = None
    if method == "PUT":
        approvers = [[{"kind": "role", "name": "a"}], [{"kind": "role", "name": "b"}]]
        body = {"subject": "x", "body": "", "expires_at": None, "approvers": approvers, "metadata": {}}
    elif method in {"POST", "PATCH"}:
        body = FIT.get(path.rpartition("/")[2], {})
    target = f"{MOUNTED_AT}{filled(path, approval_id)}"
    return refusal(server.http.request(method, target, headers=by, json=body))


def test_of_another_request_a_token_reaches_nothing(fab: Server) -> None:
    """Each route with a request in its path, one of another task and one that does not exist: alike."""
    foreign, by = fab.open(), fab.task(fab.new_task().ti_id)
    untouched = Untouched(fab, foreign)
    wrong: dict[Any, Any] = {}
    for method, path in routes():
        if OF_ONE_REQUEST not in path:
            continue
        there, nowhere = (_ask(fab, method, path, i, by) for i in (foreign["id"], SOMEBODYS_ID))
        if there != nowhere or there not in {PERSON_ONLY, OWN_REQUEST}:
            wrong[method, path] = there, nowhere
    assert wrong == {}
    assert untouched.still()


def test_of_its_own_request_a_token_reaches_what_tasks_need(fab: Server) -> None:
    """Whatever is not on the short list above is for people, also when it is added later; reading aside."""
    task = fab.new_task()
    own = fab.open(task)
    untouched = Untouched(fab, own)
    wrong: dict[Any, Any] = {}
    for method, path in routes():
        if (method, path) in FOR_TASKS:
            continue
        answer = _ask(fab, method, path, own["id"], fab.task(task.ti_id))
        read = method == "GET" and answer in {(200, "", None), (404, "not_found", None)}
        if answer != PERSON_ONLY and not (read and OF_ONE_REQUEST in path and "/page/" not in path):
            wrong[method, path] = answer
    assert wrong == {}
    assert untouched.still()


def test_a_triggerers_token_reads_and_nothing_else(fab: Server) -> None:
    """It names requests, and reads their state by one route; no other route takes it."""
    approval = fab.open()
    untouched = Untouched(fab, approval)
    wrong: dict[Any, Any] = {}
    for method, path in routes():
        if path in {"/v1/health", "/docs", "/openapi.json"}:
            continue
        answer = _ask(fab, method, path, approval["id"], fab.watcher(approval["id"]))
        if answer not in {PERSON_ONLY, OWN_REQUEST}:
            wrong[method, path] = answer
    assert wrong == {}
    assert untouched.still()
