"""The sweep of the maintenance Dag: passed deadlines, vanished tasks, undelivered decisions."""

from __future__ import annotations

import logging

import pytest
from airflow.models.taskinstance import TaskInstance
from sqlalchemy import update
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Withdrawn
from airflow_approvals.domain.events import Expired
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import Status
from airflow_approvals.service.sweep import SweepSummary
from airflow_approvals.store.tables import approval as approval_table
from tests.airflow_rows import AirflowRows
from tests.builders import HOUR, NOW, TICK, level, policy, role, ti_id_of
from tests.integration.service.desk import SOON, Desk

LAST = policy(level(role("manager")))


def test_nothing_due_is_nothing_done(desk: Desk) -> None:
    """Waiting and closed requests stay as they are."""
    waiting = desk.gate()
    closed = desk.decide(desk.gate(map_index=1))
    assert desk.sweep(NOW + HOUR - TICK) == SweepSummary()
    assert [desk.read(waiting), desk.read(closed)] == [waiting, closed]


def test_one_sweep_does_all_that_is_due_and_counts_it(desk: Desk, rows: AirflowRows) -> None:
    """Each request once, under the one thing that happened to it."""
    escalated = desk.gate(map_index=0)
    expired = [
        desk.gate(policy(level(role("manager")), on_expiry=outcome), map_index=number)
        for number, outcome in enumerate(OnExpiry, start=1)
    ]
    settling = desk.gate(LAST, map_index=5, parked_at=NOW + HOUR)
    failed = desk.gate(map_index=6, state="failed")
    undelivered = desk.decide(desk.gate(map_index=7, parked_at=SOON))
    by_hand = desk.by_hand()
    rows.run(run_id="another_run")
    orphan = desk.by_hand(run_id="another_run")
    rows.remove_run(run_id="another_run")

    summary = desk.sweep(NOW + HOUR)

    assert summary == SweepSummary(escalated=2, expired=5, cancelled=2, resumed=5)
    assert [desk.read(request).status for request in (escalated, by_hand)] == [Status.ESCALATED] * 2
    assert [desk.read(request).status for request in expired] == [
        Status.EXPIRED,
        Status.EXPIRED,
        Status.APPROVED,
        Status.DENIED,
    ]
    assert (desk.read(settling).status, desk.delivered_at(settling)) == (Status.EXPIRED, None)
    assert [desk.read(request).resolution for request in (failed, orphan)] == [
        Withdrawn(by=SYSTEM.who, reason=reason, at=NOW + HOUR) for reason in ("task_failed", "run_deleted")
    ]
    assert desk.delivered_at(undelivered) == NOW + HOUR

    assert desk.sweep(NOW + HOUR) == SweepSummary()


@pytest.mark.parametrize("on_expiry", OnExpiry)
def test_silence_is_counted_as_expired_whatever_comes_of_it(desk: Desk, on_expiry: OnExpiry) -> None:
    """And the record says how the approval or denial came about."""
    gate = desk.gate(policy(level(role("manager")), on_expiry=on_expiry))
    assert desk.sweep(NOW + HOUR) == SweepSummary(expired=1, resumed=1)
    assert desk.events(gate)[1] == Expired(at=NOW + HOUR, actor=SYSTEM, on_expiry=on_expiry)


def test_a_task_that_waits_for_something_else_is_left_alone(
    desk: Desk, rows: AirflowRows, session: Session
) -> None:
    """Other deferred tasks are none of ours."""
    gate = desk.gate(parked_at=SOON)
    desk.decide(gate)
    other = rows.task_instance(task_id="sensor", state="deferred")
    session.execute(update(TaskInstance).where(TaskInstance.id == other).values(next_method="resume"))
    session.commit()
    assert desk.sweep(NOW + HOUR - TICK) == SweepSummary(resumed=1)
    assert rows.look(other).state == "deferred"


def test_a_task_that_did_not_settle_is_left_to_the_next_sweep(desk: Desk) -> None:
    """Too soon is not a failure."""
    gate = desk.gate(parked_at=SOON)
    desk.decide(gate)
    assert desk.sweep(SOON) == SweepSummary()
    assert desk.task_of(gate).state == "deferred"


def test_one_broken_request_does_not_hold_up_the_others(
    desk: Desk, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    """It is counted as failed, the log says why, and it is tried again next time."""
    broken = desk.gate(LAST, map_index=0)
    fine = [desk.gate(LAST, map_index=index, now=NOW + index * TICK) for index in (1, 2)]
    spoilt = {"version": 1, "levels": [], "on_deny": "fail", "on_expiry": "fail", "quorum": 1}
    session.execute(update(approval_table).where(approval_table.c.id == broken.id).values(policy=spoilt))
    session.commit()

    with caplog.at_level(logging.ERROR, logger="airflow_approvals"):
        summary = desk.sweep(NOW + HOUR + 2 * TICK)

    assert summary == SweepSummary(expired=2, resumed=2, failed_ids=(broken.id,))
    assert [desk.read(gate).status for gate in fine] == [Status.EXPIRED] * 2
    assert str(broken.id) in caplog.text


def test_one_broken_task_does_not_hold_up_the_others(desk: Desk, session: Session) -> None:
    """What Airflow makes of arguments that it cannot read differs by version; the sweep goes on."""
    broken = desk.gate(LAST, map_index=0)
    fine = desk.gate(LAST, map_index=1, now=NOW + TICK)
    unreadable = {"__classname__": "no.such.Class", "__version__": 1, "__data__": {}}
    session.execute(
        update(TaskInstance)
        .where(TaskInstance.id == ti_id_of(broken))
        .values(next_kwargs=unreadable, updated_at=NOW)
    )
    session.commit()

    desk.sweep(NOW + HOUR + TICK)

    assert desk.task_of(fine).state == "scheduled"
    assert desk.read(fine).status is Status.EXPIRED


def test_a_sweep_writes_what_a_single_advance_would(desk: Desk) -> None:
    """The same events, by the same actor."""
    swept, advanced = desk.gate(LAST), desk.gate(LAST, map_index=1, now=NOW)
    desk.advance(advanced, NOW + HOUR)
    desk.sweep(NOW + HOUR)
    assert desk.events(swept) == [
        event if event.type != "opened" else desk.events(swept)[0] for event in desk.events(advanced)
    ]
