"""Makes the pictures of the documentation from a running Airflow: `python -m dev.screenshots`.

Needs Chromium (apt-get install chromium) and Playwright, as the browser tests do.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, sync_playwright

from dev.stack import Account, AirflowStack

REPOSITORY = Path(__file__).parent.parent
IMAGES = REPOSITORY / "docs" / "images"
DAGS_FOLDER = REPOSITORY / "tests" / "browser" / "dags"
APPROVALS = "/approvals/v1/approvals"
PAGE = "/plugin/approvals"
ACCOUNTS = (
    Account("admin", "admin", ("Admin",)),
    Account("manager", "manager", ("manager",)),
    Account("director", "director", ("director",)),
)
WINDOW = {"width": 1280, "height": 800}
TELEPHONE = {"width": 390, "height": 800}
TABLET = {"width": 768, "height": 800}
HOUR = 3600
PAST = 22
BODY = """Salaries of **January**, made from the personnel records of today.

| team | people | amount |
|---|---:|---:|
| north | 12 | 61 200 |
| south | 9 | 45 900 |

- the totals match the ledger
- two people are new: see [the report](https://example.com/report)
"""


class Studio:
    """One Airflow with something to show, and windows onto it."""

    def __init__(self, stack: AirflowStack, browser: Browser) -> None:
        self.stack = stack
        self.browser = browser

    def ask(self, subject: str, hours: float = 24, **fields: Any) -> str:
        """Open a request for a new run; gives its id."""
        body = {
            "dag_id": "payroll",
            "run_id": self.stack.trigger_dag("payroll"),
            "subject": subject,
            "approver_role": "manager",
            "escalate_role": "director",
            "expires_in": hours * HOUR,
            **fields,
        }
        response = self.stack.admin.post(APPROVALS, json=body)
        response.raise_for_status()
        return str(response.json()["id"])

    def answer(self, approval_id: str, verdict: str, user: str, comment: str) -> None:
        """Have somebody answer."""
        path = f"{APPROVALS}/{approval_id}/{verdict}"
        self.stack.client(user).post(path, json={"comment": comment}).raise_for_status()

    def escalate(self, approval_id: str) -> None:
        """Let the deadline pass, so that the director is asked."""
        soon = datetime.now(tz=timezone.utc) + timedelta(seconds=1)
        path = f"{APPROVALS}/{approval_id}"
        self.stack.admin.patch(path, json={"expires_at": soon.isoformat()}).raise_for_status()

        def escalated() -> bool:
            self.stack.admin.post("/approvals/v1/maintenance/escalate", json={}).raise_for_status()
            return bool(self.stack.admin.get(path).json()["status"] == "escalated")

        self.stack.wait_for(escalated, 60, "the request to escalate")

    def make_older(self) -> None:
        """Spread what is decided over the last days, so that history and charts have something to tell."""
        home = self.stack.home / "airflow.db"
        with contextlib.closing(sqlite3.connect(home)) as database, database:
            query = "SELECT id, resolved_at FROM approval WHERE resolved_at IS NOT NULL ORDER BY resolved_at"
            for number, (key, resolved_at) in enumerate(reversed(database.execute(query).fetchall())):
                resolved = datetime.fromisoformat(resolved_at) - timedelta(hours=7 * number)
                opened = resolved - timedelta(minutes=5 + 37 * number % 190)
                database.execute(
                    "UPDATE approval SET created_at = ?, resolved_at = ? WHERE id = ?",
                    (f"{opened:%Y-%m-%d %H:%M:%S.%f}", f"{resolved:%Y-%m-%d %H:%M:%S.%f}", key),
                )

    @contextlib.contextmanager
    def window(
        self, user: str, path: str, theme: str = "light", size: dict[str, int] = WINDOW
    ) -> Iterator[Page]:
        """Show a path to a person."""
        context = self.browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        token = self.stack.token(user)
        context.add_cookies([{"name": "_token", "value": token, "url": f"{self.stack.base_url}/"}])
        page = context.new_page()
        page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
        page.add_init_script("localStorage.setItem('timezone', JSON.stringify('UTC'))")
        page.goto(f"{self.stack.base_url}{path}")
        yield page
        context.close()


def picture(page: Page, name: str) -> None:
    """Take the picture once nothing moves or loads."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        "document.getAnimations().every(a => a.playState != 'running' || a.effect.getTiming().iterations > 1)"
    )
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"{name}.png")


def ready(page: Page, role: Literal["alertdialog", "region"], button: str) -> None:
    """Wait until what asks for an answer takes one, which is a moment after it has come into view."""
    asking = page.get_by_role(role, name=None if role == "alertdialog" else "Approval")
    asking.locator("button:enabled", has_text=button).first.wait_for()


