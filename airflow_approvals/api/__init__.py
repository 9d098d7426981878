"""The REST API, served inside Airflow's API server under ``/approvals``."""
