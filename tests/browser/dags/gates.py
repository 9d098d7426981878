"""Dags whose gates the browser tests answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, task

from airflow_approvals.operators.approval_ext import ApprovalExtOperator

BODY = """### Figures of {{ dag_run.conf.get('month', 'January') }}

- 1 200 rows
- totals **match** the ledger
"""

with DAG(dag_id="release", schedule=None, catchup=False, tags=["browser"]):
    gate = ApprovalExtOperator(
        task_id="gate",
        subject="Publish the figures of {{ dag_run.conf.get('month', 'January') }}",
        body=BODY,
        approver_role="manager",
        escalate_role="director",
        expires_in=timedelta(hours=2),
        metadata={"rows": 1200, "ledger": {"matches": True, "checked by": "the nightly job"}},
    )

    @task
    def publish() -> str:
        return "published"

    gate >> publish()

with DAG(dag_id="regions", schedule=None, catchup=False, tags=["browser"]):
    ApprovalExtOperator.partial(
        task_id="gate", approver_role="manager", expires_in=timedelta(hours=1)
    ).expand(subject=["Publish the north", "Publish the south", "Publish the west"])


with DAG(dag_id="payroll", schedule=None, catchup=False, tags=["browser"]):

    @task
    def pay(**context: Any) -> None:
        """Nothing that the tests wait for: requests about this Dag are opened by hand."""

    pay()
