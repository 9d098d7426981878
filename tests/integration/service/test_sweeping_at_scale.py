"""A sweep over many requests: in bounded calls, many a transaction, and several sweeps at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from airflow_approvals.airflow_core import facts
from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import Status
from airflow_approvals.service import commands, sweep
from airflow_approvals.service.sweep import SPELL, SweepSummary
from airflow_approvals.service.transaction import Work
from airflow_approvals.store import approvals as store
from airflow_approvals.store.tables import approval as approval_table
from airflow_approvals.wire.operations import SweepShape
from airflow_approvals.wire.rounds import Outcome, until_done
from tests.airflow_rows import AirflowRows
from tests.builders import HOUR, NOW, TICK, level, policy, role, ti_id_of
from tests.integration.service.desk import SOON, Desk, work_at
from tests.integration.service.racing import ONLY_POSTGRES, Race
from tests.integration.service.test_ending import ON_THE_SERVER

LAST = policy(level(role("manager")))
LATE = NOW + HOUR + HOUR


def ticking(now: datetime, *, looks: int) -> Work:
    """The use cases' world in which a call of a sweep has time for so many looks at the clock."""
    passing = count()
    return replace(work_at(now), clock=lambda: now + next(passing) * SPELL / looks)


def sweep_all(desk: Desk, now: datetime, **call: Any) -> tuple[Outcome, list[SweepSummary]]:
    """Sweep until nothing remains; gives the calls as well."""
    calls: list[SweepSummary] = []

    def one(leave_out: Collection[UUID], after: UUID | None) -> SweepShape:
        calls.append(desk.sweep(now, leave_out=leave_out, after=after, **call))
        return SweepShape.model_validate(calls[-1])

    return until_done(one), calls


def test_a_call_ends_by_the_clock(desk: Desk) -> None:
    """The longest overdue first; it says that there is more."""
    gates = [desk.gate(map_index=index, now=NOW + (4 - index) * TICK) for index in range(5)]

    def escalated() -> list[bool]:
        return [desk.read(gate).status is Status.ESCALATED for gate in gates]

    first = sweep.sweep(work=ticking(LATE, looks=4), batch=2)
    assert (first.escalated, first.remaining) == (2, True)
    assert escalated() == [False, False, False, True, True]
    assert desk.sweep(LATE, batch=2) == SweepSummary(escalated=3)
    assert escalated() == [True] * 5


def test_every_vanished_task_is_found_however_many_wait(desk: Desk, rows: AirflowRows) -> None:
    """A slice of what is open in each call, those opened by hand among them; the next one goes on there."""
    gates = [desk.gate(map_index=index, state="failed" if index % 2 else "deferred") for index in range(7)]
    rows.run(run_id="another_run")
    by_hand = [desk.by_hand(), desk.by_hand(run_id="another_run")]
    rows.remove_run(run_id="another_run")

    outcome, calls = sweep_all(desk, SOON, slice_size=2)

    assert outcome.summary["cancelled"] == 4
    assert [call.cancelled for call in calls] == [1, 1, 1, 0, 1]
    assert [call.after for call in calls[:2]] == [gates[1].id, gates[3].id]
    assert [call.remaining for call in calls] == [True, True, True, True, False]
    cancelled = [desk.read(gate).status is Status.CANCELLED for gate in gates + by_hand]
    assert cancelled == [False, True, False, True, False, True, False, False, True]


def test_every_undelivered_decision_is_delivered_however_many_wait(desk: Desk) -> None:
    """The tasks that wait are looked at slice by slice, too."""
    gates = [desk.gate(map_index=index, parked_at=SOON) for index in range(5)]
    for gate in gates[1::2]:
        desk.decide(gate)

    outcome, _ = sweep_all(desk, LATE - HOUR - TICK, slice_size=1)

    assert outcome.summary["resumed"] == 2
    states = [desk.task_of(gate).state for gate in gates]
    assert states == ["deferred", "scheduled", "deferred", "scheduled", "deferred"]


def test_a_call_with_no_time_for_a_slice_goes_on_with_it(desk: Desk) -> None:
    """Half of the time of a call belongs to passed deadlines, whatever else there is to do."""
    gone = [desk.gate(map_index=index, state="failed") for index in range(3)]
    due = desk.gate(map_index=3, now=NOW - TICK)

    call = sweep.sweep(work=ticking(LATE, looks=6), batch=1)

    assert (call.cancelled, call.escalated, call.remaining, call.after) == (1, 1, True, None)
    assert desk.read(due).status is Status.ESCALATED
    sweep_all(desk, SOON, batch=1)
    assert [desk.read(gate).status for gate in gone] == [Status.CANCELLED] * 3


def test_what_cannot_be_delivered_yet_does_not_ask_for_another_call(desk: Desk) -> None:
    """Tasks that did not settle would be found again and again, though there was no time for all of them."""
    for index in range(5):
        desk.decide(desk.gate(map_index=index, parked_at=SOON))
    assert desk.sweep(SOON) == SweepSummary()
    assert sweep.sweep(work=ticking(SOON, looks=4), batch=1) == SweepSummary()


