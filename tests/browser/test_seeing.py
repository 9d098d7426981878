"""Who sees what, and that what they see is true and harmless."""

from __future__ import annotations

import re
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Request, expect

from tests.browser.world import APPROVALS, NO_SERVER, PAGE, World, row

pytestmark = pytest.mark.browser

ATTACK = """# Look here

<script>window.hit = 'script'</script>
<img src="https://evil.example/track.png" onerror="window.hit = 'onerror'">
![track](https://evil.example/track.png)
[click me](javascript:window.hit='link')
<a href="javascript:window.hit='html link'">and me</a>
<style>body { background: url(https://evil.example/style.png) }</style>
<iframe src="https://evil.example/frame"></iframe>
[a good link](https://example.com/report)
"""


def test_a_viewer_without_a_role_sees_it_without_buttons(world: World) -> None:
    """Who may read the Dag reads the request, and is told why they cannot answer it."""
    asked = world.ask("Open the ledger")
    page = world.open_page("viewer")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    page.get_by_role("tab", name="Open").click()
    expect(row(page, asked)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^(Approve|Deny)"))).to_have_count(0)
    expect(page.get_by_label("Select all")).to_have_count(0)
    row(page, asked).get_by_role("link", name="Open the ledger").click()
    detail = page.get_by_test_id("detail")
    expect(detail).to_contain_text("This request is decided by role manager; viewer holds")
    expect(detail.get_by_role("button", name=re.compile("^(Approve|Deny)"))).to_have_count(0)
    expect(detail.get_by_role("button", name=re.compile("Edit|Cancel|Delete"))).to_have_count(0)


def test_an_approver_without_dag_permission_sees_only_what_is_theirs(world: World) -> None:
    """A role made by `airflow approvals roles create` opens the page and shows its own requests only."""
    mine = world.ask("For the manager", escalate_role=None, expires_in=None)
    other = world.ask("For the director", approver_role="director", escalate_role=None, expires_in=None)
    page = world.open_page("manager", f"{PAGE}?tab=open")
    expect(row(page, mine)).to_be_visible()
    expect(row(page, other)).to_have_count(0)
    page.goto(world.url(f"{PAGE}?id={other['id']}"))
    detail = page.get_by_test_id("detail")
    expect(detail.get_by_role("alert")).to_contain_text("No approval with this id is visible to you.")
    expect(page.get_by_text("For the director")).to_have_count(0)


def test_badge_tab_and_list_say_the_same(world: World) -> None:
    """One query: the number in the navigation, the number in the tab, and the lines below it."""
    run_id = world.new_run("regions")
    world.wait_for_gates("regions", run_id, 3)
    world.ask("One more")
    page = world.open_page("manager")
    expect(page.locator("[data-row]")).to_have_count(4)
    expect(page.get_by_test_id("waiting-count")).to_have_text("4")
    badge = world.stack.client("manager").get("/approvals/v1/badge.svg")
    assert badge.headers["content-type"].startswith("image/svg+xml")
    assert badge.headers["cache-control"] == "no-store"
    assert ">4</text>" in badge.text
    assert "</text>" not in world.stack.client("viewer").get("/approvals/v1/badge.svg").text
    icon = page.locator("img[src*='approvals/v1/badge.svg']").first
    assert icon.evaluate("image => image.complete && image.naturalWidth > 0")


def test_nobody_gets_the_badge_without_signing_in(world: World) -> None:
    """How much waits for whom is nobody else's business; the page's files hold no data and are open."""
    answer = httpx.get(world.url("/approvals/v1/badge.svg"), trust_env=False)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    script = httpx.get(world.url("/approvals/static/approvals.js"), trust_env=False)
    assert script.status_code == 200
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "no-cache"
    again = httpx.get(
        world.url("/approvals/static/approvals.js"),
        headers={"If-None-Match": script.headers["etag"]},
        trust_env=False,
    )
    assert (again.status_code, again.content) == (304, b"")


def test_markdown_with_script_and_image_attacks_is_inert(world: World) -> None:
    """Nothing in a body runs, and nothing in it makes the reader's browser talk to another server."""
    asked = world.ask("Harmless", body=ATTACK, metadata={"note": "<img src=x onerror=window.hit='metadata'>"})
    page = world.signed_in("manager")
    elsewhere: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((world.url("/"), *NO_SERVER)):
            elsewhere.append(request.url)

    page.on("request", note)
    page.goto(world.url(f"{PAGE}?id={asked['id']}"))
    body = page.get_by_test_id("body")
    expect(body).to_contain_text("Look here")
    expect(page.get_by_test_id("metadata")).to_contain_text("<img src=x onerror=window.hit='metadata'>")
    body.get_by_text("click me").click()
    for selector in ("script", "img", "style", "iframe", "[onerror]", "a[href^='javascript']"):
        expect(body.locator(selector)).to_have_count(0)
    good = body.get_by_role("link", name="a good link")
    expect(good).to_have_attribute("href", "https://example.com/report")
    expect(good).to_have_attribute("rel", "noopener noreferrer")
    expect(good).to_have_attribute("target", "_blank")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.hit") is None
    assert elsewhere == []


def test_a_new_request_appears_by_itself(world: World) -> None:
    """Nobody has to reload: what is new comes within the next round, and what was there is never blanked."""
    first = world.ask("Was there")
    page = world.open_page("manager")
    expect(row(page, first)).to_be_visible()
    page.evaluate(
        """() => {
            window.blanked = false;
            const watch = new MutationObserver(() => {
                if (document.querySelector('[data-row]') === null) window.blanked = true;
            });
            watch.observe(document.body, {childList: true, subtree: true});
        }"""
    )
    second = world.ask("Is new")
    expect(row(page, second)).to_be_visible()
    assert page.evaluate("window.blanked") is False


def test_times_are_in_the_zone_chosen_in_airflow(world: World) -> None:
    """The same moment, as the person reads clocks; the full time is in the title."""
    asked = world.ask("Open the ledger")
    page = world.signed_in("manager")
    page.add_init_script("localStorage.setItem('timezone', JSON.stringify('Asia/Tokyo'))")
    page.goto(world.url(f"{PAGE}?id={asked['id']}"))
    opened = datetime.fromisoformat(asked["created_at"].replace("Z", "+00:00"))
    local = opened.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%Y-%m-%d %H:%M:%S")
    shown = page.get_by_test_id("timeline").locator("time").first
    expect(shown).to_have_text(local)
    expect(shown).to_have_attribute("title", re.compile(f"{local} (GMT\\+9|JST)"))


def test_the_time_left_warns_in_the_last_quarter(world: World) -> None:
    """Calm, then amber, then red and said in words."""
    asked = world.ask("Hurry", escalate_role=None, expires_in=16)
    page = world.open_page("manager")
    left = row(page, asked).locator("[data-urgency]").locator("visible=true")
    seen = []
    give_up = time.monotonic() + 60
    while (not seen or seen[-1] != "overdue") and time.monotonic() < give_up:
        urgency = left.get_attribute("data-urgency")
        if not seen or seen[-1] != urgency:
            seen.append(urgency)
        page.wait_for_timeout(200)
    assert seen in (["calm", "soon", "overdue"], ["soon", "overdue"])
    expect(left).to_contain_text("overdue by")


def test_filters_sorting_and_pages_survive_a_reload(world: World) -> None:
    """Whatever is filtered is in the address, so that a view can be shared."""
    run_id = world.new_run()
    world.ask("Invoice A", run_id=run_id)
    wanted = world.ask("Invoice B", run_id=run_id, expires_in=7200)
    other = world.ask("Something else", run_id=run_id, approver_role="director", escalate_role=None)
    page = world.open_page("admin", f"{PAGE}?tab=open")
    expect(page.locator("[data-row]")).to_have_count(3)
    page.get_by_label("Search").fill("invoice")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.get_by_label("Role").select_option("manager")
    page.get_by_role("button", name="Time left").click()
    expect(page.locator("[data-row]").first).to_have_attribute("data-row", wanted["id"])
    page.reload()
    expect(page.locator("[data-row]").first).to_have_attribute("data-row", wanted["id"])
    expect(page.get_by_label("Search")).to_have_value("invoice")
    expect(page.get_by_role("columnheader", name="Time left")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Clear filters").click()
    expect(row(page, other)).to_be_visible()
    page.get_by_label("Search").fill("no such thing")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_history_says_who_decided(world: World) -> None:
    """Closed requests are in the history, the newest first, with who closed them."""
    asked = world.ask("Open the ledger")
    world.answer(asked, "approve", "manager", "Checked.")
    page = world.open_page("viewer", f"{PAGE}?tab=history")
    expect(page.locator("[data-row]").first).to_have_attribute("data-row", asked["id"])
    expect(row(page, asked)).to_contain_text("approved")
    expect(row(page, asked)).to_contain_text("by manager")


def test_metrics_count_what_the_person_may_see(world: World) -> None:
    """Numbers, charts and tables for the chosen period; a role's own table can be sorted."""
    world.answer(world.ask("Open the ledger"), "approve", "manager")
    page = world.open_page("admin", f"{PAGE}?tab=metrics")
    metrics = page.get_by_test_id("metrics")
    expect(metrics.get_by_text("Median to decide")).to_be_visible()
    expect(metrics.locator("canvas")).to_have_count(2)
    by_role = metrics.get_by_role("table", name="Numbers by Role")
    expect(by_role).to_contain_text("manager")
    by_role.get_by_role("button", name="Approved").click()
    expect(by_role.get_by_role("columnheader", name="Approved")).to_have_attribute("aria-sort", "descending")
    metrics.get_by_label("Period").select_option("7")
    expect(page).to_have_url(re.compile("days=7"))
    numbers = world.stack.client("admin").get(f"{APPROVALS}/metrics", params={"days": 7}).json()
    expect(metrics.get_by_text(str(numbers["total_approvals"]), exact=True).first).to_be_visible()
