"""The operator inside Dags: mapped, rendered, stored by Airflow and read back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, BaseNotifier, task
from airflow.serialization.serialized_objects import DagSerialization

from airflow_approvals import ApprovalExtOperator
from airflow_approvals.links import ApprovalLink

DAGS = Path(__file__).parents[3] / "dags"


class Mail(BaseNotifier):
    """Tells nobody."""

    def notify(self, context: Any) -> None:
        """Do nothing."""


def stored_and_read(dag: DAG) -> Any:
    """Give the Dag as the scheduler and the web server see it, after Airflow's own check of the JSON."""
    written = DagSerialization.to_dict(dag)
    DagSerialization.validate_schema(written)
    return DagSerialization.from_dict(json.loads(json.dumps(written)))


def test_a_gate_survives_being_stored() -> None:
    """Templates, the link and the renderers reach the web server; what only runs on the worker does not."""
    with DAG("release", schedule=None) as dag:

        @task
        def build() -> dict[str, int]:
            return {"rows": 3}

        ApprovalExtOperator(
            task_id="gate",
            subject="Release {{ ds }}",
            body="# {{ dag.dag_id }}",
            approver_role="{{ params.role }}",
            escalate_role="director",
            expires_in=timedelta(hours=1),
            on_deny="skip",
            on_expiry="approve",
            metadata={"built": build(), "day": "{{ ds }}"},
            notifiers=[Mail()],
        )
    gate = stored_and_read(dag).get_task("gate")
    assert gate.task_type == "ApprovalExtOperator"
    assert tuple(gate.template_fields) == (
        "subject",
        "body",
        "approver_role",
        "escalate_role",
        "on_expiry",
        "metadata",
    )
    assert gate.template_fields_renderers == {"body": "md", "metadata": "json"}
    assert (gate.subject, gate.body, gate.approver_role) == (
        "Release {{ ds }}",
        "# {{ dag.dag_id }}",
        "{{ params.role }}",
    )
    assert gate.metadata["day"] == "{{ ds }}"
    assert gate.on_expiry == "approve"
    assert [link.name for link in gate.operator_extra_links] == ["Approval"]
    assert gate.upstream_task_ids == {"build"}
    assert not hasattr(gate, "notifiers")


def test_a_mapped_gate_survives_being_stored() -> None:
    """One gate for each of many values, known or not yet known."""
    with DAG("release", schedule=None) as dag:

        @task
        def countries() -> list[str]:
            return ["at", "ch"]

        partial = ApprovalExtOperator.partial(
            task_id="gate",
            approver_role="manager",
            escalate_role="director",
            expires_in=timedelta(hours=1),
            notifiers=[Mail()],
        )
        partial.expand(subject=countries())
        ApprovalExtOperator.partial(task_id="by_role", subject="s").expand_kwargs(
            [{"approver_role": "manager"}, {"approver_role": "director", "on_deny": "skip"}]
        )
    read = stored_and_read(dag)
    gate = read.get_task("gate")
    assert gate.is_mapped
    assert gate.task_type == "ApprovalExtOperator"
    assert gate.upstream_task_ids == {"countries"}
    assert [link.name for link in gate.operator_extra_links] == ["Approval"]
    assert read.get_task("by_role").is_mapped


def test_an_unknown_argument_of_a_mapped_gate_is_refused_by_name() -> None:
    """At parse, both where it is fixed and where it is mapped."""
    with DAG("release"):
        with pytest.raises(TypeError, match="quorum"):
            ApprovalExtOperator.partial(task_id="fixed", subject="s", approver_role="manager", quorum=2)
        partial = ApprovalExtOperator.partial(task_id="mapped", subject="s", approver_role="m")
        with pytest.raises(TypeError, match="quorum"):
            partial.expand(quorum=[1])
        partial.expand(on_deny=["fail"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", ""),
        ("body", None),
        ("approver_role", " manager"),
        ("escalate_role", "director"),
        ("on_deny", "explode"),
        ("on_expiry", None),
        ("metadata", {"a": object()}),
        ("notifiers", ["mail"]),
    ],
)
def test_what_mapped_gates_have_in_common_is_checked_at_parse(name: str, value: Any) -> None:
    """As with a single gate, though Airflow makes none yet."""
    with (
        DAG("release"),
        pytest.raises(ValueError, match=rf"^ApprovalExtOperator 'gate': .*\b{name}\b"),
    ):
        ApprovalExtOperator.partial(task_id="gate", **{"expires_in": None, name: value})


