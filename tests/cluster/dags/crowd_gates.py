"""The kinds of gates that wait while parts of the cluster go away."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Context

from airflow_approvals import ApprovalExtOperator

ANY_NUMBER: dict[str, Any] = {"schedule": None, "max_active_runs": 500, "max_active_tasks": 500}
# A run on a worker may be lost with it; once they wait, only those that end on a worker need this.
RETRIES: dict[str, Any] = {"retries": 5, "retry_delay": timedelta(seconds=2)}
SUBJECT = "{{ dag.dag_id }} of {{ run_id }}"


class Slow(ApprovalExtOperator):
    """Gives whoever kills workers the time to meet it before it has taken the answer."""

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> dict[str, Any]:
        """Wait a while."""
        time.sleep(5)
        return super().execute_complete(context, event)


def note(_context: Context) -> None:
    """Be a callback, which only a worker can call."""


KINDS: dict[str, dict[str, Any]] = {
    "crowd_plain": {},
    "crowd_trigger": {"deferrable": True},
    "crowd_escalating": {"escalate_role": "director", "expires_in": timedelta(seconds=40)},
    "crowd_callback": {"kind": Slow, "on_success_callback": note},
}


def gate(*, kind: type[ApprovalExtOperator] = ApprovalExtOperator, **arguments: Any) -> None:
    """A gate of the Dag around it."""
    kind(task_id="gate", subject=SUBJECT, approver_role="manager", **RETRIES, **arguments)


for dag_id, arguments in KINDS.items():
    with DAG(dag_id, **ANY_NUMBER):
        gate(**arguments)

with DAG("crowd_mapped", **ANY_NUMBER):
    ApprovalExtOperator.partial(task_id="gate", approver_role="manager", **RETRIES).expand(
        subject=[f"number {number}" for number in range(4)]
    )
