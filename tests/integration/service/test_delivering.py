"""Waking the task: in the deciding transaction, but never before it has settled."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from airflow.models.taskinstance import TaskInstance
from airflow.models.trigger import Trigger
from airflow.sdk.serde import serialize
from sqlalchemy import event, update

from airflow_approvals.domain.approval import Approval, Lapsed, Verdict
from airflow_approvals.domain.errors import AlreadyClosed
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import Status
from airflow_approvals.service.sweep import SweepSummary
from airflow_approvals.triggers.approval import ApprovalTrigger
from tests.airflow_rows import AirflowRows
from tests.builders import HOUR, NOW, OTHER_MANAGER, TI_ID, level, policy, role, ti_id_of
from tests.integration.service.desk import SETTINGS, SOON, Desk

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


def test_a_decision_is_delivered_once(desk: Desk, rows: AirflowRows) -> None:
    """A task that waits again, for something else, is left alone."""
    gate = desk.gate()
    desk.decide(gate)
    rows.set_state(ti_id_of(gate), "deferred")
    rewrite(desk, gate, trigger={"encrypted_kwargs": "{}"})
    assert desk.advance(gate, NOW + HOUR).events == ()
    assert desk.task_of(gate).state == "deferred"


def test_deciding_nothing_new_writes_nothing(desk: Desk) -> None:
    """Watching a request costs no version."""
    gate = desk.gate()
    assert desk.advance(gate).events == ()
    assert desk.read(gate) == gate


class AuthorsTrigger(ApprovalTrigger):
    """What an author made of ours, with an argument of its own."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Add to what ours needs."""
        classpath, arguments = super().serialize()
        return classpath, {**arguments, "channel": "#releases"}


def rewrite(desk: Desk, gate: Approval, *, task: Any = None, trigger: Any = None) -> None:
    """Change how the task of a gate waits, in Airflow's own tables."""
    row = desk.task_of(gate)
    with desk.sessions.begin() as session:
        for table, key, values in ((TaskInstance, row.id, task), (Trigger, row.trigger_id, trigger)):
            if values:
                session.execute(update(table).where(table.id == key).values(values))


def as_a_worker_sends_it(arguments: dict[str, Any]) -> str:
    """As the task API stores a trigger's arguments, without encrypting them."""
    return json.dumps(serialize(arguments))


@pytest.mark.parametrize("stored", [Trigger.encrypt_kwargs, as_a_worker_sends_it])
def test_a_trigger_that_an_author_made_of_ours_is_woken_too(
    desk: Desk, stored: Callable[[dict[str, Any]], str]
) -> None:
    """By the decision, and by the sweep where the decision came too soon."""
    gate, early = desk.gate(), desk.gate(map_index=1, parked_at=SOON)
    for asked in (gate, early):
        classpath, arguments = AuthorsTrigger(str(asked.id), str(ti_id_of(asked))).serialize()
        rewrite(desk, asked, trigger={"classpath": classpath, "encrypted_kwargs": stored(arguments)})
        assert "AuthorsTrigger" in classpath

    assert desk.delivered_at(desk.decide(gate)) == SOON
    assert desk.delivered_at(desk.decide(early)) is None
    assert desk.sweep(SOON + SETTLE) == SweepSummary(resumed=1)

    assert [desk.task_of(asked).state for asked in (gate, early)] == ["scheduled", "scheduled"]


@pytest.mark.parametrize(
    "waits_for",
    [
        pytest.param({"task": {"next_method": "resume"}}, id="another method"),
        pytest.param({"trigger": {"encrypted_kwargs": "{}"}}, id="a trigger without a request"),
        pytest.param({"trigger": {"encrypted_kwargs": "[]"}}, id="no arguments"),
        pytest.param({"trigger": {"encrypted_kwargs": "{"}}, id="broken arguments"),
        pytest.param({"trigger": {"encrypted_kwargs": "gAAAAA=="}}, id="another key's arguments"),
        pytest.param(
            {"trigger": {"encrypted_kwargs": json.dumps({"approval_id": str(TI_ID)})}}, id="another request"
        ),
        pytest.param({"task": {"trigger_id": None}}, id="no trigger"),
    ],
)
def test_a_task_that_waits_for_something_else_is_not_woken(desk: Desk, waits_for: dict[str, Any]) -> None:
    """A request claimed for somebody's sensor cannot end that sensor's wait."""
    gate = desk.gate()
    rewrite(desk, gate, **waits_for)

    cancelled = desk.cancel(gate)

    assert desk.delivered_at(cancelled) is None
    assert desk.task_of(gate).state == "deferred"
    assert desk.sweep() == SweepSummary()


def test_a_task_that_airflow_fails_instead_was_not_woken(desk: Desk) -> None:
    """What it kept cannot be read any more: the decision stands, and the record does not say it arrived."""
    gate = desk.gate()
    rewrite(
        desk,
        gate,
        task={"next_kwargs": {"__classname__": "no.such.Class", "__version__": 1, "__data__": {}}},
    )

    decided = desk.decide(gate)

    assert decided.status is Status.APPROVED
    assert desk.task_of(gate).next_method == "__fail__" or desk.task_of(gate).state == "deferred"
    assert desk.delivered_at(decided) is None
    assert desk.trail(gate) == ["opened", "voted", "approved"]
    assert desk.sweep() == SweepSummary()


def test_a_decision_takes_few_statements(desk: Desk) -> None:
    """Each table is read once, locked where it has rows that others change, and written once.

    Answers and edits are read only of a request that has changed since it was opened.
    """
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

    sqlite = engine.dialect.name == "sqlite"
    locking = ["BEGIN IMMEDIATE"] if sqlite else ["SET LOCAL lock_timeout = '4s'"]
    assert [named(statement) for statement in statements] == [
        *locking,
        "SELECT approval",
        "SELECT approval_waiter",
        "SELECT task_instance",
        "UPDATE task_instance",
        "UPDATE approval",
        "UPDATE approval_waiter",
        "INSERT approval_vote",
        "INSERT approval_event",
        "INSERT log",
    ]


def named(statement: str) -> str:
    """What a statement does, and to which table."""
    verb = statement.split(maxsplit=1)[0]
    table = re.search(r"\b(?:FROM|UPDATE|INTO) (\w+)", statement)
    return statement if table is None else f"{verb} {table[1]}"
