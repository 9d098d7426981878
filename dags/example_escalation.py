"""See an escalation: a manager has one minute, then a director one more; in the end the request expires."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG

from airflow_approvals import ApprovalExtOperator

with DAG("example_escalation", schedule=None, catchup=False, tags=["example", "approvals"], doc_md=__doc__):
    ApprovalExtOperator(
        task_id="gate",
        subject="Restart the ordering system",
        body="It answers slowly. If no manager answers within a minute, a director may, too.",
        approver_role="manager",
        escalate_role="director",
        expires_in=timedelta(minutes=1),
    )
