"""Real Airflow with FAB and Debian's Chromium; each is started when first asked for.

Both end with this package: Playwright keeps an event loop running, beside which other tests could have none.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from dev.stack import AirflowStack
from tests.browser.world import ACCOUNTS, AXE, ROLES, World
from tests.databases import NO_SKIP

PLAYWRIGHT = "playwright.sync_api"
if os.environ.get(NO_SKIP) == "1":
    playwright = import_module(PLAYWRIGHT)
else:
    playwright = pytest.importorskip(PLAYWRIGHT, reason="the browser tests need Playwright")

DAGS_FOLDER = Path(__file__).parent / "dags"
DAGS = ("release", "regions", "payroll")
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MILLISECONDS = 30_000


@pytest.fixture(scope="package")
def browser() -> Iterator[playwright.Browser]:
    """Chromium without a window."""
    chromium = shutil.which("chromium")
    if chromium is None or not AXE.exists():
        complain = pytest.fail if os.environ.get(NO_SKIP) == "1" else pytest.skip
        complain("The browser tests need Chromium (apt-get install chromium) and axe (npm ci in ui/).")
    playwright.expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGS))
        yield running
        running.close()


@pytest.fixture(scope="package")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a migrated database, the Dags and the accounts; all stacks start from a copy."""
    home = tmp_path_factory.mktemp("browser_prepared")
    stack = AirflowStack(home, dags_folder=DAGS_FOLDER)
    stack.migrate()
    stack.airflow("approvals", "roles", "create", "manager", "director")
    stack.create_accounts(users=ACCOUNTS, roles=ROLES)
    stack.reserialize()
    return home


@pytest.fixture(scope="package")
def running_world(
    prepared_home: Path, browser: playwright.Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A whole Airflow: tasks run, wait at gates and go on."""
    home = copy_of(prepared_home, tmp_path_factory.mktemp("browser_world"))
    with AirflowStack(home, dags_folder=DAGS_FOLDER) as stack:
        stack.start()
        stack.wait_healthy()
        for dag_id in DAGS:
            stack.wait_dag(dag_id)
        yield World(stack, browser)


@pytest.fixture
def world(running_world: World) -> Iterator[World]:
    """The whole Airflow, with nothing open when a test begins."""
    running_world.close_all()
    yield running_world
    running_world.close_windows()


def serve(home: Path, browser: playwright.Browser, **options: str) -> Iterator[World]:
    """Run only an API server; nothing executes the Dag runs."""
    with AirflowStack(home, dags_folder=DAGS_FOLDER, **options) as stack:
        stack.start(["api-server"])
        stack.wait_healthy()
        served = World(stack, browser)
        yield served
        served.close_windows()


def copy_of(prepared: Path, home: Path) -> Path:
    """Copy what a stack needs to know of the prepared one."""
    for name in ("airflow.db", "secrets.json", "accounts.json"):
        shutil.copy(prepared / name, home / name)
    return home
