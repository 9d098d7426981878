"""Tools for working on this repository: a real Airflow to run, a PostgreSQL to test on, the demo."""
