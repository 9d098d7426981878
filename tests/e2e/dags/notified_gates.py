"""Gates with notifiers that write down what they hear, raise, hang, or wait until they are let go."""

from __future__ import annotations

import json
import os
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, BaseNotifier, Context

from airflow_approvals import ApprovalExtOperator

FOLDER = Path(os.environ["AIRFLOW_HOME"]) / "notified"


class Recorder(BaseNotifier):
    """Appends what it is given to a file named after the run."""

    def notify(self, context: Context) -> None:
        """Write one JSON line."""
        FOLDER.mkdir(exist_ok=True)
        heard: dict[str, Any] = {key: context[key] for key in ("approval", "approval_url")}  # type: ignore[literal-required]
        with (FOLDER / f"{context['run_id']}.jsonl").open("a") as file:
            file.write(json.dumps(heard) + "\n")


class Slow(BaseNotifier):
    """Comes back once there is a file that lets the run's try go."""

    def notify(self, context: Context) -> None:
        """Look for the file."""
        name = f"{context['run_id']}.try{context['ti'].try_number}.go"
        while not (FOLDER / name).exists():
            time.sleep(0.1)


class Pausing(BaseNotifier):
    """Takes two seconds."""

    def notify(self, context: Context) -> None:
        """Wait."""
        time.sleep(2)


class Raising(BaseNotifier):
    """Is broken."""

    def notify(self, context: Context) -> None:
        """Raise."""
        raise RuntimeError("this notifier is broken")


class Hanging(BaseNotifier):
    """Never comes back."""

    def notify(self, context: Context) -> None:
        """Wait for something that does not come."""
        threading.Event().wait()


def gate(dag_id: str, notifiers: list[BaseNotifier], **arguments: Any) -> None:
    """Declare a Dag of one gate."""
    with DAG(dag_id, schedule=None, max_active_runs=200, max_active_tasks=200):
        ApprovalExtOperator(
            task_id="gate",
            subject="{{ dag.dag_id }} of {{ run_id }}",
            approver_role="manager",
            notifiers=notifiers,
            retries=2,
            retry_delay=timedelta(seconds=1),
            **arguments,
        )


gate("notified_slowly", [Recorder(), Slow()])
gate("notified_shortly", [Pausing()])
gate("killed_before_parking", [Slow()])
gate("notified_badly", [Raising(), Hanging(), Recorder()])
gate("notified_again", [Recorder()], escalate_role="director", expires_in=timedelta(seconds=15))
