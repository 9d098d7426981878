"""Keeps approval requests moving: copy this file into your Dags folder."""

from airflow_approvals.operators.maintenance import maintenance_dag

dag = maintenance_dag()
