"""``airflow approvals …``: for whoever runs the machine on which the database is reachable."""
