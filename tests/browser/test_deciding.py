"""People answer requests in the browser, and what they did is true."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.world import APPROVALS, PAGE, World, row

pytestmark = pytest.mark.browser


def test_a_manager_approves_from_the_list(world: World) -> None:
    """Asked once more, it is answered; the row goes, the numbers follow, and the waiting task goes on."""
    run_id = world.new_run("release")
    (gate,) = world.wait_for_gates("release", run_id)
    page = world.open_page("manager")
    expect(page.get_by_test_id("waiting-count")).to_have_text("1")
    row(page, gate).get_by_role("button", name="Approve").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible()
    assert world.read(gate)["status"] == "pending", "a click beside Deny decides nothing yet"
    dialog.get_by_role("button", name="Approve", exact=True).click()
    expect(row(page, gate)).to_have_count(0)
    expect(page.get_by_test_id("waiting-count")).to_have_text("0")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    expect(page.locator("img[src*='badge.svg'][src*='n=0']")).to_have_count(1)
    assert (world.read(gate)["status"], world.read(gate)["actor_name"]) == ("approved", "manager")
    world.stack.wait_for(
        lambda: world.stack.dag_run_state("release", run_id) == "success", 120, "the run to succeed"
    )


def test_a_director_denies_an_escalated_request_with_a_comment(world: World) -> None:
    """After the manager's time the director is asked, confirms the denial, and reads it in the record."""
    asked = world.ask_escalated("Pay the bonus")
    page = world.open_page("director")
    expect(row(page, asked)).to_contain_text("escalated · level 2")
    row(page, asked).get_by_role("link", name="Pay the bonus").click()
    detail = page.get_by_test_id("detail")
    detail.get_by_label("Comment").fill("Not this year.")
    detail.get_by_role("button", name="Deny").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog.get_by_label("Reason")).to_have_value("Not this year.")
    assert world.read(asked)["status"] == "escalated", "nothing is sent before the confirmation"
    dialog.get_by_role("button", name="Deny", exact=True).click()
    expect(detail.get_by_text("Denied by director").first).to_be_visible()
    expect(detail.get_by_test_id("timeline")).to_contain_text("escalated to level 2")
    expect(detail.get_by_test_id("timeline")).to_contain_text("director answered: deny (as role director)")
    expect(detail.get_by_test_id("timeline")).to_contain_text("Not this year.")
    expect(row(page, asked)).to_have_count(0)
    decided = world.read(asked)
    assert (decided["status"], decided["actor_name"], decided["comment"]) == (
        "denied",
        "director",
        "Not this year.",
    )


def test_a_person_approves_with_a_comment_in_the_detail(world: World) -> None:
    """The comment is kept, and the detail says who approved and when."""
    asked = world.ask("Open the ledger")
    page = world.open_page("manager", f"{PAGE}?id={asked['id']}")
    detail = page.get_by_test_id("detail")
    detail.get_by_label("Comment").fill("Checked the figures.")
    detail.get_by_role("button", name="Approve").click()
    expect(detail.get_by_text("Approved by manager").first).to_be_visible()
    expect(detail.get_by_test_id("decision")).to_contain_text("Checked the figures.")
    expect(detail.get_by_role("button", name="Approve")).to_have_count(0)
    assert world.read(asked)["comment"] == "Checked the figures."


def test_backing_out_of_a_denial_changes_nothing(world: World) -> None:
    """The confirmation can be left by Escape; the request stays open and the page where it was."""
    asked = world.ask("Open the ledger")
    page = world.open_page("manager")
    row(page, asked).get_by_role("button", name="Deny").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    expect(row(page, asked)).to_be_visible()
    assert page.url == world.url()
    assert world.read(asked)["status"] == "pending"


def test_somebody_else_was_first(world: World) -> None:
    """A click that comes too late is refused in the server's words, and what is shown follows."""
    asked = world.ask_escalated("Pay the bonus")
    other = world.ask("Still waits")
    page = world.open_page("manager", f"{PAGE}?id={asked['id']}")
    detail = page.get_by_test_id("detail")
    detail.get_by_label("Comment").fill("Fine with me.")
    # Refreshing is held back, so that the click is what finds out.
    page.route("**/approvals/v1/page/**", lambda route: route.abort())
    world.answer(asked, "deny", "director")
    page.unroute("**/approvals/v1/page/**")
    detail.get_by_role("button", name="Approve").click()
    refusal = detail.get_by_role("alert").first
    expect(refusal).to_contain_text("This request is closed: denied by director at")
    expect(refusal).to_contain_text("Nothing was changed.")
    expect(detail.get_by_text("Denied by director").first).to_be_visible()
    expect(row(page, asked)).to_have_count(0)
    expect(row(page, other)).to_be_visible()
    assert world.read(asked)["status"] == "denied"