def test_what_mapped_gates_have_in_common_may_be_anything_sensible() -> None:
    """What is left out may still be mapped, or have a default."""
    with DAG("release") as dag:
        partial = ApprovalExtOperator.partial(
            task_id="gate",
            escalate_role="director",
            body="{{ ds }}",
            metadata=None,
            notifiers=Mail(),
            retries=2,
        )
        partial.expand_kwargs(
            [{"subject": "s", "approver_role": "manager", "expires_in": timedelta(hours=1)}]
        )
    gate = dag.get_task("gate").unmap(
        {"subject": "s", "approver_role": "manager", "expires_in": timedelta(hours=1)}
    )
    assert (gate.escalate_role, gate.metadata, gate.retries) == ("director", {}, 2)


def test_each_mapped_gate_checks_its_own_arguments() -> None:
    """Airflow makes the single gates only when they run: the wrong one fails then, by name."""
    with DAG("release"):
        gates = ApprovalExtOperator.partial(task_id="gate", subject="s").expand(approver_role=["manager", ""])
    assert gates.unmap({"approver_role": "manager"}).approver_role == "manager"
    with pytest.raises(ValueError, match="approver_role must be a non-empty text"):
        gates.unmap({"approver_role": ""})


def test_templates_are_rendered() -> None:
    """All the words of a request, deep inside the metadata too; the rest stays as written."""
    with DAG("release"):
        gate = ApprovalExtOperator(
            task_id="gate",
            subject="Release {{ version }}",
            body="By {{ who }}",
            approver_role="{{ who }}s-managers",
            escalate_role="{{ who }}s-directors",
            expires_in=timedelta(hours=1),
            metadata={"deep": [{"version": "{{ version }}", "rows": 3}]},
        )
    gate.render_template_fields({"version": "1.2", "who": "ana"})
    assert (gate.subject, gate.body) == ("Release 1.2", "By ana")
    assert (gate.approver_role, gate.escalate_role) == ("anas-managers", "anas-directors")
    assert gate.metadata == {"deep": [{"version": "1.2", "rows": 3}]}


def test_a_gate_can_be_built_of_defaults() -> None:
    """The same outcome for silence and denial unless asked for otherwise: the task fails."""
    gate = ApprovalExtOperator(task_id="gate", subject="s", approver_role="manager")
    assert (gate.on_deny, gate.on_expiry) == ("fail", "fail")
    assert (gate.body, gate.escalate_role, gate.expires_in) == ("", None, None)
    assert (gate.metadata, list(gate.notifiers)) == ({}, [])


@pytest.mark.parametrize(
    ("base_url", "begins"),
    [
        ("https://airflow.example/team/", "https://airflow.example/team/plugin/approvals?id="),
        ("", "/plugin/approvals?id="),
    ],
)
def test_the_link_leads_to_the_request(monkeypatch: pytest.MonkeyPatch, base_url: str, begins: str) -> None:
    """Once there is one, at the address under which people reach Airflow."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", base_url)
    gate = ApprovalExtOperator(task_id="gate", subject="s", approver_role="manager")
    assert ApprovalLink().get_link(gate, ti_key=None) == ""
    gate.approval_id = uuid4()
    assert ApprovalLink().get_link(gate, ti_key=None) == f"{begins}{gate.approval_id}"


def test_the_dags_we_ship_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an import error; maintenance runs on the configured schedule."""
    monkeypatch.setenv("AIRFLOW__APPROVALS__MAINTENANCE_SCHEDULE", "*/10 * * * *")
    found = DagBag(dag_folder=DAGS)
    assert found.import_errors == {}
    assert set(found.dags) == {"approvals_maintenance", "example_approval_ext", "example_escalation"}
    maintenance = found.dags["approvals_maintenance"]
    assert maintenance.schedule == "*/10 * * * *"
    assert {step.task_id for step in maintenance.tasks} == {"escalate", "cleanup"}
    # Either one's failure is the run's, and neither stops the other.
    assert all(not step.upstream_task_ids for step in maintenance.tasks)
    for dag in found.dags.values():
        stored_and_read(dag)


def test_a_wrong_option_is_an_import_error_of_the_maintenance_dag_that_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that the platform team sees it where they look."""
    monkeypatch.setenv("AIRFLOW__APPROVALS__MAINTENANCE_SCHEDULE", "now and then")
    found = DagBag(dag_folder=DAGS / "approvals_maintenance.py")
    assert found.dags == {}
    (message,) = found.import_errors.values()
    assert "[approvals] maintenance_schedule" in message
