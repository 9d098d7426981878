"""Waking the task: in the deciding transaction, but never before it has settled."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from airflow.models.taskinstance import TaskInstance
from airflow.models.trigger import Trigger
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Lapsed, Verdict
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.errors import AlreadyClosed
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import Status
from airflow_approvals.service import commands
from airflow_approvals.service.sweep import SweepSummary
from tests.airflow_rows import AirflowRows
from tests.builders import HOUR, NOW, OTHER_MANAGER, TICK, level, policy, role, ti_id_of
from tests.integration.service.desk import EDITOR, SETTINGS, SOON, Desk, work_at

SETTLE = timedelta(seconds=SETTINGS.settle_seconds)


def test_a_decision_wakes_the_waiting_task(desk: Desk) -> None:
    """The task instance goes back to the scheduler, with the decision beside what it had kept."""
    gate = desk.gate()
    assert desk.task_of(gate).trigger_id is not None

    decided = desk.decide(gate)

    woken = desk.task_of(gate)
    assert (woken.state, woken.trigger_id, woken.next_method) == ("scheduled", None, "execute_complete")
    assert woken.next_kwargs == {
        "kept": "yes",
        "event": {"approval_id": str(gate.id), "status": "approved"},
    }
    assert desk.delivered_at(decided) == SOON
    resumed = desk.events(gate)[-1]
    assert (resumed.type, resumed.actor, resumed.at) == ("resumed", SYSTEM, SOON)


def test_a_cancelled_request_wakes_its_task_too(desk: Desk) -> None:
    """It would wait for ever otherwise."""
    gate = desk.gate()
    desk.cancel(gate)
    assert desk.task_of(gate).state == "scheduled"
    assert desk.task_of(gate).next_kwargs["event"]["status"] == "cancelled"


@pytest.mark.parametrize(
    ("on_expiry", "status"),
    [
        (OnExpiry.FAIL, Status.EXPIRED),
        (OnExpiry.SKIP, Status.EXPIRED),
        (OnExpiry.APPROVE, Status.APPROVED),
        (OnExpiry.DENY, Status.DENIED),
    ],
)
def test_the_last_deadline_wakes_the_task(desk: Desk, on_expiry: OnExpiry, status: Status) -> None:
    """With what the policy makes of silence; it is the system that decided."""
    gate = desk.gate(policy(level(role("manager")), on_expiry=on_expiry))
    outcome = desk.advance(gate, NOW + HOUR)
    assert (outcome.approval.status, outcome.approval.resolution) == (
        status,
        Lapsed(on_expiry=on_expiry, at=NOW + HOUR),
    )
    assert desk.task_of(gate).next_kwargs["event"]["status"] == status.value


def test_an_escalation_lets_the_task_wait(desk: Desk) -> None:
    """Nothing has been decided."""
    gate = desk.gate()
    outcome = desk.advance(gate, NOW + HOUR)
    assert outcome.approval.status is Status.ESCALATED
    assert desk.task_of(gate).state == "deferred"


def test_a_task_that_has_just_parked_is_not_woken(desk: Desk) -> None:
    """The decision is recorded at once, and delivered once the settle time is over."""
    gate = desk.gate(parked_at=SOON - SETTLE + TICK)

    decided = desk.decide(gate)
    assert (decided.status, desk.delivered_at(decided)) == (Status.APPROVED, None)
    assert desk.task_of(gate).state == "deferred"

    assert desk.advance(gate, SOON).events == ()
    assert desk.task_of(gate).state == "deferred"

    delivered = desk.advance(gate, SOON + TICK)
    assert [event.type for event in delivered.events] == ["resumed"]
    assert desk.delivered_at(delivered.approval) == SOON + TICK
    assert delivered.approval.resolution.at == SOON
    assert desk.task_of(gate).state == "scheduled"


def test_a_refused_late_click_delivers_what_is_undelivered(desk: Desk) -> None:
    """Every command first brings the request up to date."""
    gate = desk.gate(parked_at=SOON)
    desk.decide(gate)
    with pytest.raises(AlreadyClosed):
        desk.decide(gate, Verdict.DENY, actor=OTHER_MANAGER, now=SOON + SETTLE)
    assert desk.task_of(gate).next_kwargs["event"]["status"] == "approved"


def test_a_decision_before_the_task_parked_is_delivered_after(desk: Desk, rows: AirflowRows) -> None:
    """People can be faster than the operator's way into deferral."""
    gate = desk.gate(state="running")

    assert desk.delivered_at(desk.decide(gate)) is None
    assert desk.task_of(gate).state == "running"

    rows.set_state(ti_id_of(gate), "deferred", updated_at=SOON)
    assert desk.delivered_at(desk.advance(gate, SOON + SETTLE).approval) == SOON + SETTLE
    assert desk.task_of(gate).state == "scheduled"


