"""The only place that touches Airflow's internal tables.

Sessions come from the caller, who commits.
"""
