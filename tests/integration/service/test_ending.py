"""The server ends the waiting task in the deciding transaction, with what a worker would have done."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from airflow.models.asset import AssetActive, AssetEvent, AssetModel
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.models.db_callback_request import DbCallbackRequest
from airflow.models.log import Log
from airflow.models.taskmap import TaskMap
from airflow.models.xcom import XComModel
from sqlalchemy import select, update

from airflow_approvals import ApprovalExtOperator
from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.policy import OnDeny, OnExpiry
from airflow_approvals.domain.status import Status
from airflow_approvals.domain.waiting import AtEnd, Ends, Outlet, OutletKind, Waits, Way
from airflow_approvals.service import commands
from airflow_approvals.service.sweep import SweepSummary
from tests.airflow_rows import DAG_ID, AirflowRows
from tests.builders import HOUR, MANAGER, NOW, level, policy, role, ti_id_of
from tests.integration.service.desk import SETTINGS, SOON, Desk, work_at
from tests.integration.service.stored_dags import running, stored

AT_ONCE = SOON
TINY, SETTLE = timedelta(seconds=1), timedelta(seconds=SETTINGS.settle_seconds)
ON_THE_SERVER = Waits(way=Way.AWAITING_INPUT, ends=Ends.SERVER)


def with_end(**at_end: Any) -> Waits:
    """A task that the server ends, with what belongs to its end."""
    return replace(ON_THE_SERVER, at_end=AtEnd(**at_end))


@pytest.fixture(params=["awaiting_input", "deferred"])
def parked(request: pytest.FixtureRequest) -> str:
    """Each state in which a task waits."""
    return str(request.param)


@pytest.mark.parametrize(
    ("verdict", "on_deny", "state"),
    [
        (Verdict.APPROVE, OnDeny.FAIL, "success"),
        (Verdict.DENY, OnDeny.FAIL, "failed"),
        (Verdict.DENY, OnDeny.SKIP, "skipped"),
    ],
)
def test_an_answer_ends_the_task(
    desk: Desk, parked: str, verdict: Verdict, on_deny: OnDeny, state: str
) -> None:
    """Also one that comes in the moment in which the task has parked: nobody has to be woken."""
    gate = desk.gate(policy(on_deny=on_deny), state=parked, parked_at=AT_ONCE, waits=ON_THE_SERVER)
    decided = desk.decide(gate, verdict)
    ended = desk.task_of(gate)
    assert ended.state == state
    assert ended.end_date is not None
    assert ended.duration is not None
    left = (ended.trigger_id, ended.trigger_timeout, ended.next_method, ended.next_kwargs)
    assert left == (None, None, None, None)
    assert desk.delivered_at(decided) == SOON
    assert desk.trail(gate)[-1] == "ended"
    assert desk.events(gate)[-1].outcome.value == state  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("on_expiry", "state"),
    [
        (OnExpiry.FAIL, "failed"),
        (OnExpiry.SKIP, "skipped"),
        (OnExpiry.APPROVE, "success"),
        (OnExpiry.DENY, "failed"),
    ],
)
def test_silence_ends_the_task(desk: Desk, parked: str, on_expiry: OnExpiry, state: str) -> None:
    """Whoever finds the deadline passed."""
    terms = policy(level(role("manager")), on_expiry=on_expiry)
    gate = desk.gate(terms, state=parked, waits=ON_THE_SERVER)
    assert desk.sweep(NOW + HOUR) == SweepSummary(expired=1, resumed=1)
    assert desk.task_of(gate).state == state


def test_a_cancelled_request_fails_its_task(desk: Desk, parked: str) -> None:
    """It would wait for ever otherwise."""
    gate = desk.gate(state=parked, waits=ON_THE_SERVER)
    desk.cancel(gate)
    assert desk.task_of(gate).state == "failed"


def test_a_task_that_parks_though_it_had_the_answer_is_ended(
    desk: Desk, rows: AirflowRows, parked: str
) -> None:
    """Whoever claimed in its name that it had it: Airflow shows that it waits."""
    gate = desk.gate(state="running", waits=ON_THE_SERVER)
    desk.decide(gate)
    commands.bring_up_to_date(gate.id, by_task=commands.ByTask.LOOKS, work=work_at(SOON))
    assert desk.trail(gate)[-1] == "resumed"
    rows.set_state(ti_id_of(gate), parked, updated_at=SOON)
    desk.sweep(SOON)
    assert desk.task_of(gate).state == "success"


def test_a_task_that_has_yet_to_park_is_ended_later(desk: Desk, rows: AirflowRows, parked: str) -> None:
    """The answer is there; whoever tries again is told, and the sweep finds it too."""
    gate = desk.gate(state="running", waits=ON_THE_SERVER)
    assert desk.delivered_at(desk.decide(gate)) is None
    assert desk.later == [gate.id]
    assert desk.task_of(gate).state == "running"
    rows.set_state(ti_id_of(gate), parked, updated_at=SOON)
    assert desk.sweep(SOON) == SweepSummary(resumed=1)
    assert desk.task_of(gate).state == "success"


@pytest.mark.parametrize("state", ["scheduled", "queued"])
def test_a_task_that_was_woken_and_waits_for_a_worker_is_ended_too(
    desk: Desk, rows: AirflowRows, state: str
) -> None:
    """A full pool or a busy executor does not hold up an answer."""
    gate = desk.gate(state="awaiting_input", waits=ON_THE_SERVER)
    rows.change(ti_id_of(gate), state=state)
    desk.decide(gate)
    assert desk.task_of(gate).state == "success"


@pytest.mark.parametrize(
    "other",
    [
        {"next_method": "another"},
        {"next_kwargs": {}},
        {"next_kwargs": None},
        {"next_kwargs": {"approval_id": "01900000-0000-7000-8000-0000000000ff"}},
    ],
)
def test_a_task_that_waits_for_something_else_is_left_alone(desk: Desk, other: dict[str, Any]) -> None:
    """As Airflow's own Human-in-the-loop, or another request."""
    gate = desk.gate(state="awaiting_input", waits=ON_THE_SERVER)
    desk.rows.change(ti_id_of(gate), **other)
    assert desk.delivered_at(desk.cancel(gate)) is None
    assert desk.task_of(gate).state == "awaiting_input"


