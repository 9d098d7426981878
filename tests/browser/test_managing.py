"""Editors of the Dag change and cancel requests, administrators delete them; nobody else is offered it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Page, expect

from tests.browser.world import APPROVALS, PAGE, World

pytestmark = pytest.mark.browser

UTC_CLOCK = "localStorage.setItem('timezone', JSON.stringify('UTC'))"


def _open_detail(world: World, user: str, approval_id: str) -> Page:
    page = world.signed_in(user)
    page.add_init_script(UTC_CLOCK)
    page.goto(world.url(f"{PAGE}?tab=open&id={approval_id}"))
    expect(page.get_by_test_id("timeline")).to_be_visible()
    return page


def test_an_editor_changes_deadline_approvers_and_details(world: World) -> None:
    """The new values hold at once, and the timeline says who changed what.

    Numbers that JavaScript would round or write otherwise are shown, and stay, as they are.
    """
    others = {"amount": 9007199254740993, "share": 1.0}
    asked = world.ask("Open the ledger", metadata={"rows": 1, **others})
    page = _open_detail(world, "editor", asked["id"])
    page.get_by_role("button", name="Edit…").click()
    dialog = page.get_by_role("dialog", name="Edit the request")
    deadline = (datetime.now(tz=timezone.utc) + timedelta(days=2)).replace(second=0, microsecond=0)
    dialog.get_by_label("Deadline (UTC)").fill(f"{deadline:%Y-%m-%dT%H:%M}")
    level = dialog.get_by_role("group", name="Approvers, level 1")
    level.get_by_role("button", name="Add").click()
    level.get_by_label("kind 2").select_option("user")
    level.get_by_label("name 2").fill("viewer")
    details = dialog.get_by_label("Details (JSON)")
    details.fill(details.input_value().replace('"rows": 1', '"rows": 2'))
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_test_id("timeline")).to_contain_text("Changed by editor")
    expect(page.get_by_test_id("detail")).to_contain_text("manager, viewer (user)")
    for number in ("2", "9007199254740993", "1.0"):
        expect(page.get_by_test_id("metadata").get_by_role("cell", name=number, exact=True)).to_be_visible()
    edited = world.read(asked)
    assert datetime.fromisoformat(edited["expires_at"].replace("Z", "+00:00")) == deadline
    assert edited["levels"][0]["approvers"][1] == {"kind": "user", "name": "viewer"}
    assert repr(edited["metadata"]) == repr({"rows": 2, **others})
    assert edited["subject"] == "Open the ledger"


def test_a_refused_change_is_told_in_the_servers_words(world: World) -> None:
    """The dialog stays with everything typed, and says what is wrong."""
    asked = world.ask("Open the ledger")
    page = _open_detail(world, "editor", asked["id"])
    page.get_by_role("button", name="Edit…").click()
    dialog = page.get_by_role("dialog", name="Edit the request")
    dialog.get_by_label("Deadline (UTC)").fill("2001-01-01T00:00")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is not in the future")
    dialog.get_by_label("Details (JSON)").fill("[1]")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("must be a JSON object")
    expect(dialog.get_by_label("Deadline (UTC)")).to_have_value("2001-01-01T00:00")
    assert world.read(asked)["expires_at"] == asked["expires_at"]


def test_an_editor_cancels_with_a_reason(world: World) -> None:
    """Without a reason it cannot be sent; afterwards the request is closed with it."""
    asked = world.ask("Open the ledger")
    page = _open_detail(world, "editor", asked["id"])
    page.get_by_role("button", name="Cancel the request…").click()
    dialog = page.get_by_role("alertdialog")
    cancel = dialog.get_by_role("button", name="Cancel the request")
    expect(cancel).to_be_disabled()
    dialog.get_by_label("Reason").fill("Called off.")
    cancel.click()
    expect(page.get_by_test_id("decision")).to_contain_text("Cancelled by editor")
    expect(page.get_by_test_id("decision")).to_contain_text("Called off.")
    cancelled = world.read(asked)
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "Called off.")


def test_an_administrator_deletes_what_need_not_be_kept_any_more(world: World) -> None:
    """After a confirmation it is gone with its record, and the detail closes."""
    asked = world.ask("Open the ledger")
    world.cancel(asked, "Called off.")
    world.make_older(asked, days=91)
    page = _open_detail(world, "admin", asked["id"])
    expect(page.get_by_role("button", name="Edit…")).to_have_count(0)
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_test_id("detail")).to_have_count(0)
    assert world.stack.admin.get(f"{APPROVALS}/{asked['id']}").status_code == 404


@pytest.mark.parametrize(("user", "days"), [("admin", 89), ("editor", 91)])
def test_a_record_is_kept_from_everybody_else(world: World, user: str, days: int) -> None:
    """Neither an administrator before its time nor an editor after it is offered to delete a record."""
    asked = world.ask("Open the ledger")
    world.cancel(asked, "Called off.")
    world.make_older(asked, days=days)
    page = _open_detail(world, user, asked["id"])
    expect(page.get_by_test_id("decision")).to_contain_text("Cancelled by admin")
    expect(page.get_by_role("button", name="Delete…")).to_have_count(0)


@pytest.mark.parametrize("user", ["manager", "viewer"])
def test_nobody_else_is_offered_it(world: World, user: str) -> None:
    """Neither an approver nor a reader of the Dag sees a button that would be refused."""
    asked = world.ask("Open the ledger")
    page = _open_detail(world, user, asked["id"])
    expect(page.get_by_role("button", name=re.compile("Edit…|Cancel the request|Delete"))).to_have_count(0)
    expect(page.get_by_role("heading", name="Manage")).to_have_count(0)
