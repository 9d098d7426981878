"""Dags whose runs the tests of the API talk about. None of their tasks ever runs."""

from __future__ import annotations

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, task

for dag_id in ("sales", "payroll"):
    with DAG(dag_id, schedule=None):
        for number in range(20):
            EmptyOperator(task_id=f"gate_{number}")

        @task
        def mapped(region: str) -> None:
            """One task instance per region."""

        mapped.expand(region=["north", "south"])
