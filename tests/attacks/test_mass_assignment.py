"""Fields that the server alone sets, sent by people and tasks in every body there is."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.bodies import CancelBody, DecisionBody, EditBody, EmptyBody, OpenBody, ReplaceBody
from airflow_approvals.wire.watching import WatchBody
from tests.attacks.cases import Untouched, refusal
from tests.integration.api.server import INVALID, SALES, Headers, Server, content

pytestmark = pytest.mark.e2e

VALUES: dict[str, Any] = {
    "status": "approved",
    "level": 1,
    "levels": [{"approvers": [{"kind": "user", "name": "editor"}], "timeout_seconds": None}],
    "quorum": 0,
    "version": 99,
    "votes": [{"actor_id": "1", "actor_name": "manager", "verdict": "approve", "level": 0}],
    "actor_kind": "system",
    "requested_by": "manager",
    "resolved_at": "2000-01-01T00:00:00Z",
    "created_at": "2000-01-01T00:00:00Z",
}
MORE = (
    "actor",
    "approval_id",
    "approve",
    "approved",
    "as",
    "channel",
    "decision",
    "events",
    "force",
    "is_admin",
    "os_user",
    "policy",
    "prevent_self_approval",
    "role",
    "roles",
    "state",
    "team",
    "ti",
    "user",
    "user_id",
    "verdict",
    "waiter",
    "watched",
    "x-http-method-override",
    "_method",
    "__class__",
    "__dict__",
    "__init__",
    "__proto__",
    "constructor",
    "model_config",
    "model_fields_set",
    "prototype",
    "Comment",
    "SUBJECT",
    "subject ",
    " subject",
    "subject[]",
    "subject.body",
    "expiresAt",
)
FIELDS = sorted({*ApprovalShape.model_fields, *VALUES, *MORE})


def test_there_are_enough_of_them() -> None:
    """Every field of an answer, and what frameworks have been led astray by."""
    assert len(FIELDS) >= 60


def test_no_body_takes_a_field_that_is_not_its_own(fab: Server) -> None:
    """Each is refused beside an otherwise good body; nothing of the rest is done either."""
    task, asking = fab.new_task(), fab.new_task()
    approval = fab.open(task)
    untouched = Untouched(fab, approval)
    path = f"/approvals/{approval['id']}"
    own, manager, editor = fab.task(task.ti_id), fab.person("manager"), fab.person("editor")
    approvers = [[{"kind": "role", "name": "manager"}], [{"kind": "role", "name": "director"}]]
    everything = {"subject": "x", "body": "", "expires_at": None, "approvers": approvers, "metadata": {}}
    by_hand = content(dag_id=SALES, run_id=task.run_id, escalate_role=None, expires_in=None)
    bodies: list[tuple[str, str, Headers, type[BaseModel], dict[str, Any]]] = [
        ("POST", "/approvals", editor, OpenBody, by_hand),
        ("POST", "/approvals", fab.task(asking.ti_id), OpenBody, content()),
        ("PATCH", path, editor, EditBody, {"body": "Changed."}),
        ("PUT", path, editor, ReplaceBody, everything),
        ("POST", f"{path}/approve", manager, DecisionBody, {}),
        ("POST", f"{path}/deny", manager, DecisionBody, {"comment": "No."}),
        ("POST", f"{path}/cancel", editor, CancelBody, {"reason": "No."}),
        ("POST", f"{path}/advance", own, EmptyBody, {}),
        ("POST", "/approvals/list", own, WatchBody, {"ids": [approval["id"]]}),
        ("POST", "/maintenance/escalate", fab.person("admin"), EmptyBody, {}),
    ]
    counts = _counts(fab, task.run_id)
    wrong: dict[Any, Any] = {}
    for method, target, by, shape, body in bodies:
        for field in FIELDS:
            if field in shape.model_fields:
                continue
            sent = {**body, field: VALUES.get(field, approval.get(field, "approved"))}
            answer = refusal(fab.call(method, target, by=by, json=sent))
            if answer != INVALID:
                wrong[method, target, field] = answer
    assert wrong == {}
    assert untouched.still()
    assert _counts(fab, task.run_id) == counts


def test_fields_inside_fields_are_no_way_in_either(fab: Server) -> None:
    """Approvers have a kind and a name; a query adds nothing to a body."""
    approval = fab.open()
    untouched = Untouched(fab, approval)
    path = f"/approvals/{approval['id']}"
    director = [{"kind": "role", "name": "director"}]
    wrong: dict[Any, Any] = {}
    for field in FIELDS:
        if field in {"kind", "name"}:
            continue
        approvers = [[{"kind": "role", "name": "manager", field: "approved"}], director]
        answer = refusal(fab.edit(approval, approvers=approvers))
        if answer != INVALID:
            wrong[field] = answer
        query = {field: "approved"}
        answer = refusal(fab.call("PATCH", path, by=fab.person("editor"), params=query, json={}))
        if answer[0] not in {200, 422}:
            wrong["query", field] = answer
    assert wrong == {}
    assert untouched.still()


def _counts(fab: Server, run_id: str) -> int:
    query = {"run_id": run_id, "limit": 1}
    found = fab.get("/approvals", by=fab.person("admin"), params=query).json()
    return int(found["total_entries"])
