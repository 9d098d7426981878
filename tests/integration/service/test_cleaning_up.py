"""Retention: closed requests are removed after a while, open ones never."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.errors import NotFound
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from airflow_approvals.service import sweep
from airflow_approvals.service.sweep import CleanupSummary
from tests.builders import MINUTE, NOW, TICK, ti_id_of
from tests.integration.service.desk import SOON, Desk, work_at

DAY = timedelta(days=1)


def cleanup(desk: Desk, now: datetime, *, days: int = 90, batch: int = 500) -> CleanupSummary:
    """Do what the maintenance Dag does last."""
    return sweep.cleanup(work=work_at(now, retention_days=days), batch=batch)


def exists(desk: Desk, request: Approval) -> bool:
    """Is the request still there?"""
    try:
        desk.read(request)
    except NotFound:
        return False
    return True


def go_on(desk: Desk, *requests: Approval) -> None:
    """Let the tasks read the decisions and end."""
    for request in requests:
        desk.rows.set_state(ti_id_of(request), "success")


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_closed_request_is_removed_with_its_record(desk: Desk, status: Status) -> None:
    """Its time counts from the decision, not from its opening."""
    request = desk.in_status(status)
    assert request.resolution is not None
    go_on(desk, request)
    assert cleanup(desk, request.resolution.at + 90 * DAY) == CleanupSummary()
    assert exists(desk, request)
    assert cleanup(desk, request.resolution.at + 90 * DAY + TICK) == CleanupSummary(removed=1)
    assert not exists(desk, request)
    assert desk.events(request) == []


@pytest.mark.parametrize("status", sorted(OPEN))
def test_an_open_request_is_never_removed(desk: Desk, status: Status) -> None:
    """However old."""
    request = desk.in_status(status)
    assert cleanup(desk, NOW + 10_000 * DAY) == CleanupSummary()
    assert desk.read(request) == request


def test_retention_is_configurable(desk: Desk) -> None:
    """In days."""
    request = desk.decide(desk.gate())
    go_on(desk, request)
    assert cleanup(desk, SOON + DAY, days=1) == CleanupSummary()
    assert cleanup(desk, SOON + DAY + TICK, days=2) == CleanupSummary()
    assert cleanup(desk, SOON + DAY + TICK, days=1) == CleanupSummary(removed=1)
    assert not exists(desk, request)


def test_no_retention_keeps_everything(desk: Desk) -> None:
    """Zero days means for ever."""
    request = desk.decide(desk.gate())
    go_on(desk, request)
    assert cleanup(desk, NOW + 10_000 * DAY, days=0) == CleanupSummary()
    assert exists(desk, request)


def test_removing_goes_batch_by_batch(desk: Desk) -> None:
    """The longest closed first; it says when there is more."""
    gates = [desk.gate(map_index=index) for index in range(5)]
    for index, gate in enumerate(gates):
        desk.decide(gate, now=NOW + MINUTE - index * TICK)
    go_on(desk, *gates)

    def left() -> list[bool]:
        return [exists(desk, gate) for gate in gates]

    assert cleanup(desk, NOW + 91 * DAY, batch=2) == CleanupSummary(removed=2, remaining=True)
    assert left() == [True, True, True, False, False]
    assert cleanup(desk, NOW + 91 * DAY, batch=2) == CleanupSummary(removed=2, remaining=True)
    assert cleanup(desk, NOW + 91 * DAY, batch=2) == CleanupSummary(removed=1)
    assert left() == [False] * 5


def test_a_decision_that_its_task_has_yet_to_read_is_kept(desk: Desk) -> None:
    """However old it is: the task would find nothing and fail."""
    gate = desk.gate(parked_at=SOON)
    desk.decide(gate)
    assert cleanup(desk, NOW + 91 * DAY, batch=1) == CleanupSummary()
    go_on(desk, gate)
    assert cleanup(desk, NOW + 91 * DAY, batch=1) == CleanupSummary(removed=1, remaining=True)
