"""A gate gives its worker back, in each way of waiting, and comes back to what the server says."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from airflow.sdk import BaseNotifier

from airflow_approvals import ApprovalExpired, ApprovalTrigger
from airflow_approvals.domain.waiting import Ends, Way
from tests.builders import MANAGER, MINUTE, escalated
from tests.integration.waiting.approvals_api import ApprovalsApi, answering
from tests.integration.waiting.gates import CONTEXT, TI_ID, Recorder, asked, gate, keep
from tests.integration.waiting.ways import known, parks


def test_a_gate_opens_a_request_and_waits(api: ApprovalsApi, way: Way) -> None:
    """The worker is given back; what is left knows the request and the level, and the server how it waits."""
    task = gate(body="Words.", escalate_role="director", expires_in=MINUTE, metadata={"rows": 3})
    with parks(way) as parked:
        task.execute(CONTEXT)
    ((approval_id, kept),) = api.approvals.items()
    content = kept.content
    assert (content.subject, content.body, dict(content.metadata)) == ("Release 1.2", "Words.", {"rows": 3})
    assert [level.timeout for level in kept.policy.levels] == [MINUTE, MINUTE]
    assert task.approval_id == approval_id
    assert known(way, parked.value) == {"approval_id": str(approval_id), "level": 0}
    assert kept.waiter is not None
    assert (kept.waiter.waits.way, kept.waiter.waits.ends) == (way, Ends.SERVER)


def test_a_trigger_knows_the_task_and_whether_to_wake_it(
    api: ApprovalsApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also an author's own, who asks for one."""
    monkeypatch.setenv("AIRFLOW__APPROVALS__WAIT_IN", "auto")
    with parks(Way.TRIGGER) as deferred:
        gate(deferrable=True, notifiers=Recorder()).execute(CONTEXT)
    ((approval_id, _),) = api.approvals.items()
    assert deferred.value.method_name == "execute_complete"
    assert isinstance(deferred.value.trigger, ApprovalTrigger)
    assert deferred.value.trigger.serialize()[1] == {
        "approval_id": str(approval_id),
        "ti_id": str(TI_ID),
        "level": 0,
        "wake_on_escalation": True,
    }


def test_notifiers_are_told_of_the_open_request(
    api: ApprovalsApi, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They find the request and its address in the context."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/path/")
    recorder = Recorder()
    with parks(way):
        gate(notifiers=recorder).execute(CONTEXT)
    ((approval_id, _),) = api.approvals.items()
    (told,) = recorder.told
    assert told["ti"] is CONTEXT["ti"]
    assert told["approval"]["id"] == str(approval_id)
    assert told["approval"]["subject"] == "Release 1.2"
    assert told["approval_url"] == f"https://airflow.example/path/plugin/approvals?id={approval_id}"


def test_an_answer_that_came_while_notifiers_ran_is_acted_on_at_once(api: ApprovalsApi, way: Way) -> None:
    """The request is read once more before the worker is given back, and the server is told who has it."""

    class Answering(BaseNotifier):
        def notify(self, context: Any) -> None:
            api.decide(UUID(context["approval"]["id"]))

    returned = gate(notifiers=Answering()).execute(CONTEXT)
    assert (returned["status"], returned["decided_by"]) == ("approved", MANAGER.name)
    ((_, kept),) = api.approvals.items()
    assert kept.waiter is not None
    assert kept.waiter.ended_at is not None


def test_an_api_that_is_away_after_the_notifiers_does_not_fail_the_gate(
    api: ApprovalsApi, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it waits as it would have."""
    other = answering(404)
    api.broken = lambda asked: other(asked) if asked.what == "get" else None
    with parks(way):
        gate(notifiers=Recorder()).execute(CONTEXT)


def test_an_escalation_is_told_and_waited_through(api: ApprovalsApi, way: Way) -> None:
    """Woken at a higher level, the task tells its notifiers and waits again, from that level on."""
    event = {**keep(api, escalated(asked())), "level": 0}
    recorder = Recorder()
    with parks(way) as parked:
        gate(notifiers=[recorder]).execute_complete(CONTEXT, event)
    assert [told["approval"]["status"] for told in recorder.told] == ["escalated"]
    assert known(way, parked.value)["level"] == 1


def test_a_deadline_that_has_come_is_applied_by_the_server(api: ApprovalsApi) -> None:
    """Airflow only says that the time is over; what that means the server says, at any level."""
    approval = api.open(ti_id=TI_ID, levels=2, timeout=MINUTE)
    event = {"error": "The time is over.", "error_type": "timeout"}
    api.clock = lambda: approval.created_at + MINUTE
    with parks(Way.TRIGGER) as parked:
        gate(deferrable=True).execute_woken(CONTEXT, event, approval_id=str(approval.id), level=0)
    assert known(Way.TRIGGER, parked.value)["level"] == 1
    api.clock = lambda: approval.created_at + 3 * MINUTE
    with pytest.raises(ApprovalExpired):
        gate().execute_woken(CONTEXT, event, approval_id=str(approval.id), level=1)


def test_an_event_that_lies_decides_nothing(api: ApprovalsApi, way: Way) -> None:
    """The event says approved, the server says pending: the task goes on waiting and tells nobody."""
    event = {**keep(api, asked()), "status": "approved"}
    recorder = Recorder()
    with parks(way):
        gate(notifiers=[recorder]).execute_complete(CONTEXT, event)
    assert recorder.told == []
