"""Whoever looks finds out that nobody waits any more: lists, badge and requests are right at once."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import pytest
from sqlalchemy import select

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.search import Cut, Filters, Order, Viewer
from airflow_approvals.domain.status import Status
from airflow_approvals.service import looking
from airflow_approvals.store import locks, tables
from tests.airflow_rows import DAG_ID, AirflowRows
from tests.builders import MANAGER, ti_id_of
from tests.integration.service.desk import SOON, Desk, work_at
from tests.integration.service.test_ending import ON_THE_SERVER

EYES = Viewer(actor=MANAGER, readable_dag_ids=frozenset({DAG_ID}))
WORK = work_at(SOON)


def page(limit: int = 10) -> tuple[list[Approval], int]:
    """The first page of open requests, and how many there are."""
    pending = Filters(status=(Status.PENDING,))
    cut = Cut(order=Order.CREATED_AT, limit=limit)
    found = looking.page(pending, viewer=EYES, cut=cut, now=SOON, work=WORK)
    return found.approvals, found.total.number


def mark(state: str) -> Callable[[AirflowRows, Approval], object]:
    """Somebody marks the task."""
    return lambda rows, gate: rows.set_state(ti_id_of(gate), state)


def clear(rows: AirflowRows, gate: Approval) -> None:
    """Somebody clears the task."""
    rows.next_try(ti_id_of(gate))


def delete(rows: AirflowRows, gate: Approval) -> None:
    """Somebody deletes the run."""
    rows.remove_run(run_id=gate.origin.run_id)


GONE = [
    pytest.param(mark("failed"), "task_failed", id="failed"),
    pytest.param(mark("success"), "task_success", id="success"),
    pytest.param(mark("skipped"), "task_skipped", id="skipped"),
    pytest.param(clear, "superseded", id="cleared"),
    pytest.param(delete, "run_deleted", id="run deleted"),
]


@pytest.mark.parametrize(("happens", "reason"), GONE)
def test_a_list_shows_nothing_that_nobody_waits_for(
    desk: Desk, rows: AirflowRows, happens: Callable[[AirflowRows, Approval], object], reason: str
) -> None:
    """Nor counts it; what is still waited for stays."""
    gone, waiting = (
        desk.gate(state="awaiting_input", waits=ON_THE_SERVER, run_id=name) for name in ("one", "two")
    )
    happens(rows, gone)
    found, total = page()
    assert ([each.id for each in found], total) == ([waiting.id], 1)
    assert desk.later == [gone.id]  # whoever has the time closes it
    assert desk.trail(gone) == ["opened"]
    assert looking.get(gone.id, work=WORK).status is Status.CANCELLED
    assert desk.events(gone)[-1].reason == reason  # type: ignore[union-attr]


@pytest.mark.parametrize(("happens", "reason"), GONE)
def test_the_badge_counts_nothing_that_nobody_waits_for(
    desk: Desk, rows: AirflowRows, happens: Callable[[AirflowRows, Approval], object], reason: str
) -> None:
    """What it counts is what the list shows."""
    gates = [desk.gate(state="awaiting_input", waits=ON_THE_SERVER, run_id=name) for name in ("one", "two")]
    assert looking.count_waiting(EYES, now=SOON, work=WORK).number == 2
    happens(rows, gates[0])
    assert looking.count_waiting(EYES, now=SOON, work=WORK).number == 1
    assert desk.later == [gates[0].id]
    assert desk.advance(gates[0]).events[-1].reason == reason  # type: ignore[union-attr]


def test_a_look_waits_for_nobody(desk: Desk, rows: AirflowRows) -> None:
    """However many are gone, and whoever holds them: a list and the badge write nothing."""
    gates = [desk.gate(state="awaiting_input", map_index=number) for number in range(3)]
    for gate in gates:
        rows.set_state(ti_id_of(gate), "failed")
    with desk.sessions() as other:
        locks.begin_writing(other)
        for gate in gates:
            other.execute(select(tables.approval).where(tables.approval.c.id == gate.id).with_for_update())
        started = monotonic()
        assert (page(), looking.count_waiting(EYES, now=SOON, work=WORK).number) == (([], 0), 0)
        assert monotonic() - started < locks.LOCK_SECONDS
        other.rollback()


def test_a_single_request_that_somebody_holds_is_shown_as_it_is(desk: Desk, rows: AirflowRows) -> None:
    """The next look closes it."""
    gate = desk.gate(state="awaiting_input")
    rows.set_state(ti_id_of(gate), "failed")
    with desk.sessions() as other:
        locks.begin_writing(other)
        other.execute(select(tables.approval).where(tables.approval.c.id == gate.id).with_for_update())
        assert looking.get(gate.id, work=WORK) == gate
        other.rollback()
    assert looking.get(gate.id, work=WORK).status is Status.CANCELLED


def test_a_single_request_is_shown_closed(desk: Desk, rows: AirflowRows) -> None:
    """Its page has no buttons then."""
    gate = desk.gate(state="awaiting_input", waits=ON_THE_SERVER)
    assert looking.get(gate.id, work=WORK) == gate
    clear(rows, gate)
    assert looking.get(gate.id, work=WORK).status is Status.CANCELLED


def test_a_request_by_hand_ends_with_its_run(desk: Desk, rows: AirflowRows) -> None:
    """No task waits for it, so only the run can be gone."""
    rows.run()
    asked = desk.by_hand()
    assert looking.get(asked.id, work=WORK).is_open
    delete(rows, asked)
    assert looking.get(asked.id, work=WORK).status is Status.CANCELLED


def test_more_than_are_shown_are_counted_without_a_look(desk: Desk) -> None:
    """Nobody is shown a number above 99."""
    for number in range(looking.MAX_COUNTED + 2):
        desk.gate(state="awaiting_input", map_index=number)
    assert looking.count_waiting(EYES, now=SOON, work=WORK).number == looking.MAX_COUNTED + 2


def test_a_look_at_what_is_closed_asks_nothing_of_airflow(desk: Desk) -> None:
    """History costs no more than it did."""
    gate = desk.gate(state="awaiting_input", waits=ON_THE_SERVER)
    desk.decide(gate)
    assert looking.get(gate.id, work=WORK) == desk.read(gate)
