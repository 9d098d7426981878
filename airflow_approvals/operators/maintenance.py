"""The Dag that keeps requests moving when no triggerer does: escalates, expires, tidies up."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from airflow.sdk import DAG, get_current_context, task

from airflow_approvals.client import ApprovalsClient
from airflow_approvals.config import Settings
from airflow_approvals.wire.operations import CleanupShape, SweepShape

log = logging.getLogger(__name__)

MAX_ROUNDS = 200


def maintenance_dag(dag_id: str = "approvals_maintenance", **kwargs: Any) -> DAG:
    """Build the maintenance Dag: ``escalate``, then ``cleanup``; each returns its summary.

    :param kwargs: passed to ``DAG``; ``schedule`` is ``[approvals] maintenance_schedule`` unless given.
    """
    options = {
        "schedule": Settings.load().maintenance_schedule,
        "catchup": False,
        "max_active_runs": 1,
        "is_paused_upon_creation": False,
        "dagrun_timeout": timedelta(hours=1),
        "tags": ["approvals", "maintenance"],
        "doc_md": "Escalates and expires approval requests, cancels those whose task is gone, delivers "
        "decisions that did not arrive, and removes old records. May run at any time.",
        **kwargs,
    }
    with DAG(dag_id, **options) as dag:
        retrying: dict[str, Any] = {"retries": 2, "retry_delay": timedelta(seconds=30)}
        task(**retrying)(escalate)() >> task(**retrying)(cleanup)()
    return dag


def escalate() -> dict[str, int | bool]:
    """Apply what is due, batch by batch."""
    return _until_done("escalate", _client().sweep)


def cleanup() -> dict[str, int | bool]:
    """Remove old closed requests, batch by batch."""
    return _until_done("cleanup", _client().cleanup)


def _client() -> ApprovalsClient:
    return ApprovalsClient(UUID(str(get_current_context()["ti"].id)))


def _until_done(step: str, call: Callable[[], SweepShape | CleanupShape]) -> dict[str, int | bool]:
    """Call until nothing remains; add the counts up."""
    total: Counter[str] = Counter()
    remaining = True
    rounds = 0
    while remaining and rounds < MAX_ROUNDS:
        rounds += 1
        summary = call().model_dump()
        remaining = summary.pop("remaining")
        total.update(summary)
        log.info("%s, round %d: %s", step, rounds, summary)
    return {**total, "remaining": remaining}