def test_an_open_detail_tells_by_itself_that_somebody_was_first(world: World) -> None:
    """Who still reads is told without doing anything, and a comment typed so far is not silently lost."""
    asked = world.ask_escalated("Pay the bonus")
    page = world.open_page("manager", f"{PAGE}?id={asked['id']}")
    detail = page.get_by_test_id("detail")
    detail.get_by_label("Comment").fill("Let me see")
    world.answer(asked, "approve", "director")
    expect(detail.get_by_text("This was closed while you were reading it.")).to_be_visible()
    expect(detail.get_by_text("Your comment was not sent.")).to_be_visible()
    expect(detail.get_by_text("Approved by director").first).to_be_visible()
    expect(row(page, asked)).to_have_count(0)


def test_thirty_are_approved_together(world: World) -> None:
    """Each of the selected is answered and reported for itself; one closed meanwhile is refused alone."""
    run_id = world.new_run()
    asked = [world.ask(f"Invoice {number:02}", run_id=run_id) for number in range(30)]
    page = world.open_page("manager")
    expect(page.locator("[data-row]")).to_have_count(30)
    page.get_by_label("Select all").check()
    expect(page.get_by_text("30 selected")).to_be_visible()
    page.get_by_label("Comment for all selected").fill("All checked.")
    # Refreshing is held back, so that the page does not know of what happens meanwhile.
    page.route("**/approvals/v1/page/**", lambda route: route.abort())
    world.cancel(asked[7], "Paid twice.")
    page.unroute("**/approvals/v1/page/**")
    page.get_by_role("button", name="Approve 30").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Approve", exact=True).click()
    report = page.get_by_test_id("bulk-report")
    expect(report).to_contain_text("29 approved, 1 refused")
    expect(report).to_contain_text("Invoice 07 (payroll): This request is closed: cancelled by admin")
    expect(report).to_contain_text("Invoice 29 (payroll): approved")
    expect(page.locator("[data-row]")).to_have_count(0)
    expect(page.get_by_test_id("waiting-count")).to_have_text("0")
    states = [world.read(each)["status"] for each in asked]
    assert states == ["approved"] * 7 + ["cancelled"] + ["approved"] * 22
    assert world.read(asked[0])["comment"] == "All checked."


def test_several_are_denied_together_after_one_confirmation(world: World) -> None:
    """The confirmation names them, and the reason is kept with each."""
    run_id = world.new_run()
    asked = [world.ask(f"Invoice {number}", run_id=run_id) for number in range(3)]
    page = world.open_page("manager")
    for each in asked[:2]:
        page.get_by_label(f"Select {each['subject']}").check()
    page.get_by_role("button", name="Deny 2").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("Deny 2 requests?")
    expect(dialog).to_contain_text("Invoice 1")
    dialog.get_by_label("Reason").fill("Wrong month.")
    dialog.get_by_role("button", name="Deny", exact=True).click()
    expect(page.get_by_test_id("bulk-report")).to_contain_text("2 denied")
    assert [world.read(each)["status"] for each in asked] == ["denied", "denied", "pending"]
    assert world.read(asked[1])["comment"] == "Wrong month."


def test_what_changed_since_it_was_read_is_shown_before_an_answer_counts(world: World) -> None:
    """The click is refused with old and new; the comment stays, and the next answer is to the new text."""
    asked = world.ask("Pay", body="Pay 10", metadata={"to": {"iban": "A"}})
    page = world.open_page("manager", f"{PAGE}?id={asked['id']}")
    detail = page.get_by_test_id("detail")
    detail.get_by_label("Comment").fill("Fine.")
    expect(detail.get_by_role("button", name="Approve")).to_be_enabled()
    # Refreshing is held back, so that the click is what finds out.
    page.route("**/approvals/v1/page/**", lambda route: route.abort())
    edit = {"body": "Pay 10000", "metadata": {"to": {"iban": "B"}}}
    world.stack.admin.patch(f"{APPROVALS}/{asked['id']}", json=edit).raise_for_status()
    page.unroute("**/approvals/v1/page/**")
    detail.get_by_role("button", name="Approve").click()
    decision = detail.get_by_test_id("decision")
    expect(decision).to_contain_text("Your answer was not recorded")
    expect(decision.get_by_test_id("changes")).to_contain_text("+ Pay 10000")
    expect(decision.get_by_test_id("changes")).to_contain_text('Details, to.iban: "A" → "B"')
    expect(detail.get_by_role("button", name="Approve")).to_be_disabled()
    assert world.read(asked)["status"] == "pending"
    detail.get_by_role("button", name="I have read the change").click()
    detail.get_by_role("button", name="Approve").click()
    expect(detail.get_by_text("Approved by manager").first).to_be_visible()
    assert world.read(asked)["comment"] == "Fine."
