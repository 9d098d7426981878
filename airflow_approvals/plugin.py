"""Registers API and page with Airflow. Everything heavy is imported when an API server asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from airflow.plugins_manager import AirflowPlugin

from airflow_approvals import __version__, preloading
from airflow_approvals.config import public_url


class _OnFirstLook:
    """A list that is made on first access; only API servers, and ``airflow plugins``, look."""

    def __init__(self, make: Callable[[], list[dict[str, Any]]]) -> None:
        self._make = make
        self._made: list[dict[str, Any]] | None = None

    def __get__(self, instance: object, owner: type) -> list[dict[str, Any]]:
        if self._made is None:
            self._made = self._make()
        return self._made


def _api() -> list[dict[str, Any]]:
    from airflow_approvals.api.app import create_app

    return [{"app": create_app(), "url_prefix": "/approvals", "name": "Approvals"}]


def _page() -> list[dict[str, Any]]:
    """Give the three places where one bundle is shown.

    Addresses begin with the path of Airflow's base URL: Airflow 3.2 takes a bundle's address as it is, 3.3 as
    relative to the page. Airflow's UI keeps a bundle under its name, so that is the same everywhere.
    """
    prefix = f"{urlsplit(public_url()).path}/approvals"
    bundle = {"name": "Approvals", "bundle_url": f"{prefix}/static/approvals.js?v={__version__}"}
    badge = f"{prefix}/v1/badge.svg"
    icons = {
        "icon": f"{prefix}/static/icon.svg?v={__version__}",
        "icon_dark_mode": f"{prefix}/static/icon-dark.svg?v={__version__}",
    }
    return [
        {
            **bundle,
            "destination": "nav",
            "url_route": "approvals",
            "nav_top_level": True,
            "icon": badge,
            "icon_dark_mode": f"{badge}?theme=dark",
        },
        {**bundle, **icons, "destination": "dag_run", "url_route": "run-approvals"},
        {**bundle, **icons, "destination": "task_instance", "url_route": "task-approvals"},
    ]


class ApprovalsPlugin(AirflowPlugin):  # type: ignore[misc]
    """Serves the approvals API inside Airflow's API server, and shows the Approvals page in its UI."""

    name = "approvals"
    listeners = [preloading]  # noqa: RUF012
    fastapi_apps = _OnFirstLook(_api)
    react_apps = _OnFirstLook(_page)
