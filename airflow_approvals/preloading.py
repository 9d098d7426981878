"""Loads the operator where Airflow forks a process for each task or each Dag file, once, before it forks.

Loading it takes longer than all the rest that a gate does on a worker.
"""

from __future__ import annotations

from importlib import import_module

from airflow.listeners import hookimpl


@hookimpl  # type: ignore[untyped-decorator]
def on_starting(component: object) -> None:
    """Airflow starts something: a job of its own, like the scheduler's, or what runs a single task."""
    if type(component).__name__ == "Job":
        import_module("airflow_approvals.operators.approval_ext")
