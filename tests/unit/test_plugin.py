"""The plugin costs a process nothing unless it serves the API, and the database nothing at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airflow_approvals.plugin import ApprovalsPlugin
from tests.unit import fresh

COUNTING = """
import json, os, sys
from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool
used = []
event.listen(Pool, "connect", lambda *_: used.append("connection"))
event.listen(Pool, "checkout", lambda *_: used.append("connection from the pool"))
event.listen(Session, "after_begin", lambda *_: used.append("session"))
def report(**more):
    ours = [name for name in sys.modules if name.startswith("airflow_approvals.")]
    print(json.dumps({"used": used, "ours": ours, "fastapi": "fastapi" in sys.modules, **more}))
"""

SCHEDULER = """
from airflow import plugins_manager
from airflow.listeners.listener import get_listener_manager
get_listener_manager()
plugins_manager.ensure_plugins_loaded()
plugins_manager.integrate_macros_plugins()
for get in ("operator_extra_links", "global_operator_extra_links", "timetables_plugins",
            "priority_weight_strategy_plugins", "deadline_references_plugins"):
    getattr(plugins_manager, "get_" + get)()
plugins = plugins_manager._get_plugins()[0]
report(names=[plugin.name for plugin in plugins], errors=plugins_manager.get_import_errors())
"""

WORKER = """
from airflow.sdk import plugins_manager
plugins_manager.integrate_macros_plugins()
plugins, errors = plugins_manager._get_plugins()
report(names=[plugin.name for plugin in plugins], errors=errors)
"""

TRIGGERER = """
import airflow.jobs.triggerer_job_runner
from airflow import plugins_manager
plugins_manager.ensure_plugins_loaded()
import airflow_approvals.triggers.approval
plugins = plugins_manager._get_plugins()[0]
report(names=[plugin.name for plugin in plugins], errors=plugins_manager.get_import_errors())
"""

API_SERVER = """
from airflow import plugins_manager
first, _ = plugins_manager.get_fastapi_plugins()
ours = [app for app in first if app["url_prefix"] == "/approvals"]
from airflow_approvals.plugin import ApprovalsPlugin
again = [ApprovalsPlugin.fastapi_apps, ApprovalsPlugin().fastapi_apps]
report(count=len(ours), same=all(apps[0]["app"] is ours[0]["app"] for apps in again),
       paths=len(ours[0]["app"].routes), name=ours[0]["name"])
"""

JOB = """
from airflow.jobs.job import Job
from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
SchedulerJobRunner(job=Job())
report(errors={})
"""

TASK = """
from airflow.sdk.execution_time.task_runner import TaskRunnerMarker
from airflow.sdk.listener import get_listener_manager
get_listener_manager().hook.on_starting(component=TaskRunnerMarker())
report(errors={})
"""

EVERYTHING = """
import importlib, pkgutil, airflow_approvals
for module in pkgutil.walk_packages(airflow_approvals.__path__, "airflow_approvals."):
    if not module.name.endswith("migrations.env"):  # which is what runs the migrations
        importlib.import_module(module.name)
from airflow_approvals.plugin import ApprovalsPlugin
ApprovalsPlugin.fastapi_apps
from airflow.configuration import conf
database = conf.get("database", "sql_alchemy_conn").removeprefix("sqlite:///")
report(database_exists=os.path.exists(database))
"""


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a database that does not exist; only a connection would make it."""
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{tmp_path / 'airflow.db'}")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(SCHEDULER, id="scheduler and dag processor"),
        pytest.param(WORKER, id="worker"),
        pytest.param(TRIGGERER, id="triggerer"),
    ],
)
def test_a_process_that_serves_no_api_pays_nothing(script: str) -> None:
    """The plugin is there, no session was opened, and neither our API nor our tables were imported."""
    found: dict[str, Any] = fresh.run(COUNTING + script)
    assert "approvals" in found["names"]
    assert found["errors"] == {}
    assert found["used"] == []
    assert not [name for name in found["ours"] if name.split(".")[1] in {"api", "store", "service"}]
    assert not found["fastapi"]


@pytest.mark.parametrize(("script", "loads"), [(JOB, True), (TASK, False)], ids=["scheduler", "task"])
def test_the_operator_is_loaded_once_before_the_forks(script: str, loads: bool) -> None:
    """By the scheduler, whose workers then need not do it for each gate; by no task that is none."""
    found: dict[str, Any] = fresh.run(COUNTING + script)
    assert ("airflow_approvals.operators.approval_ext" in found["ours"]) is loads
    assert "airflow_approvals.preloading" in found["ours"]
    assert found["used"] == []


def test_an_api_server_builds_the_app_once() -> None:
    """However often the attribute is read, of the class or of an instance; still without a session."""
    found: dict[str, Any] = fresh.run(COUNTING + API_SERVER)
    assert found["count"] == 1
    assert found["same"]
    assert found["name"] == "Approvals"
    assert found["paths"] > 10
    assert found["used"] == []


def test_importing_everything_touches_no_database() -> None:
    """Not one table, file or connection comes from an import or from building the app."""
    found: dict[str, Any] = fresh.run(COUNTING + EVERYTHING)
    assert {"airflow_approvals.api.app", "airflow_approvals.store.tables"} <= set(found["ours"])
    assert found["used"] == []
    assert not found["database_exists"]


def test_the_prefix_is_not_one_of_airflows() -> None:
    """Airflow refuses, or shadows, plugins under its own paths."""
    (app,) = ApprovalsPlugin.fastapi_apps
    assert app["url_prefix"] == "/approvals"
    assert app["url_prefix"] not in {"/api/v2", "/ui", "/execution", "/auth", "/pluginsv2"}


PAGE = """
from airflow_approvals.plugin import ApprovalsPlugin
apps = ApprovalsPlugin.react_apps
assert apps is ApprovalsPlugin.react_apps
report(apps=apps)
"""


@pytest.mark.parametrize("path", ["", "/team-a"])
def test_the_page_is_addressed_with_the_path_of_the_base_url(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """One bundle under one name in three places, each with a route of its own; nothing heavy is imported."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", f"https://airflow.example.com{path}/")
    found: dict[str, Any] = fresh.run(COUNTING + PAGE)
    apps = found["apps"]
    assert {app["destination"]: app["url_route"] for app in apps} == {
        "nav": "approvals",
        "dag_run": "run-approvals",
        "task_instance": "task-approvals",
    }
    assert {(app["name"], app["bundle_url"].partition("?")[0]) for app in apps} == {
        ("Approvals", f"{path}/approvals/static/approvals.js")
    }
    assert apps[0]["icon"] == f"{path}/approvals/v1/badge.svg"
    assert not found["fastapi"]
