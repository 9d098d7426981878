"""Generated input for every operation of the OpenAPI document: no failure, and no answer it does not name."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from airflow_approvals.api.app import create_app
from tests.integration.api.server import MOUNTED_AT, SALES, Headers, Server

pytestmark = pytest.mark.e2e

SCHEMA = schemathesis.openapi.from_dict(create_app().openapi())
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ONLY_FOR_PEOPLE = ("dag_id", "run_id", "task_id", "map_index", "expires_at")
# The same calls in every run; how often a server answers in a second is nothing to shrink by.
SAME_EVERY_TIME = settings(
    max_examples=20, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def run_id(fab: Server) -> str:
    """The Dag run that generated requests are about."""
    return fab.new_run()


def _is_uuid(value: Any) -> bool:
    try:
        return bool(UUID(value))
    except (ValueError, TypeError, AttributeError):
        return False


def _send(case: schemathesis.Case, approval_id: str, server: Server, by: Headers) -> None:
    """Send the case, at a real request instead of an invented one, and check the answer.

    A line break in a path leads past where Airflow has put this API: Airflow itself answers that.
    """
    assume(not any("\n" in unquote(str(value)) for value in case.path_parameters.values()))
    if _is_uuid(case.path_parameters.get("approval_id")):
        case.path_parameters["approval_id"] = approval_id
    case.call_and_validate(base_url=f"{server.base_url}{MOUNTED_AT}", headers=dict(by), checks=CHECKS)


@SCHEMA.parametrize()
@SAME_EVERY_TIME
def test_a_person_breaks_nothing(case: schemathesis.Case, fab: Server, run_id: str) -> None:
    """An administrator who is also an approver, so that every route is reached to its end."""
    if isinstance(case.body, dict):
        real = {"dag_id": SALES, "run_id": run_id, "task_id": "gate_1"}
        case.body.update({name: real[name] for name in real if isinstance(case.body.get(name), str)})
    approval = fab.open_by_hand(run_id=run_id)
    if case.method == "DELETE":
        fab.approve(approval["id"])
    _send(case, approval["id"], fab, fab.person("chief"))


@SCHEMA.parametrize()
@SAME_EVERY_TIME
def test_a_task_breaks_nothing(case: schemathesis.Case, fab: Server) -> None:
    """A running task: with the id of its own request, or about to open one."""
    task = fab.new_task()
    if case.operation.label == "POST /v1/approvals":
        if isinstance(case.body, dict):
            for name in ONLY_FOR_PEOPLE:
                case.body.pop(name, None)
        _send(case, "", fab, fab.task(task.ti_id))
        return
    approval = fab.open(task)
    if case.operation.label == "POST /v1/approvals/list" and isinstance(case.body, dict):
        ids = case.body.get("ids")
        if isinstance(ids, list) and all(map(_is_uuid, ids)):
            case.body["ids"] = [approval["id"]] * len(ids)
    _send(case, approval["id"], fab, fab.task(task.ti_id))
