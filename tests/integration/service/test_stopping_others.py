"""What a closed gate does to the other tasks of its run: it skips what follows, and a Dag may fail fast."""

from __future__ import annotations

import pytest
from airflow.models.dag import DagModel
from airflow.models.taskinstance import TaskInstance
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Asset
from sqlalchemy import select, update

from airflow_approvals import ApprovalExtOperator
from airflow_approvals.domain.approval import Verdict
from airflow_approvals.domain.errors import Unavailable
from airflow_approvals.domain.policy import OnDeny
from airflow_approvals.domain.status import Status
from airflow_approvals.domain.waiting import Ends, Waits
from tests.airflow_rows import AirflowRows
from tests.builders import policy
from tests.integration.service.desk import Desk
from tests.integration.service.racing import ONLY_POSTGRES
from tests.integration.service.stored_dags import running, stored
from tests.integration.service.test_ending import ON_THE_SERVER, values


def test_fail_fast_ends_the_rest_of_the_run(desk: Desk, rows: AirflowRows) -> None:
    """As the Dag says; teardowns still run."""
    with stored(rows, fail_fast=True):
        ApprovalExtOperator(task_id="gate", subject="s", approver_role="m", retries=0)
        EmptyOperator(task_id="other", retries=0)
        EmptyOperator(task_id="clean", retries=0).as_teardown()
    with desk.sessions.begin() as session:
        session.execute(update(DagModel).values(fail_fast=True))
    others = {task_id: running(rows, task_id=task_id, state=None) for task_id in ("other", "clean")}
    ti_id = running(rows)
    gate = desk.ask(ti_id, waits=ON_THE_SERVER)
    rows.set_state(ti_id, "awaiting_input")
    desk.decide(gate, Verdict.DENY)
    found = {task_id: rows.look(other).state for task_id, other in others.items()}
    assert found == {"other": "skipped", "clean": None}


@pytest.mark.parametrize("ends", list(Ends))
@pytest.mark.parametrize("respect", [False, True])
def test_skipping_skips_all_that_follows(desk: Desk, rows: AirflowRows, ends: Ends, respect: bool) -> None:
    """In the deciding transaction, whoever ends the gate: nothing downstream may slip through meanwhile."""
    with stored(rows):
        gate = ApprovalExtOperator(task_id="gate", subject="s", approver_role="m")
        gate >> EmptyOperator(task_id="near", trigger_rule="all_done") >> EmptyOperator(task_id="far")
        gate >> EmptyOperator(task_id="clean").as_teardown()
        for begun in ("running", "success", "failed", "deferred", "up_for_retry", "awaiting_input"):
            gate >> EmptyOperator(task_id=begun, trigger_rule="always")
        EmptyOperator(task_id="beside", outlets=[Asset("x")])
    begun = gate.downstream_task_ids - {"near", "clean"}
    states = {"near": "queued", "far": None, "clean": None, "beside": None} | {each: each for each in begun}
    others = {task_id: running(rows, task_id=task_id, state=state) for task_id, state in states.items()}
    ti_id = running(rows)
    terms = policy(on_deny=OnDeny.SKIP, respect_trigger_rules=respect)
    asked = desk.ask(ti_id, terms=terms, waits=Waits(ends=ends))
    rows.set_state(ti_id, "deferred")
    desk.decide(asked, Verdict.DENY)
    found = {task_id: rows.look(other).state for task_id, other in others.items()}
    skipped = {} if respect else {"near": "skipped", "far": "skipped"}
    assert found == {**states, **skipped}
    assert values(desk, asked) == ({} if respect else {"skipmixin_key": {"followed": ["clean"]}})


def test_a_denial_stands_where_its_dag_cannot_be_read(
    desk: Desk, rows: AirflowRows, caplog: pytest.LogCaptureFixture
) -> None:
    """What is directly downstream does not run all the same: Airflow finds word of it; the log says so."""
    ti_id = rows.task_instance()
    asked = desk.ask(ti_id, terms=policy(on_deny=OnDeny.SKIP), waits=ON_THE_SERVER)
    rows.set_state(ti_id, "awaiting_input")
    desk.decide(asked, Verdict.DENY)
    assert desk.task_of(asked).state == "skipped"
    assert values(desk, asked) == {"skipmixin_key": {"followed": []}}
    assert "not all that is downstream could be skipped" in caplog.text


@ONLY_POSTGRES
def test_a_run_that_somebody_holds_for_long_is_no_reason_to_wake_a_worker(
    desk: Desk, rows: AirflowRows
) -> None:
    """The whole decision is to be tried again later; nothing of it is written."""
    with stored(rows, fail_fast=True):
        ApprovalExtOperator(task_id="gate", subject="s", approver_role="m", retries=0)
        EmptyOperator(task_id="other", retries=0)
    with desk.sessions.begin() as session:
        session.execute(update(DagModel).values(fail_fast=True))
    other, ti_id = running(rows, task_id="other", state=None), running(rows)
    gate = desk.ask(ti_id, waits=ON_THE_SERVER)
    rows.set_state(ti_id, "awaiting_input")
    with desk.sessions() as holder:
        holder.execute(select(TaskInstance.id).where(TaskInstance.id == other).with_for_update())
        with pytest.raises(Unavailable):
            desk.decide(gate, Verdict.DENY)
        holder.rollback()
    assert desk.task_of(gate).state == "awaiting_input"
    assert desk.decide(gate, Verdict.DENY).status is Status.DENIED
