"""The only place that touches Airflow's internal tables, and the only one in which Airflow versions differ.

Sessions come from the caller, who commits.
"""