def test_the_decision_is_what_the_task_returns(desk: Desk, parked: str) -> None:
    """Under the same key, as JSON, as a worker leaves it."""
    gate = desk.gate(state=parked, waits=ON_THE_SERVER)
    desk.decide(gate, comment="Seen.")
    assert values(desk, gate) == {
        "return_value": {
            "approval_id": str(gate.id),
            "status": "approved",
            "decided_by": MANAGER.name,
            "decided_at": SOON.isoformat(),
            "comment": "Seen.",
            "escalated": False,
        }
    }


def values(desk: Desk, gate: Approval) -> dict[str, Any]:
    """The XComs of the gate."""
    with desk.sessions() as session:
        query = select(XComModel.key, XComModel.value).where(XComModel.task_id == gate.origin.task_id)
        return {row.key: row.value for row in session.execute(query)}


def test_what_is_not_to_be_returned_is_not(desk: Desk) -> None:
    """``do_xcom_push=False``, and every answer but yes."""
    silent = desk.gate(state="awaiting_input", waits=with_end(returns=False))
    desk.decide(silent)
    denied = desk.gate(state="awaiting_input", waits=ON_THE_SERVER, map_index=1)
    desk.decide(denied, Verdict.DENY)
    assert values(desk, silent) == {}


def test_each_part_is_returned_by_its_own_name(desk: Desk) -> None:
    """``multiple_outputs=True``."""
    gate = desk.gate(state="awaiting_input", waits=with_end(multiple_outputs=True))
    desk.decide(gate)
    found = values(desk, gate)
    assert {key: found[key] for key in found["return_value"]} == found["return_value"]


def test_what_is_mapped_over_it_learns_how_long_it_is(desk: Desk) -> None:
    """And only that."""
    gate = desk.gate(state="awaiting_input", waits=with_end(mapped_over=True))
    desk.decide(gate)
    with desk.sessions() as session:
        (task_map,) = session.scalars(select(TaskMap)).all()
        assert (task_map.task_id, task_map.length) == ("gate", len(values(desk, gate)["return_value"]))


def test_outlets_are_brought_up_to_date_by_success_only(desk: Desk, rows: AirflowRows) -> None:
    """By name, by address, or as a whole."""
    rows.dag()
    with desk.sessions.begin() as session:
        for name in ("one", "two", "three"):
            session.add(AssetModel(name=name, uri=f"x://{name}", group="asset"))
            session.flush()
            session.add(AssetActive(name=name, uri=f"x://{name}"))
    outlets = (
        Outlet(kind=OutletKind.ASSET, name="one", uri="x://one"),
        Outlet(kind=OutletKind.NAME, name="two"),
        Outlet(kind=OutletKind.URI, uri="x://three"),
    )
    for index, verdict in enumerate((Verdict.DENY, Verdict.APPROVE)):
        waits = with_end(outlets=outlets)
        desk.decide(desk.gate(state="awaiting_input", waits=waits, map_index=index), verdict)
    with desk.sessions() as session:
        query = select(AssetModel.name, AssetEvent.source_map_index).join(
            AssetEvent, AssetEvent.asset_id == AssetModel.id
        )
        assert set(session.execute(query).all()) == {("one", 1), ("two", 1), ("three", 1)}


