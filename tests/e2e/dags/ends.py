"""Gates whose end has something to do beside their state, each in a Dag of its own."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset, BaseNotifier, Context, task, task_group

from airflow_approvals import ApprovalExtOperator

FOLDER = Path(os.environ["AIRFLOW_HOME"]) / "ends"


def keep(context: Context, what: str, **more: Any) -> None:
    """Write down that something ran, for the test to find."""
    FOLDER.mkdir(exist_ok=True)
    ti = context["ti"]
    told = {"task_id": ti.task_id, "state": str(ti.state), **more}
    (FOLDER / f"{context['run_id']}.{what}.json").write_text(json.dumps(told))


class OwnEnd(ApprovalExtOperator):
    """An author's own, with something to say when there is an answer."""

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return more than the decision."""
        return {**super().execute_complete(context, event), "own": True}


class Hanging(BaseNotifier):
    """Never comes back."""

    def notify(self, context: Context) -> None:
        """Wait for something that does not come."""
        threading.Event().wait()


def gate(kind: type[ApprovalExtOperator] = ApprovalExtOperator, **arguments: Any) -> ApprovalExtOperator:
    """A gate of the Dag around it."""
    sensible = {"task_id": "gate", "subject": "{{ dag.dag_id }}", "approver_role": "manager"}
    return kind(**{**sensible, "retries": 2, "retry_delay": timedelta(seconds=1), **arguments})


with DAG("ends_on_success", schedule=None):
    gate(on_success_callback=lambda context: keep(context, "success"))

with DAG("ends_on_failure", schedule=None):
    gate(on_failure_callback=lambda context: keep(context, "failure"))

with DAG("ends_post_execute", schedule=None):
    gate(post_execute=lambda context, result: keep(context, "post_execute", result=result))

with DAG("ends_outlets", schedule=None):
    gate(outlets=[Asset("released", uri="x-released://here")])

with DAG("after_released", schedule=[Asset("released", uri="x-released://here")]):
    EmptyOperator(task_id="nothing")

with DAG("ends_own_code", schedule=None, max_active_runs=200, max_active_tasks=200):
    gate(OwnEnd) >> EmptyOperator(task_id="after")

with DAG("ends_mail", schedule=None):
    gate(email="ops@example.com", email_on_failure=True)

with DAG("ends_mapped_over", schedule=None):

    @task
    def use(part: tuple[str, Any]) -> str:
        """Give the name of one part of the decision."""
        return part[0]

    use.expand(part=gate().output)

with DAG("ends_fail_fast", schedule=None, fail_fast=True):
    gate(retries=0)
    gate(task_id="other", retries=0)

RULES = ("all_success", "none_failed", "all_done", "one_done", "all_skipped")
for dag_id, more in (("ends_skipped", {}), ("ends_by_rules", {"respect_trigger_rules": True})):
    with DAG(dag_id, schedule=None):
        asked = gate(on_deny="skip", on_expiry="skip", expires_in=timedelta(hours=1), **more)
        for rule in RULES:
            (
                asked
                >> EmptyOperator(task_id=rule, trigger_rule=rule)
                >> EmptyOperator(task_id=f"after_{rule}", trigger_rule="all_done")
            )
        asked >> EmptyOperator(task_id="clean", trigger_rule="all_done").as_teardown(
            on_failure_fail_dagrun=False
        )

with DAG("ends_in_groups", schedule=None):

    @task_group
    def release(country: str) -> None:
        """Ask for a country, and go on there."""
        asked = gate(subject=country, on_deny="skip")
        asked >> EmptyOperator(task_id="ship") >> EmptyOperator(task_id="tell", trigger_rule="all_done")

    release.expand(country=["at", "be"])

with DAG("ends_timed", schedule=None):
    gate(execution_timeout=timedelta(seconds=5))

with DAG("ends_timed_out", schedule=None):
    gate(execution_timeout=timedelta(seconds=4), notifiers=Hanging(), retries=0)

with DAG("ends_run_timed_out", schedule=None, dagrun_timeout=timedelta(seconds=20)):
    gate()

with DAG("ends_full_pool", schedule=None, max_active_runs=50):
    gate(pool="of_one")

with DAG("ends_sleeper", schedule=None, max_active_runs=50, max_active_tasks=50):

    @task
    def sleep(pool_slots: int = 1) -> None:
        """Keep a worker until there is a file."""
        done = threading.Event()
        while not (FOLDER / "wake_up").exists():
            done.wait(0.2)

    sleep.override(pool="of_one")()
    for number in range(7):  # with the one above as many as there are workers
        sleep.override(task_id=f"sleep_{number}")()
