"""Nobody changes requests faster than people work."""

from __future__ import annotations

import pytest

from airflow_approvals import tokens
from airflow_approvals.config import Settings
from tests.airflow_rows import DAG_ID, RUN_ID, AirflowRows
from tests.integration.api.conftest import Call
from tests.integration.api.server import content, problem

TOO_MANY = (429, "too_many_requests", None)


@pytest.fixture
def three_a_minute(monkeypatch: pytest.MonkeyPatch, rows: AirflowRows) -> None:
    """The limit, and a Dag run to ask about."""
    monkeypatch.setenv("AIRFLOW__APPROVALS__CHANGES_PER_MINUTE", "3")
    rows.run()


@pytest.mark.usefixtures("three_a_minute")
def test_one_person_opens_and_edits_so_often_in_a_minute(call: Call) -> None:
    """Opening, PATCH and PUT count together; others go on, and so do answers, cancelling and reading."""
    asked = content(dag_id=DAG_ID, run_id=RUN_ID, approver_role="op")
    opened = call("POST", "/approvals", by="ana", json=asked)
    assert opened.status_code == 201
    path = f"/approvals/{opened.json()['id']}"
    everything = {
        "subject": "Changed twice",
        "body": "",
        "expires_at": "2999-01-01T00:00:00Z",
        "approvers": [[{"kind": "role", "name": "op"}], [{"kind": "role", "name": "director"}]],
        "metadata": {},
    }
    assert call("PATCH", path, by="ana", json={"subject": "Changed"}).status_code == 200
    assert call("PUT", path, by="ana", json=everything).status_code == 200

    for method, target, body in (
        ("POST", "/approvals", asked),
        ("PATCH", path, {"subject": "x"}),
        ("PUT", path, everything),
    ):
        refused = call(method, target, by="ana", json=body)
        status, code, rule = refused.status_code, refused.json()["code"], refused.json().get("rule")
        assert (status, code, rule) == TOO_MANY
        seconds = refused.json()["retry_after_seconds"]
        assert refused.headers["retry-after"] == str(seconds)
        assert 1 <= seconds <= 60
        assert f"try again in {seconds} s" in refused.json()["detail"]

    assert call("GET", path, by="ana").json()["subject"] == "Changed twice"
    assert call("POST", "/approvals", by="bo", json=asked).status_code == 201
    assert call("POST", f"{path}/cancel", by="ana", json={"reason": "Enough."}).status_code == 200


@pytest.mark.usefixtures("three_a_minute")
def test_what_is_refused_counts_as_well(call: Call) -> None:
    """Guessing ids or Dags is no faster than anything else."""
    for _ in range(3):
        nothing = call("POST", "/approvals", by="ana", json=content(dag_id=DAG_ID, run_id="nowhere"))
        assert nothing.status_code == 422
    assert call("POST", "/approvals", by="ana", json=content(dag_id=DAG_ID, run_id=RUN_ID)).status_code == 429


@pytest.mark.usefixtures("three_a_minute")
def test_tasks_are_not_counted(call: Call, rows: AirflowRows) -> None:
    """Hundreds of gates may open in the same minute."""
    for index in range(5):
        ti_id = rows.task_instance(task_id=f"gate_{index}", state="running")
        token = tokens.for_task_instance(ti_id, secret=Settings.load().jwt_secret)
        opened = call("POST", "/approvals", headers={"Authorization": f"Bearer {token}"}, json=content())
        assert opened.status_code == 201, opened.text


def test_nobody_signed_in_is_told_so(call: Call, three_a_minute: None) -> None:
    """Who is not known has no pace."""
    for _ in range(5):
        assert problem(call("POST", "/approvals", json=content()))[0] == 401
