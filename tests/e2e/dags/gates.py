"""One gate per Dag, in the variants that the tests need; the task after it costs no worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

from airflow_approvals import ApprovalExtOperator

SOON = timedelta(seconds=3)

VARIANTS: dict[str, dict[str, Any]] = {
    "gate": {},
    "gate_deny_skip": {"on_deny": "skip"},
    "gate_escalates": {"escalate_role": "director", "expires_in": timedelta(seconds=10)},
    "gate_expiry_fail": {"on_expiry": "fail", "expires_in": SOON},
    "gate_expiry_skip": {"on_expiry": "skip", "expires_in": SOON},
    "gate_expiry_approve": {"on_expiry": "approve", "expires_in": SOON},
    "gate_expiry_deny": {"on_expiry": "deny", "expires_in": SOON},
}

for dag_id, arguments in VARIANTS.items():
    with DAG(dag_id, schedule=None, max_active_runs=200, max_active_tasks=200):
        gate = ApprovalExtOperator(
            task_id="gate",
            subject="{{ dag.dag_id }} of {{ run_id }}",
            approver_role="manager",
            retries=2,
            retry_delay=timedelta(seconds=1),
            **arguments,
        )
        gate >> EmptyOperator(task_id="after")

with DAG("gate_mapped", schedule=None):
    ApprovalExtOperator.partial(task_id="gate", approver_role="manager", on_deny="skip").expand_kwargs(
        [
            {"subject": "approve me"},
            {"subject": "deny me"},
            {"subject": "let me expire", "expires_in": SOON},
        ]
    )