def test_a_task_whose_parking_time_is_unknown_is_woken(desk: Desk) -> None:
    """Airflow allows the column to be empty; waiting for ever would be worse than a retry."""
    gate = desk.gate(parked_at=None)
    assert desk.delivered_at(desk.decide(gate)) == SOON


def test_a_decision_is_delivered_once(desk: Desk, rows: AirflowRows) -> None:
    """A task that waits again, for something else, is left alone."""
    gate = desk.gate()
    desk.decide(gate)
    rows.set_state(ti_id_of(gate), "deferred")
    assert desk.advance(gate, NOW + HOUR).events == ()
    assert desk.task_of(gate).state == "deferred"


def test_deciding_nothing_new_writes_nothing(desk: Desk) -> None:
    """Watching a request costs no version."""
    gate = desk.gate()
    assert desk.advance(gate).events == ()
    assert desk.read(gate) == gate


def test_settle_time_is_configurable(desk: Desk) -> None:
    """Zero wakes at once, for those whose executor is quick."""
    gate = desk.gate(parked_at=SOON)
    cancellation = Cancellation(actor=EDITOR, reason="x")
    commands.run(gate.id, cancel, cancellation, work=work_at(SOON, settle_seconds=0))
    assert desk.delivered_at(gate) == SOON


@pytest.mark.parametrize(
    "waits_for",
    [
        {"next_method": "resume"},
        {"classpath": "airflow.providers.standard.triggers.temporal.DateTimeTrigger"},
    ],
)
def test_a_task_that_waits_for_something_else_is_not_woken(
    desk: Desk, session: Session, waits_for: dict[str, str]
) -> None:
    """A request claimed for somebody's sensor cannot end that sensor's wait."""
    gate = desk.gate()
    task = desk.task_of(gate)
    if "classpath" in waits_for:
        session.execute(update(Trigger).where(Trigger.id == task.trigger_id).values(waits_for))
    else:
        session.execute(update(TaskInstance).where(TaskInstance.id == task.id).values(waits_for))
    session.commit()

    cancelled = desk.cancel(gate)

    assert desk.delivered_at(cancelled) is None
    assert desk.task_of(gate).state == "deferred"
    assert desk.sweep() == SweepSummary()


def test_a_decision_takes_few_statements(desk: Desk) -> None:
    """Each table is read once, locked where it has rows that others change, and written once."""
    gate = desk.gate()
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    with desk.sessions() as session:
        engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        desk.decide(gate)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    locking = ["BEGIN IMMEDIATE"] if engine.dialect.name == "sqlite" else []
    assert [named(statement) for statement in statements] == [
        *locking,
        "SELECT approval",
        "SELECT approval_waiter",
        "SELECT approval_vote",
        "SELECT task_instance",
        "UPDATE task_instance",
        "UPDATE approval",
        "UPDATE approval_waiter",
        "INSERT approval_vote",
        "INSERT approval_event",
    ]


def named(statement: str) -> str:
    """What a statement does, and to which table."""
    verb = statement.split(maxsplit=1)[0]
    table = re.search(r"\b(?:FROM|UPDATE|INTO) (\w+)", statement)
    return statement if table is None else f"{verb} {table[1]}"
