"""A running Airflow, the people who sign in to it, and something to decide."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from dev.stack import Account, AirflowStack

APPROVALS = "/approvals/v1/approvals"
PAGE = "/plugin/approvals"
NO_SERVER = ("data:", "blob:")  # addresses of what is in the page already; Airflow's own editor uses them
AXE = Path(__file__).parents[2] / "airflow_approvals/ui/node_modules/axe-core/axe.min.js"

ROLES = {
    "page reader": [("can_read", "Website"), ("can_read", "Plugins")],
}
ACCOUNTS = (
    Account("admin", "admin-pw", ("Admin",)),
    Account("manager", "manager-pw", ("manager",)),
    Account("director", "director-pw", ("director",)),
    Account("viewer", "viewer-pw", ("Viewer", "page reader")),
    Account("editor", "editor-pw", ("User", "page reader")),
)


class World:
    """One Airflow, seen through browsers."""

    def __init__(self, stack: AirflowStack, browser: Browser) -> None:
        self.stack = stack
        self.browser = browser
        self._contexts: list[BrowserContext] = []
        self._tokens: dict[str, str] = {}

    # Browsers

    def signed_in(self, user: str | None, **options: Any) -> Page:
        """Give a new window; None has not signed in."""
        context = self.browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
        )
        self._contexts.append(context)
        if user is not None:
            if user not in self._tokens:
                self._tokens[user] = self.stack.token(user)
            context.add_cookies(
                [{"name": "_token", "value": self._tokens[user], "url": f"{self.stack.base_url}/"}]
            )
        return context.new_page()

    def close_windows(self) -> None:
        """Close what a test opened."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def url(self, path: str = PAGE) -> str:
        """Give the full address of a path of this Airflow."""
        return f"{self.stack.base_url}{path}"

    def open_page(self, user: str, path: str = PAGE, **options: Any) -> Page:
        """Open the page, or a path, as a signed-in person."""
        page = self.signed_in(user, **options)
        page.goto(self.url(path))
        return page

    # What there is to decide

    def new_run(self, dag_id: str = "payroll", **conf: Any) -> str:
        """Start a Dag run."""
        return self.stack.trigger_dag(dag_id, conf)

    def ask(self, subject: str, *, run_id: str | None = None, **fields: Any) -> dict[str, Any]:
        """Open a request by hand: the manager decides, the director after an hour."""
        dag_id = fields.pop("dag_id", "payroll")
        body = {
            "dag_id": dag_id,
            "run_id": run_id or self.new_run(dag_id),
            "subject": subject,
            "approver_role": "manager",
            "escalate_role": "director",
            "expires_in": 3600,
            **fields,
        }
        given = {name: value for name, value in body.items() if value is not None}
        response = self.stack.admin.post(APPROVALS, json=given)
        assert response.status_code == 201, response.text
        return dict(response.json())

    def ask_escalated(self, subject: str) -> dict[str, Any]:
        """Open a request, let its deadline pass, and have the sweep hand it to the director."""
        asked = self.ask(subject)
        soon = datetime.now(tz=timezone.utc) + timedelta(seconds=1)
        edited = self.stack.admin.patch(f"{APPROVALS}/{asked['id']}", json={"expires_at": soon.isoformat()})
        assert edited.status_code == 200, edited.text

        def escalated() -> bool:
            self.stack.admin.post("/approvals/v1/maintenance/escalate", json={}).raise_for_status()
            return bool(self.read(asked)["status"] == "escalated")

        self.stack.wait_for(escalated, 60, "the request to escalate")
        return self.read(asked)

    def wait_for_gates(self, dag_id: str, run_id: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until the tasks of a run wait for people, so that an answer is delivered to them."""

        def gates() -> list[dict[str, Any]]:
            query = {"dag_id": dag_id, "run_id": run_id, "order_by": "created_at"}
            found = self.stack.admin.get(APPROVALS, params=query).json()["approvals"]
            return list(found) if len(found) == count else []

        return self.stack.wait_for(gates, 180, f"{count} gates of {run_id} to open")

    def answer(self, request: dict[str, Any], verdict: str, user: str, comment: str | None = None) -> None:
        """Have somebody answer over REST."""
        response = self.stack.client(user).post(
            f"{APPROVALS}/{request['id']}/{verdict}", json={"comment": comment}
        )
        assert response.status_code == 200, response.text

    def cancel(self, request: dict[str, Any], reason: str) -> None:
        """Have the administrator cancel it."""
        response = self.stack.admin.post(f"{APPROVALS}/{request['id']}/cancel", json={"reason": reason})
        assert response.status_code == 200, response.text

    def make_older(self, request: dict[str, Any], *, days: int) -> None:
        """Make a closed request look as if that had been some days ago."""
        with contextlib.closing(sqlite3.connect(self.stack.home / "airflow.db")) as database, database:
            query = "UPDATE approval SET resolved_at = ? WHERE replace(id, '-', '') = ?"
            closed = datetime.now(tz=timezone.utc) - timedelta(days=days)
            done = database.execute(query, (f"{closed:%Y-%m-%d %H:%M:%S.%f}", request["id"].replace("-", "")))
            assert done.rowcount == 1

    def read(self, request: dict[str, Any]) -> dict[str, Any]:
        """Give a request as it is now."""
        response = self.stack.admin.get(f"{APPROVALS}/{request['id']}")
        response.raise_for_status()
        return dict(response.json())

    def close_all(self) -> None:
        """Cancel whatever is open, so that tests do not see each other's requests."""
        query = {"status": ["pending", "escalated"], "limit": 1000}
        for request in self.stack.admin.get(APPROVALS, params=query).json()["approvals"]:
            self.stack.admin.post(f"{APPROVALS}/{request['id']}/cancel", json={"reason": "end of the test"})


def row(page: Page, request: dict[str, Any]) -> Any:
    """The line of a request in the list."""
    return page.locator(f"[data-row='{request['id']}']")


def serious_violations(page: Page, within: str) -> list[str]:
    """What axe finds serious or critical in a part of the page."""
    # What is still fading in has too little contrast for a moment.
    page.wait_for_function(
        "document.getAnimations().every(a => a.playState != 'running' || a.effect.getTiming().iterations > 1)"
    )
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("within => axe.run(within, {resultTypes: ['violations']})", within)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
