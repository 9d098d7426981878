"""Removing single requests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from airflow_approvals.domain.errors import Kept, NotDelivered, NotFound, StillOpen
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from airflow_approvals.store import tables
from tests.airflow_rows import AirflowRows
from tests.builders import TICK, ti_id_of
from tests.integration.service.desk import SOON, Desk


def row_counts(session: Session) -> dict[str, int]:
    """How many rows each of our tables has."""
    return {
        name: session.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in tables.metadata.tables.items()
    }


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_closed_request_is_removed_with_its_record(desk: Desk, session: Session, status: Status) -> None:
    """And another one keeps its own."""
    other = desk.gate(task_id="another_gate")
    before = row_counts(session)
    closed = desk.in_status(status)
    desk.finish(closed)

    desk.delete(closed)

    with pytest.raises(NotFound):
        desk.read(closed)
    session.rollback()
    assert row_counts(session) == before
    assert desk.read(other) == other


@pytest.mark.parametrize("status", sorted(OPEN))
def test_an_open_request_cannot_be_removed(desk: Desk, status: Status) -> None:
    """Its task would wait for ever."""
    request = desk.in_status(status)
    with pytest.raises(StillOpen):
        desk.delete(request)
    assert desk.read(request) == request


def test_a_decision_that_was_not_delivered_cannot_be_removed(desk: Desk) -> None:
    """The task still waits for it."""
    decided = desk.decide(desk.gate(parked_at=SOON))
    with pytest.raises(NotDelivered):
        desk.delete(decided)
    assert desk.read(decided) == decided


@pytest.mark.parametrize("state", ["scheduled", "queued", "running"])
def test_a_decision_that_the_task_is_about_to_read_cannot_be_removed(
    desk: Desk, rows: AirflowRows, state: str
) -> None:
    """A woken task reads the request anew; without it, an approved task would fail."""
    decided = desk.decide(desk.gate())
    assert desk.delivered_at(decided) is not None
    rows.set_state(ti_id_of(decided), state)
    with pytest.raises(NotDelivered):
        desk.delete(decided)


@pytest.mark.parametrize("state", ["success", "failed", None])
def test_a_decision_nobody_waits_for_can_be_removed(desk: Desk, rows: AirflowRows, state: str | None) -> None:
    """The task ended, or was cleared, before the decision reached it."""
    decided = desk.decide(desk.gate(parked_at=SOON))
    assert desk.delivered_at(decided) is None
    rows.set_state(ti_id_of(decided), state)
    desk.delete(decided)
    with pytest.raises(NotFound):
        desk.read(decided)


def test_a_record_stays_until_its_retention_time_is_over(desk: Desk) -> None:
    """To the microsecond; the refusal says until when."""
    closed = desk.decide(desk.gate())
    desk.finish(closed)
    until = SOON + timedelta(days=7)
    with pytest.raises(Kept) as refusal:
        desk.delete(closed, now=until - TICK, retention_days=7)
    assert refusal.value.until == until
    assert desk.read(closed).id == closed.id
    desk.delete(closed, now=until, retention_days=7)


def test_where_records_are_kept_for_ever_none_is_removed(desk: Desk) -> None:
    """0 days mean for ever, for a person as for the maintenance Dag."""
    closed = desk.decide(desk.gate())
    desk.finish(closed)
    with pytest.raises(Kept) as refusal:
        desk.delete(closed, now=SOON + timedelta(days=36500), retention_days=0)
    assert refusal.value.until is None


def test_what_was_opened_by_hand_can_be_removed_once_closed(desk: Desk, rows: AirflowRows) -> None:
    """No task waits for it."""
    rows.run()
    request = desk.by_hand()
    with pytest.raises(StillOpen):
        desk.delete(request)
    desk.decide(request)
    desk.delete(request)
    with pytest.raises(NotFound):
        desk.read(request)