def test_what_failed_is_counted_once_and_takes_no_time_from_others(desk: Desk, session: Session) -> None:
    """It is due again in the next call, which leaves it out."""
    broken = [desk.gate(LAST, map_index=index, now=NOW + index * TICK) for index in range(3)]
    session.execute(update(approval_table).values(policy={"version": 99}))
    session.commit()
    fine = [desk.gate(LAST, map_index=index, now=NOW + index * TICK) for index in range(3, 6)]

    outcome, calls = sweep_all(desk, LATE, slice_size=4)

    assert [(call.failed, call.expired) for call in calls] == [(3, 3), (0, 0)]
    assert outcome.failed_ids == tuple(gate.id for gate in broken)
    assert outcome.summary == {
        "escalated": 0,
        "expired": 3,
        "cancelled": 0,
        "resumed": 3,
        "failed": 3,
        "remaining": False,
    }
    assert [desk.read(gate).status for gate in fine] == [Status.EXPIRED] * 3
    assert outcome.failure is not None
    assert outcome.failure.startswith("3 requests could not be handled; everything else is done: ")
    assert str(broken[2].id) in outcome.failure


@pytest.mark.parametrize("on_expiry", OnExpiry)
def test_many_at_once_are_written_as_one_by_one(desk: Desk, rows: AirflowRows, on_expiry: OnExpiry) -> None:
    """The requests, their records, and what Airflow has of their tasks."""
    terms = policy(level(role("manager")), on_expiry=on_expiry)

    def story(gate: Approval) -> Any:
        approval, task = desk.read(gate), desk.task_of(gate)
        alike = replace(approval, id=gate.id, origin=gate.origin, waiter=None, created_at=NOW)
        told = approval.waiter is not None and approval.waiter.ended_at
        return (
            replace(alike, id=UUID(int=0), origin=replace(gate.origin, task_id=None)),
            desk.events(gate)[1:],
            told,
            (task.state, task.trigger_id, task.trigger_timeout, task.next_method, task.next_kwargs),
            [(log.event, log.run_id) for log in rows.logs(task)],
            [(xcom.key, type(xcom.value)) for xcom in rows.xcoms(task)],
        )

    gates = [desk.gate(terms, task_id=f"gate_{index}", waits=ON_THE_SERVER) for index in range(5)]
    for gate in gates[:2]:
        desk.advance(gate, LATE)
    assert desk.sweep(LATE) == SweepSummary(expired=3, resumed=3)
    stories = [story(gate) for gate in gates]
    assert stories == [stories[0]] * 5


def test_many_take_few_statements(desk: Desk) -> None:
    """Escalating ten takes as many as escalating two: each table is read once and written once."""

    def statements(gates: int, first: int) -> list[str]:
        for index in range(first, first + gates):
            desk.gate(map_index=index)
        with noted(desk) as seen:
            assert desk.sweep(NOW + HOUR).escalated == gates
        return seen

    assert len(statements(10, first=0)) == len(statements(2, first=10))


@ONLY_POSTGRES
def test_what_others_have_in_hand_is_left_to_them(desk: Desk, session: Session) -> None:
    """Neither a request nor a task that somebody holds is waited for; the rest is done."""
    held, of_held_task, free = (desk.gate(LAST, map_index=index) for index in range(3))
    store.lock(held.id, session=session)
    facts.lock_task(ti_id_of(of_held_task), session=session)

    assert desk.sweep(NOW + HOUR) == SweepSummary(expired=1, resumed=1)

    session.rollback()
    assert [desk.read(gate).status for gate in (held, of_held_task)] == [Status.PENDING] * 2
    assert desk.read(free).status is Status.EXPIRED
    assert desk.sweep(NOW + HOUR) == SweepSummary(expired=2, resumed=2)


def test_two_sweeps_and_a_person_at_once(desk: Desk, race: Race) -> None:
    """Each request is escalated once, whoever does it."""
    for number in range(20):
        gates = [desk.gate(map_index=10 * number + index) for index in range(10)]
        one, other = race(lambda: desk.sweep(NOW + HOUR, batch=3), lambda: desk.sweep(NOW + HOUR, batch=4))
        assert (one.error, other.error) == (None, None)
        assert one.result.escalated + other.result.escalated == 10
        assert [desk.trail(gate) for gate in gates] == [["opened", "escalated"]] * 10


def test_one_that_is_gone_is_no_failure(desk: Desk) -> None:
    """Somebody deleted it after it was found."""
    gate = desk.gate()
    changes = commands.bring_all_up_to_date([UUID(int=7), gate.id], work=work_at(NOW + HOUR))
    assert [change.approval.id for change in changes] == [gate.id]
    assert commands.bring_all_up_to_date([UUID(int=7)], work=work_at(NOW + HOUR)) == []


@contextmanager
def noted(desk: Desk) -> Iterator[list[str]]:
    """Note the statements that are sent meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    with desk.sessions() as session:
        engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
