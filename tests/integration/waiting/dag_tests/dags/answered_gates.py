"""Dags with gates, as their authors would test them; the tasks around the gates cost nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, BaseNotifier, task, task_group

from airflow_approvals import ApprovalExtOperator

HOUR = timedelta(hours=1)
LANDS = ["Austria", "Belgium", "Croatia"]

VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {"retries": 2},
    "silence_fails": {"on_expiry": "fail", "expires_in": HOUR},
    "silence_approves": {"on_expiry": "approve", "expires_in": HOUR, "escalate_role": "director"},
    "silence_denies": {"on_expiry": "deny", "expires_in": HOUR},
    "nonsense": {"subject": "{{ '' }}"},
}
SKIPPING: dict[str, dict[str, Any]] = {
    "deny_skips": {"on_deny": "skip"},
    "deny_skips_some": {"on_deny": "skip", "respect_trigger_rules": True},
    "silence_skips": {"on_expiry": "skip", "expires_in": HOUR},
}


class Recorder(BaseNotifier):
    """Keeps in which status the request was that it was told of."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def notify(self, context: Any) -> None:
        """Keep it."""
        self.told.append(context["approval"]["status"])


def ask(**arguments: Any) -> ApprovalExtOperator:
    """A gate with sensible arguments."""
    return ApprovalExtOperator(
        **{"task_id": "gate", "subject": "Publish {{ run_id }}", "approver_role": "manager", **arguments}
    )


RECORDER = Recorder()
DAGS = {}

for dag_id, arguments in {**VARIANTS, **SKIPPING, "notified": {"notifiers": RECORDER}}.items():
    with DAG(dag_id, schedule=None) as DAGS[dag_id]:
        gate = ask(**arguments)
        after = EmptyOperator(task_id="after")
        gate >> after
        if dag_id in SKIPPING:
            after >> EmptyOperator(task_id="later", trigger_rule="all_done")
            gate >> EmptyOperator.partial(task_id="anyway", trigger_rule="all_done").expand(doc=LANDS[:2])

with DAG("mapped", schedule=None) as DAGS["mapped"]:
    ApprovalExtOperator.partial(task_id="gate", approver_role="manager", on_deny="skip").expand(
        subject=[f"Publish {land}" for land in LANDS]
    ) >> EmptyOperator(task_id="after", trigger_rule="none_failed")

with DAG("grouped", schedule=None) as DAGS["grouped"]:

    @task_group
    def land(name: str) -> None:
        """Ask for one of them, and publish it."""
        ask(subject=name, on_deny="skip") >> EmptyOperator(task_id="publish", trigger_rule="all_done")

    land.expand(name=LANDS)

with DAG("two_gates", schedule=None) as DAGS["two_gates"]:
    ask() >> ask(task_id="other")

with DAG("used", schedule=None) as DAGS["used"]:

    @task
    def publish(decision: dict[str, Any]) -> str:
        """Use what the gate returns."""
        return f"approved by {decision['decided_by']}"

    publish(ask().output)
