"""Registers API and page with Airflow. Everything heavy is imported when an API server asks for it."""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin

from airflow_approvals import __version__

# Addresses are relative to Airflow's base URL, which may have a path. One bundle serves all three places,
# and Airflow's UI keeps it under its name: the same name everywhere, or it would be loaded anew.
_BUNDLE = f"approvals/static/approvals.js?v={__version__}"
_BADGE = "approvals/v1/badge.svg"
_ICON = f"approvals/static/icon.svg?v={__version__}"
_ICON_DARK = f"approvals/static/icon-dark.svg?v={__version__}"


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
    """Serves the approvals API inside Airflow's API server, and shows the Approvals page in its UI."""

    name = "approvals"
    fastapi_apps = _ApiApps()
    react_apps = [  # noqa: RUF012  (Airflow's own declaration)
        {
            "name": "Approvals",
            "destination": "nav",
            "url_route": "approvals",
            "nav_top_level": True,
            "bundle_url": _BUNDLE,
            "icon": _BADGE,
            "icon_dark_mode": f"{_BADGE}?theme=dark",
        },
        {
            "name": "Approvals",
            "destination": "dag_run",
            "url_route": "run-approvals",
            "bundle_url": _BUNDLE,
            "icon": _ICON,
            "icon_dark_mode": _ICON_DARK,
        },
        {
            "name": "Approvals",
            "destination": "task_instance",
            "url_route": "task-approvals",
            "bundle_url": _BUNDLE,
            "icon": _ICON,
            "icon_dark_mode": _ICON_DARK,
        },
    ]
