"""Silence approves only where the Dag may say so: real Dags, as Airflow stores them."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.models.serialized_dag import SerializedDagModel
from airflow.sdk import task, task_group
from sqlalchemy import event, select, update

from airflow_approvals import ApprovalExtOperator
from airflow_approvals.airflow_core import declared
from airflow_approvals.domain.errors import NotAllowed
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import Status
from tests.airflow_rows import AirflowRows
from tests.builders import HOUR, NOW, level, policy, role
from tests.integration.service.desk import SOON, Desk
from tests.integration.service.stored_dags import running, stored

SILENCE = policy(level(role("manager")), on_expiry=OnExpiry.APPROVE)


class Strict(ApprovalExtOperator):
    """An author's gate, which may say something else as it runs."""


class Hidden(ApprovalExtOperator):
    """An author's gate of which Airflow keeps less."""

    template_fields = ("subject",)


def gate(operator: type[ApprovalExtOperator] = ApprovalExtOperator, **arguments: Any) -> None:
    """Put a gate with sensible arguments into the Dag."""
    operator(**{"task_id": "gate", "subject": "s", "approver_role": "m", "expires_in": HOUR, **arguments})


def mapped(*, over: dict[str, Any], **arguments: Any) -> None:
    """Put a mapped gate into the Dag."""
    common = {"task_id": "gate", "approver_role": "m", "expires_in": HOUR, **arguments}
    ApprovalExtOperator.partial(**common).expand(**over)


def grouped(on_expiry: str) -> None:
    """Put a gate into a mapped group of tasks."""

    @task_group
    def release(country: str) -> None:
        gate(subject=country, on_expiry=on_expiry)

    release.expand(country=["at", "ch"])


def output_of_a_task() -> None:
    """Put a gate into the Dag of which another task says what silence does."""

    @task
    def ask() -> str:
        return "approve"

    gate(on_expiry=ask())


def function() -> None:
    """Put a task into the Dag that may make a gate of its own when it runs."""

    @task(task_id="gate")
    def run() -> None:
        """Do anything."""

    run()


def by_keywords() -> None:
    """Put a gate into the Dag whose arguments are all mapped."""
    ApprovalExtOperator.partial(task_id="gate", subject="s").expand_kwargs(
        [{"approver_role": "m", "on_expiry": "approve", "expires_in": HOUR}]
    )


@pytest.mark.parametrize("on_expiry", ["fail", "skip", "deny", OnExpiry.FAIL])
def test_a_task_cannot_have_silence_approve_where_its_dag_says_otherwise(
    desk: Desk, rows: AirflowRows, on_expiry: str
) -> None:
    """Code with the task's token opens a request on terms of its own: it is refused, nothing is written."""
    with stored(rows):
        gate(on_expiry=on_expiry)
    ti_id = running(rows)

    with pytest.raises(NotAllowed, match="does not let this task be approved by silence") as refused:
        desk.ask(ti_id, terms=SILENCE)

    assert refused.value.rule == "declared_silence"
    assert desk.ask(ti_id, now=SOON).status is Status.PENDING  # the gate itself still opens its own


def test_leaving_it_out_means_fail(desk: Desk, rows: AirflowRows) -> None:
    """The default is stored like a value that was given."""
    with stored(rows):
        gate()
    with pytest.raises(NotAllowed):
        desk.ask(running(rows), terms=SILENCE)


DECLARED = [
    pytest.param(lambda: gate(on_expiry="approve"), "gate", True, id="literal"),
    pytest.param(lambda: gate(on_expiry=OnExpiry.APPROVE), "gate", True, id="enum member"),
    pytest.param(lambda: gate(Strict, on_expiry="approve"), "gate", True, id="subclass"),
    pytest.param(lambda: gate(Strict), "gate", None, id="subclass that says otherwise at parse"),
    pytest.param(lambda: gate(Hidden, on_expiry="approve"), "gate", None, id="subclass with other fields"),
    pytest.param(lambda: gate(on_expiry="{{ params.silence }}"), "gate", None, id="template"),
    pytest.param(output_of_a_task, "gate", None, id="output of a task"),
    pytest.param(function, "gate", None, id="function that may make a gate"),
    pytest.param(
        lambda: mapped(over={"subject": ["a", "b"]}, on_expiry="approve"), "gate", True, id="mapped"
    ),
    pytest.param(
        lambda: mapped(over={"subject": ["a", "b"]}, on_expiry="deny"), "gate", False, id="mapped, not so"
    ),
    pytest.param(lambda: mapped(over={"subject": ["a", "b"]}), "gate", None, id="mapped, left out"),
    pytest.param(
        lambda: mapped(over={"on_expiry": ["approve", "fail"]}, subject="s"), "gate", None, id="mapped over"
    ),
    pytest.param(by_keywords, "gate", None, id="mapped by keywords"),
    pytest.param(lambda: grouped("approve"), "release.gate", True, id="mapped group"),
    pytest.param(lambda: grouped("fail"), "release.gate", False, id="mapped group, not so"),
    pytest.param(lambda: gate(on_expiry="fail"), "taken_out", None, id="task that the Dag no longer has"),
]


