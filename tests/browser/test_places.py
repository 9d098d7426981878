"""The page opens from wherever people come: navigation, runs, tasks, links, other base URLs, telephones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import copy_of, serve
from tests.browser.world import NO_SERVER, PAGE, World, row

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def under_a_path(
    prepared_home: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """An Airflow at http://…/team-a."""
    home = copy_of(prepared_home, tmp_path_factory.mktemp("browser_path"))
    yield from serve(home, browser, base_path="/team-a")


def _sign_in(page: Page, user: str) -> None:
    page.get_by_label("Username").or_(page.locator("input[name=username]")).first.fill(user)
    page.locator("input[name=password]").fill(f"{user}-pw")
    page.locator("input[type=submit], button[type=submit]").first.click()


def test_a_deep_link_goes_through_sign_in_and_comes_back(world: World) -> None:
    """A link from a message never replaces signing in, and leads to the request afterwards."""
    asked = world.ask("Open the ledger")
    page = world.signed_in(None)
    page.goto(world.url(f"{PAGE}?id={asked['id']}"))
    expect(page).to_have_url(re.compile("/auth/login"))
    expect(page.get_by_text("Open the ledger")).to_have_count(0)
    _sign_in(page, "manager")
    expect(page).to_have_url(re.compile(rf"{PAGE}\?id={asked['id']}"))
    detail = page.get_by_test_id("detail")
    expect(detail.get_by_role("heading", name="Open the ledger")).to_be_visible()
    detail.get_by_role("button", name="Approve").click()
    expect(detail.get_by_text("Approved by manager").first).to_be_visible()


def test_the_page_is_in_the_navigation(world: World) -> None:
    """One click away from everywhere, with the number of what waits."""
    asked = world.ask("Open the ledger")
    page = world.open_page("manager", "/")
    page.get_by_role("link", name="Approvals").click()
    expect(page).to_have_url(world.url())
    expect(row(page, asked)).to_be_visible()


def test_a_mapped_task_with_three_instances_shows_three(world: World) -> None:
    """The run's tab lists one request per instance, each instance's own tab only its own."""
    run_id = world.new_run("regions")
    gates = world.wait_for_gates("regions", run_id, 3)
    assert [gate["map_index"] for gate in sorted(gates, key=lambda gate: gate["map_index"])] == [0, 1, 2]
    run = f"/dags/regions/runs/{quote(run_id, safe='')}"
    page = world.open_page("admin", f"{run}/plugin/run-approvals")
    expect(page.locator("[data-row]")).to_have_count(3)
    for gate in gates:
        expect(row(page, gate)).to_contain_text(f"gate [{gate['map_index']}]")
        page.goto(world.url(f"{run}/tasks/gate/mapped/{gate['map_index']}/plugin/task-approvals"))
        expect(page.locator("[data-row]")).to_have_count(1)
        expect(row(page, gate)).to_contain_text(gate["subject"])
        page.goto(world.url(f"{run}/plugin/run-approvals"))
        expect(page.locator("[data-row]")).to_have_count(3)


def test_the_tab_of_a_run_opens_the_request_in_place(world: World) -> None:
    """Nobody has to leave the run to read and decide; requests of other runs are not there."""
    run_id = world.new_run()
    asked = world.ask("For this run", run_id=run_id)
    world.ask("For another run")
    page = world.open_page("admin", f"/dags/payroll/runs/{quote(run_id, safe='')}")
    page.get_by_role("link", name="Approvals").last.click()
    expect(page.locator("[data-row]")).to_have_count(1)
    row(page, asked).get_by_role("link", name="For this run").click()
    expect(page.get_by_test_id("detail").get_by_role("heading", name="For this run")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"run-approvals\?id={asked['id']}"))


def test_the_operators_link_opens_the_request(world: World) -> None:
    """The button on the task instance page leads to the detail."""
    run_id = world.new_run("release")
    (gate,) = world.wait_for_gates("release", run_id)
    links = f"/api/v2/dags/release/dagRuns/{quote(run_id, safe='')}/taskInstances/gate/links"

    def link() -> str | None:
        found: str | None = world.stack.admin.get(links).json()["extra_links"]["Approval"]
        return found

    address = world.stack.wait_for(link, 60, "the task's link")
    assert address == world.url(f"{PAGE}?id={gate['id']}")
    page = world.open_page("manager", address.removeprefix(world.url("")))
    expect(page.get_by_test_id("detail").get_by_role("heading", name=gate["subject"])).to_be_visible()
    expect(page.get_by_test_id("metadata")).to_contain_text("the nightly job")


def test_everything_works_under_a_base_url_with_a_path(under_a_path: World) -> None:
    """Bundle, icon, requests, links and the way through sign-in all keep the path."""
    world = under_a_path
    asked = world.ask("Open the ledger")
    page = world.signed_in(None)
    strays: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(world.url("")) else strays.append(r.url))
    page.goto(world.url(f"{PAGE}?id={asked['id']}"))
    expect(page).to_have_url(re.compile("/team-a/auth/login"))
    _sign_in(page, "manager")
    detail = page.get_by_test_id("detail")
    expect(detail.get_by_role("heading", name="Open the ledger")).to_be_visible()
    icon = page.locator("img[src*='approvals/v1/badge.svg']").first
    assert icon.evaluate("image => image.src").startswith(world.url("/approvals/v1/badge.svg"))
    assert icon.evaluate("image => image.complete && image.naturalWidth > 0")
    expect(row(page, asked).get_by_role("link", name="payroll")).to_have_attribute(
        "href", "/team-a/dags/payroll"
    )
    detail.get_by_role("button", name="Approve").click()
    expect(detail.get_by_text("Approved by manager").first).to_be_visible()
    assert world.read(asked)["status"] == "approved"
    assert [stray for stray in strays if not stray.startswith(NO_SERVER)] == []


def test_a_small_screen_shows_the_request_in_place_of_the_list(world: World) -> None:
    """On a telephone the detail takes the whole page, and closing it brings the list back."""
    asked = world.ask("Open the ledger")
    page = world.open_page("manager", viewport={"width": 400, "height": 800})
    row(page, asked).get_by_role("link", name="Open the ledger").click()
    detail = page.get_by_test_id("detail")
    expect(detail).to_be_visible()
    expect(page.get_by_test_id("rows")).to_be_hidden()
    expect(detail.get_by_role("button", name="Approve")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    detail.get_by_role("button", name="Close").click()
    expect(row(page, asked)).to_be_visible()
