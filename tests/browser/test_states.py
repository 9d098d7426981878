"""Every state is designed: loading, empty, failing, signed out; light and dark; by keyboard and for all."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.world import PAGE, World, row, serious_violations

pytestmark = pytest.mark.browser


def _themed(world: World, user: str, theme: str) -> Page:
    page = world.signed_in(user, color_scheme=theme)
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    return page


def _lightness(page: Page, selector: str) -> float:
    """How light the ground behind an element is, from 0 to 255."""
    script = """element => {
        for (let at = element; at; at = at.parentElement) {
            const canvas = document.createElement('canvas').getContext('2d');
            canvas.fillStyle = getComputedStyle(at).backgroundColor;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
            if (a === 255) return (r + g + b) / 3;
        }
        return 255;
    }"""
    return float(page.locator(selector).evaluate(script))


def test_the_page_follows_dark_and_light(world: World) -> None:
    """The page takes the mode of Airflow's UI, its icon included."""
    asked = world.ask("Open the ledger")
    shades = {}
    for theme in ("light", "dark"):
        page = _themed(world, "manager", theme)
        page.goto(world.url(f"{PAGE}?id={asked['id']}"))
        expect(page.get_by_test_id("timeline")).to_be_visible()
        shades[theme] = _lightness(page, "[data-testid=detail]")
        dark_icon = page.locator("img[src*='badge.svg?theme=dark']")
        expect(dark_icon).to_have_count(1 if theme == "dark" else 0)
    assert shades["light"] > 200
    assert shades["dark"] < 60


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(world: World, theme: str) -> None:
    """List, detail, dialogs, metrics, history and the empty list hold up, in both modes."""
    asked = world.ask(
        "Open the ledger", body="# Title\n\n- [x] a\n\n[link](https://example.com)", metadata={"a": 1}
    )
    world.ask_escalated("Pay the bonus")
    found: dict[str, list[str]] = {}
    page = _themed(world, "manager", theme)
    inside = "[data-testid=approvals-page]"
    page.goto(world.url(f"{PAGE}?id={asked['id']}"))
    expect(page.get_by_test_id("timeline")).to_be_visible()
    found["detail"] = serious_violations(page, inside)
    page.get_by_role("button", name="Close").click()
    expect(row(page, asked).get_by_role("button", name="Deny")).to_be_visible()
    page.get_by_label("Select all").check()
    found["list"] = serious_violations(page, inside)
    row(page, asked).get_by_role("button", name="Deny").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    found["denying"] = serious_violations(page, "[role=alertdialog]")
    page.goto(world.url(f"{PAGE}?search=nothing+like+it"))
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    found["empty"] = serious_violations(page, inside)
    page = _themed(world, "admin", theme)
    page.goto(world.url(f"{PAGE}?tab=metrics"))
    expect(page.locator("canvas").first).to_be_visible()
    found["metrics"] = serious_violations(page, inside)
    page.goto(world.url(f"{PAGE}?tab=history"))
    expect(page.locator("[data-row]").first).to_be_visible()
    found["history"] = serious_violations(page, inside)
    page.goto(world.url(f"{PAGE}?tab=open&id={asked['id']}"))
    page.get_by_role("button", name="Edit…").click()
    expect(page.get_by_role("dialog", name="Edit the request")).to_be_visible()
    found["editing"] = serious_violations(page, "[role=dialog]")
    assert not any(found.values()), found


def test_everything_is_reached_by_keyboard(world: World) -> None:
    """Tab reaches the row, Enter opens it, Escape closes it and gives the focus back; no mouse is needed."""
    asked = world.ask("Open the ledger")
    page = world.open_page("manager")
    link = row(page, asked).get_by_role("link", name="Open the ledger")
    expect(link).to_be_visible()
    page.get_by_label("Search").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if link.evaluate("element => element === document.activeElement"):
            break
    expect(link).to_be_focused()
    assert link.evaluate("element => element.matches(':focus-visible')")
    page.keyboard.press("Enter")
    detail = page.get_by_test_id("detail")
    expect(detail.get_by_role("heading", name="Open the ledger")).to_be_focused()
    page.keyboard.press("Escape")
    expect(detail).to_have_count(0)
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(detail.get_by_role("heading", name="Open the ledger")).to_be_focused()
    for _ in range(4):
        page.keyboard.press("Tab")
        if detail.get_by_label("Comment").evaluate("element => element === document.activeElement"):
            break
    page.keyboard.type("By keyboard.")
    expect(detail.get_by_role("button", name="Approve")).to_be_enabled()  # not in its first second
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(detail.get_by_text("Approved by manager").first).to_be_visible()
    assert world.read(asked)["comment"] == "By keyboard."


def test_loading_is_shown_until_there_is_something(world: World) -> None:
    """A slow server is waited for with a placeholder, not with an empty list."""
    asked = world.ask("Open the ledger")
    held: list[Route] = []
    slow = True

    def hold(route: Route) -> None:
        if slow:
            held.append(route)
        else:
            route.continue_()

    page = world.signed_in("manager")
    page.route("**/approvals/v1/page/approvals?**", hold)
    page.goto(world.url())
    expect(page.get_by_label("Loading")).to_be_visible()
    expect(page.get_by_text("Nothing waits for you")).to_have_count(0)
    slow = False
    for route in held:
        route.continue_()
    expect(row(page, asked)).to_be_visible()
    expect(page.get_by_label("Loading")).to_have_count(0)


def test_a_failing_server_keeps_what_was_shown(world: World) -> None:
    """The list stays with a word that it may be out of date, and recovers by itself."""
    asked = world.ask("Open the ledger")
    page = world.open_page("manager")
    expect(row(page, asked)).to_be_visible()
    page.route("**/approvals/v1/page/**", lambda route: route.abort())
    warning = page.get_by_text("Airflow cannot be reached.")
    expect(warning).to_be_visible()
    expect(row(page, asked)).to_be_visible()
    page.unroute("**/approvals/v1/page/**")
    expect(warning).to_have_count(0)


def test_a_server_that_fails_from_the_start_can_be_asked_again(world: World) -> None:
    """Nothing to show yet: the words of the failure, and a button."""
    asked = world.ask("Open the ledger")
    page = world.signed_in("manager")
    page.route(
        "**/approvals/v1/page/approvals?**",
        lambda route: route.fulfill(status=500, json={"detail": "The approvals API failed.", "code": "x"}),
    )
    page.goto(world.url())
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The approvals API failed.")
    page.unroute("**/approvals/v1/page/approvals?**")
    alert.get_by_role("button", name="Try again").click()
    expect(row(page, asked)).to_be_visible()


def test_an_ended_session_is_told_and_leads_back(world: World) -> None:
    """A session that ends while the page is open is told, and signing in leads back to the same view."""
    asked = world.ask("Open the ledger")
    page = world.open_page("manager", f"{PAGE}?id={asked['id']}")
    expect(page.get_by_test_id("timeline")).to_be_visible()
    page.context.clear_cookies()
    expect(page.get_by_text("You are signed out").first).to_be_visible()
    expect(row(page, asked)).to_have_count(0)
    page.get_by_role("link", name="Sign in again").first.click()
    page.locator("input[name=username]").fill("manager")
    page.locator("input[name=password]").fill("manager-pw")
    page.locator("input[type=submit], button[type=submit]").first.click()
    expect(page.get_by_test_id("detail").get_by_role("heading", name="Open the ledger")).to_be_visible()