@pytest.mark.parametrize(("build", "task_id", "said"), DECLARED)
def test_what_the_dag_says_is_read_off_what_airflow_stored(
    desk: Desk, rows: AirflowRows, build: Any, task_id: str, said: bool | None
) -> None:
    """Yes, no, or not to be known; only a plain no is a refusal."""
    with stored(rows, params={"silence": "approve"}):
        build()
    ti_id = running(rows, task_id=task_id)

    with desk.sessions() as session:
        assert declared.approves_by_silence(ti_id, session=session) is said
    if said is False:
        with pytest.raises(NotAllowed):
            desk.ask(ti_id, terms=SILENCE)
    else:
        asked = desk.ask(ti_id, terms=SILENCE)
        assert desk.let_deadline_pass(asked).status is Status.APPROVED


def test_what_a_dag_gives_to_all_its_tasks_counts(desk: Desk, rows: AirflowRows) -> None:
    """``default_args`` are the gate's own words, mapped or not."""
    words = {"approver_role": "m", "on_expiry": "approve", "expires_in": HOUR}
    with stored(rows, default_args=words):
        ApprovalExtOperator(task_id="gate", subject="s")
        ApprovalExtOperator.partial(task_id="many").expand(subject=["a"])
    assert desk.ask(running(rows), terms=SILENCE).is_open
    assert desk.ask(running(rows, task_id="many", map_index=0), terms=SILENCE).is_open


def test_a_dag_that_airflow_does_not_keep_says_nothing(desk: Desk, rows: AirflowRows) -> None:
    """As after ``airflow db clean``: the run goes on."""
    assert desk.ask(rows.task_instance(), terms=SILENCE).is_open


@pytest.mark.parametrize(
    "kept", [{}, {"dag": {}}, {"dag": {"tasks": [{}]}}, {"dag": {"tasks": [{"gate": 1}]}}]
)
def test_a_dag_that_airflow_keeps_in_another_way_says_nothing(
    desk: Desk, rows: AirflowRows, kept: dict[str, Any]
) -> None:
    """A later Airflow may write it otherwise."""
    with stored(rows):
        gate(on_expiry="fail")
    ti_id = running(rows)
    with desk.sessions.begin() as session:
        session.execute(update(SerializedDagModel.__table__).values(data=kept))
    assert desk.ask(ti_id, terms=SILENCE).is_open


@pytest.mark.parametrize("bundle_version", [None, "abc123"])
def test_a_run_is_held_to_the_code_that_it_runs(
    desk: Desk, rows: AirflowRows, bundle_version: str | None
) -> None:
    """Of a bundle with versions that of its start; of one without, whatever its worker finds today."""
    with stored(rows):
        gate(on_expiry="fail")
    ti_id = running(rows, bundle_version=bundle_version)
    with stored(rows):
        gate(on_expiry="approve")
    with desk.sessions() as session:
        assert len(session.scalars(select(SerializedDagModel)).all()) == 2

    if bundle_version is None:
        assert desk.ask(ti_id, terms=SILENCE).is_open
    else:
        with pytest.raises(NotAllowed):
            desk.ask(ti_id, terms=SILENCE)


def test_it_costs_nothing_where_silence_does_not_approve(desk: Desk, rows: AirflowRows) -> None:
    """The stored Dag, which may be large, is read for no other request."""
    with stored(rows):
        gate()
    ti_id = running(rows)
    statements: list[str] = []
    with desk.sessions() as session:
        engine = session.get_bind()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        desk.ask(ti_id, now=NOW)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert statements
    assert not any("serialized_dag" in statement for statement in statements)
