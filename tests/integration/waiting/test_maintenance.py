"""The steps of the maintenance Dag on a worker, against a real API."""

from __future__ import annotations

import logging
from typing import Any
from uuid import uuid4

import pytest
from airflow.sdk.exceptions import AirflowException
from airflow.sdk.execution_time.context import set_current_context

from airflow_approvals.client import UnexpectedAnswer
from airflow_approvals.operators.maintenance import cleanup, escalate
from tests.integration.waiting.approvals_api import ApprovalsApi, answering
from tests.integration.waiting.gates import TaskInstance

TI_ID = uuid4()
CONTEXT: Any = {"ti": TaskInstance(TI_ID)}


def test_a_sweep_goes_on_until_nothing_remains(api: ApprovalsApi, caplog: pytest.LogCaptureFixture) -> None:
    """Batch by batch, each logged; the counts of all of them are returned."""
    caplog.set_level(logging.INFO, "airflow_approvals.operators.maintenance")
    with set_current_context(CONTEXT):
        summary = escalate()
    assert summary == {
        "escalated": 2,
        "expired": 0,
        "cancelled": 0,
        "resumed": 0,
        "failed": 0,
        "remaining": False,
    }
    assert [asked.subject for asked in api.commands("escalate")] == [f"ti:{TI_ID}"] * 2
    assert "escalate, round 1" in caplog.text
    assert "escalate, round 2" in caplog.text


def test_a_sweep_that_could_not_handle_a_request_fails_after_all_else(api: ApprovalsApi) -> None:
    """Counted once though each batch would meet it again; Airflow shows the task as failed."""
    api.unhandled = [uuid4()]
    with set_current_context(CONTEXT), pytest.raises(AirflowException) as refusal:
        escalate()
    assert len(api.commands("escalate")) == 2
    assert str(refusal.value).startswith(
        f"1 request could not be handled; everything else is done: {api.unhandled[0]}."
    )


def test_a_clean_up_says_what_it_removed(api: ApprovalsApi) -> None:
    """Nothing is a number too."""
    with set_current_context(CONTEXT):
        assert cleanup() == {"removed": 0, "remaining": False}
    assert len(api.commands("cleanup")) == 1


def test_a_step_that_cannot_reach_the_api_fails(api: ApprovalsApi) -> None:
    """So that Airflow shows it and tries again."""
    api.broken = answering(404)
    with set_current_context(CONTEXT), pytest.raises(UnexpectedAnswer):
        escalate()
