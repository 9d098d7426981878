"""Build, ask the managers (after an hour the directors, too), deploy."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, task

from airflow_approvals import ApprovalExtOperator

with DAG("example_approval_ext", schedule=None, catchup=False, tags=["example", "approvals"], doc_md=__doc__):

    @task
    def build() -> dict[str, str]:
        """Pretend to build a release."""
        return {"version": "1.4.2", "tests": "all green"}

    gate = ApprovalExtOperator(
        task_id="gate",
        subject="Deploy {{ ti.xcom_pull('build')['version'] }} to production",
        body="The build of **{{ dag_run.run_id }}** is ready.",
        approver_role="manager",
        escalate_role="director",
        expires_in=timedelta(hours=1),
        metadata=build(),
    )

    @task
    def deploy(decision: dict[str, str]) -> str:
        """Pretend to deploy what was approved."""
        return f"deployed; approved by {decision['decided_by']}"

    deploy(gate.output)
