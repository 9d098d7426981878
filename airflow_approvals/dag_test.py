"""Whether what runs here runs in ``dag.test()``, alone with its author."""

from __future__ import annotations


def in_dag_test() -> bool:
    """Tell whether ``dag.test()`` runs this task or trigger, in the process that called it."""
    from airflow.sdk.execution_time import task_runner

    comms = getattr(task_runner, "SUPERVISOR_COMMS", None)
    return type(comms).__name__ == "InProcessSupervisorComms"  # of a module that no worker needs
