"""What the trigger says: Airflow shows its log with the task's."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from airflow_approvals.triggers.approval import ApprovalTrigger
from tests.builders import ti_id_of
from tests.integration.waiting.approvals_api import ApprovalsApi
from tests.integration.waiting.triggerer import Triggerer, play


def said_in(line: MutableMapping[str, Any]) -> str:
    """Give a line of the log as people read it."""
    return str(line["event"] % line.get("positional_args", ()))


def test_an_escalation_is_in_the_log_of_a_task_that_sleeps_through_it(api: ApprovalsApi) -> None:
    """No worker hears of it; the trigger, whose log Airflow shows with the task's, says it once."""
    approval = api.open(levels=2, timeout=timedelta(seconds=1.5))

    async def scenario(triggerer: Triggerer) -> None:
        await triggerer.finished(triggerer.start(approval))

    with capture_logs() as lines:
        play(scenario)
    said = [said_in(line) for line in lines if "escalated" in line["event"]]
    assert len(said) == 1
    assert "nobody of level 1 answered in time, level 2 is asked as well, until 20" in said[0]


@pytest.mark.parametrize(
    ("what_happens", "words"),
    [
        ("decided", "approved; that ended or woke the task, so nothing waits here any more"),
        ("moved", "still pending; another trigger waits for it"),
    ],
)
def test_a_stop_that_was_no_users_action_is_explained(
    api: ApprovalsApi, what_happens: str, words: str
) -> None:
    """Airflow says "cancelled by user action" whenever a trigger is not needed any more."""
    approval = api.open()
    if what_happens == "decided":
        api.decide(approval.id)

    async def scenario(_: Triggerer) -> None:
        await ApprovalTrigger(str(approval.id), str(ti_id_of(approval))).on_kill()

    with capture_logs() as lines:
        play(scenario)
    assert [said_in(line) for line in lines] == [f"Approval {approval.id}: {words}"]