def make_all(studio: Studio) -> tuple[str, str, str]:
    """Make something of every kind; gives a run with three gates, a request, and an escalated one."""
    run_id = studio.stack.trigger_dag("regions")
    salaries = studio.ask(
        "Pay the January salaries",
        hours=2,
        body=BODY,
        metadata={
            "amount": 107100,
            "currency": "EUR",
            "people": 21,
            "checks": {"ledger": True, "duplicates": 0},
        },
    )
    studio.ask("Correct the tax rate", hours=0.2)
    studio.ask("Open the ledger of December again", hours=72)
    bonus = studio.ask("Pay the bonus of the sales team", hours=4)
    studio.escalate(bonus)
    for number in range(PAST):
        verdict, comment = (
            ("deny", "Once is enough.") if number % 5 == 1 else ("approve", "Checked the figures.")
        )
        subject = "Pay the invoice twice" if verdict == "deny" else f"Pay invoice {1040 + number}"
        studio.answer(studio.ask(subject), verdict, "manager", comment)
    studio.make_older()
    gates = {"dag_id": "regions", "run_id": run_id}
    studio.stack.wait_for(
        lambda: studio.stack.admin.get(APPROVALS, params=gates).json()["total_entries"] == 3,  # noqa: PLR2004
        180,
        "the mapped task's three gates",
    )
    return run_id, salaries, bonus


def take_all(studio: Studio) -> None:
    """Show each state."""
    run_id, salaries, bonus = make_all(studio)
    with studio.window("manager", PAGE) as page:
        page.locator("[data-row]").first.wait_for()
        picture(page, "waiting")
        page.get_by_label("Select Publish the north").check()
        page.get_by_label("Select Publish the south").check()
        picture(page, "bulk")
        page.get_by_role("button", name="Deny 2").click()
        ready(page, "alertdialog", "Deny")
        picture(page, "deny")
    for name, size in (("telephone-list", TELEPHONE), ("tablet", TABLET)):
        with studio.window("manager", PAGE, size=size) as page:
            page.locator("[data-row]").first.wait_for()
            picture(page, name)
    for theme in ("light", "dark"):
        with studio.window("manager", f"{PAGE}?id={salaries}", theme) as page:
            ready(page, "region", "Approve")
            picture(page, "detail" if theme == "light" else "detail-dark")
    with studio.window("manager", f"{PAGE}?id={salaries}", size=TELEPHONE) as page:
        ready(page, "region", "Approve")
        picture(page, "telephone")
    with studio.window("admin", f"{PAGE}?tab=open&id={bonus}") as page:
        page.get_by_test_id("timeline").wait_for()
        picture(page, "escalated")
        page.get_by_role("button", name="Edit…").click()
        page.get_by_role("dialog", name="Edit the request").wait_for()
        picture(page, "edit")
    with studio.window("admin", f"{PAGE}?tab=history") as page:
        page.locator("[data-row]").first.wait_for()
        picture(page, "history")
    with studio.window("admin", f"{PAGE}?tab=metrics&days=7") as page:
        page.locator("canvas").first.wait_for()
        picture(page, "metrics")
    with studio.window("director", f"{PAGE}?search=nothing") as page:
        page.get_by_text("Nothing matches").wait_for()
        picture(page, "empty")
    with studio.window("admin", f"/dags/regions/runs/{run_id}/plugin/run-approvals") as page:
        page.locator("[data-row]").first.wait_for()
        picture(page, "run")
    with studio.window("manager", PAGE) as page:
        page.locator("[data-row]").first.wait_for()
        page.context.clear_cookies()
        page.get_by_text("You are signed out").wait_for()
        picture(page, "signed-out")
    with studio.window("manager", PAGE) as page:
        page.locator("[data-row]").first.wait_for()
        page.route("**/approvals/v1/**", lambda route: route.abort())
        page.get_by_text("Airflow cannot be reached.").wait_for()
        picture(page, "unreachable")


def main() -> int:
    """Bring up an Airflow, take the pictures, and leave nothing else behind."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is missing: apt-get install chromium")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="approvals-pictures-"))
    with AirflowStack(home, dags_folder=DAGS_FOLDER, progress=print) as stack, sync_playwright() as started:
        stack.migrate()
        stack.airflow("approvals", "roles", "create", "manager", "director")
        stack.create_accounts(users=ACCOUNTS)
        stack.reserialize()
        stack.start()
        stack.wait_healthy()
        stack.wait_dag("payroll")
        stack.wait_dag("regions")
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        take_all(Studio(stack, browser))
        browser.close()
    shutil.rmtree(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
