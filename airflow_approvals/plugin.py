"""Registers the API with Airflow. Everything heavy is imported when an API server asks for it."""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin


class _ApiApps:
    """Builds the list of FastAPI apps on first access; only API servers, and ``airflow plugins``, look."""

    def __init__(self) -> None:
        self._apps: list[dict[str, Any]] | None = None

    def __get__(self, instance: object, owner: type) -> list[dict[str, Any]]:
        if self._apps is None:
            from airflow_approvals.api.app import create_app

            self._apps = [{"app": create_app(), "url_prefix": "/approvals", "name": "Approvals"}]
        return self._apps


class ApprovalsPlugin(AirflowPlugin):  # type: ignore[misc]
    """Serves the approvals API inside Airflow's API server."""

    name = "approvals"
    fastapi_apps = _ApiApps()
