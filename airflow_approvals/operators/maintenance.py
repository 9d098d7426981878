"""The Dag that keeps requests moving when no triggerer does: escalates, expires, tidies up."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from airflow.sdk import DAG, get_current_context, task
from airflow.sdk.exceptions import AirflowException

from airflow_approvals.client import ApprovalsClient
from airflow_approvals.config import Settings
from airflow_approvals.wire.rounds import Batch, until_done

log = logging.getLogger(__name__)


def maintenance_dag(dag_id: str = "approvals_maintenance", **kwargs: Any) -> DAG:
    """Build the maintenance Dag: ``escalate`` and ``cleanup``; each returns its summary.

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
        # Side by side: the run fails when one of them does, and neither keeps the other from its work.
        for step in (escalate, cleanup):
            task(**retrying)(step)()
    return dag


def escalate() -> dict[str, int | bool]:
    """Apply what is due, batch by batch.

    :raises AirflowException: some requests could not be handled; everything else is done.
    """
    return _done("escalate", _client().sweep)


def cleanup() -> dict[str, int | bool]:
    """Remove old closed requests, batch by batch."""
    client = _client()
    return _done("cleanup", lambda *_: client.cleanup())


def _client() -> ApprovalsClient:
    return ApprovalsClient(UUID(str(get_current_context()["ti"].id)))


def _done(step: str, batch: Batch) -> dict[str, int | bool]:
    """Call until nothing remains, each call logged."""
    outcome = until_done(batch, lambda number, counts: log.info("%s, round %d: %s", step, number, counts))
    if outcome.failure:
        raise AirflowException(f"{outcome.failure}. The log of the API server says why.")
    return outcome.summary
