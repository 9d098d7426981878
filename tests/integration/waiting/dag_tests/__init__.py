"""Gates that `dag.test()` runs, in a real Airflow without an API server."""