def test_airflow_s_log_has_the_end_of_the_task(desk: Desk) -> None:
    """As when a worker reports it."""
    gate = desk.gate(state="awaiting_input", waits=ON_THE_SERVER)
    desk.decide(gate)
    with desk.sessions() as session:
        (line,) = session.scalars(select(Log).where(Log.event == "success")).all()
        assert (line.dag_id, line.task_id, line.try_number) == (DAG_ID, "gate", 1)


def test_a_failure_is_told_through_the_dag_processor(desk: Desk, rows: AirflowRows) -> None:
    """The callback and the e-mail, each if there is one; of a success nobody has to be told here."""
    with stored(rows):
        ApprovalExtOperator(task_id="gate", subject="s", approver_role="m")
    know_file(desk)
    told = with_end(failure_callback=True, failure_email=True)
    for index, (waits, verdict) in enumerate(
        [(told, Verdict.APPROVE), (ON_THE_SERVER, Verdict.DENY), (told, Verdict.DENY)]
    ):
        ti_id = running(rows, map_index=index)
        gate = desk.ask(ti_id, waits=waits)
        rows.set_state(ti_id, "awaiting_input")
        desk.decide(gate, verdict, comment="No.")
    with desk.sessions() as session:
        found = [each.get_callback_request() for each in session.scalars(select(DbCallbackRequest))]
    assert {type(each).__name__ for each in found} == {"TaskCallbackRequest", "EmailRequest"}
    assert {(each.ti.map_index, each.filepath) for each in found} == {(2, "a_dag.py")}  # type: ignore[union-attr]
    assert {each.msg for each in found} == {f"{gate.content.subject}: denied by {MANAGER.name}: No."}


def know_file(desk: Desk) -> None:
    """Have Airflow know in which file the Dag is."""
    with desk.sessions.begin() as session:
        session.execute(update(DagModel).values(relative_fileloc="a_dag.py"))


def test_what_cannot_be_done_on_the_server_is_done_by_a_worker(desk: Desk, rows: AirflowRows) -> None:
    """The decision stands; nothing of an end that broke half way is left."""
    with stored(rows):
        ApprovalExtOperator(task_id="gate", subject="s", approver_role="m")
    know_file(desk)
    ti_id = running(rows)
    gate = desk.ask(ti_id, waits=with_end(failure_callback=True))
    rows.set_state(ti_id, "awaiting_input")
    with desk.sessions.begin() as session:  # what Airflow's request for a callback does not take
        session.execute(update(DagRun).values(conf=["broken"]))
    assert desk.decide(gate, Verdict.DENY).status is Status.DENIED
    assert desk.task_of(gate).state == "scheduled"
    assert desk.task_of(gate).next_kwargs["event"]["status"] == "denied"
    assert desk.trail(gate) == ["opened", "voted", "denied", "resumed"]


def test_a_failure_of_a_dag_that_is_gone_is_told_to_nobody(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says so, and the decision stands."""
    gate = desk.gate(state="awaiting_input", waits=with_end(failure_callback=True))
    with caplog.at_level(logging.ERROR):
        desk.decide(gate, Verdict.DENY)
    assert "whom it should tell is not known any more" in caplog.text
    assert desk.task_of(gate).state == "failed"


def test_an_edited_deadline_is_airflow_s_as_well(desk: Desk, rows: AirflowRows) -> None:
    """The scheduler looks at the task then, but not before it may run, and not at all without a deadline."""
    gate = desk.gate(policy(level(role("manager"))), state="awaiting_input", waits=ON_THE_SERVER)
    rows.change(ti_id_of(gate), trigger_timeout=NOW + HOUR, updated_at=NOW - HOUR)
    for wanted, kept in ((NOW + 3 * HOUR, NOW + 3 * HOUR), (None, None), (SOON + TINY, SOON + SETTLE)):
        desk.edit(gate, expires_at=wanted)
        assert desk.task_of(gate).trigger_timeout == kept
    assert desk.task_of(gate).updated_at == NOW - HOUR  # when it parked, of which an edit changes nothing
    rows.change(ti_id_of(gate), trigger_timeout=SOON)
    desk.edit(gate, expires_at=NOW + 4 * HOUR)
    assert desk.task_of(gate).trigger_timeout == SOON  # it is about to be woken, and has something to hear
