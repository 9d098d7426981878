"""Removing single requests."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from airflow_approvals.domain.errors import NotDelivered, NotFound, StillOpen
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from airflow_approvals.store import tables
from tests.airflow_rows import AirflowRows
from tests.builders import ti_id_of
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
