"""The gate as its users meet it: ask, wait, approve, go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

import httpx
import pytest

from dev.stack import AirflowStack
from tests.e2e.conftest import Timings
from tests.e2e.runs import Run, moment

pytestmark = pytest.mark.e2e


@pytest.mark.compat
def test_an_approved_gate_goes_on_and_leaves_a_complete_record(
    stack: AirflowStack, start: Callable[[str], Run], timings: Timings
) -> None:
    """The example Dag: build, wait for a manager without a worker, be ended by the decision, deploy."""
    run = start("example_approval_ext")
    asked = run.wait_request("pending")
    run.wait_parked()

    assert asked["subject"] == "Deploy 1.4.2 to production"
    assert asked["metadata"] == {"version": "1.4.2", "tests": "all green"}
    assert asked["requested_by"] == "author"
    assert (asked["dag_id"], asked["run_id"]) == (run.dag_id, run.run_id)
    assert (asked["task_id"], asked["map_index"], asked["try_number"]) == ("gate", -1, 1)
    assert asked["ti_id"] == run.task()["id"]
    too_early = run.post("director", asked, "approve")  # is asked after an hour
    assert too_early.status_code == httpx.codes.FORBIDDEN, too_early.text

    clicked = datetime.now(timezone.utc)
    answer = run.decide("manager", asked, "approve", comment="checked the figures")
    assert answer["status"] == "approved"
    assert answer["resumed_at"] is not None  # by the same transaction
    assert run.wait_end() == "success"

    assert len(run.started_at()) == 1  # no worker was needed for the answer
    ended, deployed = moment(run.task()["end_date"]), moment(run.task("deploy")["start_date"])
    timings["from the click to the end of the gate"].append((ended - clicked).total_seconds())
    timings["from the click to the next task running"].append((deployed - clicked).total_seconds())

    decided = run.requests()
    assert [request["status"] for request in decided] == ["approved"]
    assert decided[0]["actor_name"] == "manager"
    assert run.xcom() == {
        "approval_id": asked["id"],
        "status": "approved",
        "decided_by": "manager",
        "decided_at": answer["resolved_at"].replace("Z", "+00:00"),
        "comment": "checked the figures",
        "escalated": False,
    }
    assert run.xcom("deploy") == "deployed; approved by manager"

    events = run.events(asked)
    assert [event["type"] for event in events] == ["opened", "voted", "approved", "ended"]
    assert [event["actor"]["kind"] for event in events] == ["task", "person", "person", "system"]
    assert events[2]["actor"]["name"] == "manager"
    times = [moment(event["at"]) for event in events]
    assert times == sorted(times)

    unpleasant = (" warning ", " error ", " critical ")
    assert [line for line in run.log().splitlines() if any(level in line for level in unpleasant)] == []

    links = stack.admin.get(f"{run.path}/taskInstances/gate/links").json()["extra_links"]
    assert links["Approval"] == f"{stack.base_url}/plugin/approvals?id={asked['id']}"
