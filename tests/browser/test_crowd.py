"""Thousands of open requests: the page stays quick and small."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Response, expect
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from uuid6 import uuid7

from airflow_approvals.domain.approval import Origin
from airflow_approvals.domain.commands.open import Opening, open_request
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.people import Actor, ActorKind
from airflow_approvals.domain.policy import Policy
from airflow_approvals.store import approvals as store
from tests.browser.conftest import copy_of, serve
from tests.browser.world import World

pytestmark = pytest.mark.browser

OPEN = 5000
FIRST_ROWS_SECONDS = 4.0  # about one where nothing else runs
LARGEST_ANSWER_BYTES = 200_000


@pytest.fixture(scope="module")
def crowded(
    prepared_home: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """An Airflow with 5,000 open requests, each with a long body, waiting for the manager."""
    home = copy_of(prepared_home, tmp_path_factory.mktemp("browser_crowd"))
    _fill(f"sqlite:///{home / 'airflow.db'}")
    yield from serve(home, browser)


def _fill(database: str) -> None:
    now = datetime.now(tz=timezone.utc)
    actor = Actor(kind=ActorKind.PERSON, id="1", name="admin")
    engine = create_engine(database)
    with Session(engine) as session:
        for number in range(OPEN):
            policy = Policy.of_roles(
                approver_role="manager", escalate_role="director", expires_in=timedelta(hours=1 + number)
            )
            opening = Opening(
                id=uuid7(),
                origin=Origin(
                    dag_id=f"dag_{number % 40:02}", run_id=f"scheduled__{now:%Y-%m-%dT%H:%M:%S}+00:00"
                ),
                content=Content(
                    subject=f"Request {number:04}: publish the figures of a rather long name",
                    body="All of this has to be checked. " * 300,
                    metadata={"rows": number, "note": "x" * 2000},
                ),
                policy=policy,
                actor=actor,
                requested_by="admin",
            )
            store.add(open_request(opening, now), session=session)
        session.commit()
    engine.dispose()


# From the click to the moment the first line is in the page, by the browser's clock.
CLOCK = """() => {
    document.addEventListener('click', () => { window.clickedAt ??= performance.now(); }, true);
    const look = () => {
        if (document.querySelector('[data-row]') === null) return;
        window.rowsAfter ??= performance.now() - window.clickedAt;
    };
    new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
}"""


def test_five_thousand_open_requests(crowded: World) -> None:
    """First rows soon after opening the page, due soonest first, and no answer over 200 kB.

    The quickest of three openings counts, each in a new window with nothing cached: what else the machine
    does meanwhile is not the page's.
    """
    seconds: list[float] = []
    sizes: dict[str, int] = {}
    for _ in range(3):
        page = crowded.open_page("manager", "/")
        entry = page.get_by_role("link", name="Approvals")
        expect(entry).to_be_visible()
        page.wait_for_load_state("networkidle")
        page.evaluate(CLOCK)
        page.on("response", lambda response: _note(response, sizes))
        entry.click()
        expect(page.locator("[data-row]")).to_have_count(50)
        seconds.append(page.evaluate("window.rowsAfter") / 1000)
        page.wait_for_load_state("networkidle")
    expect(page.locator("[data-row]").first).to_contain_text("Request 0000")
    expect(page.get_by_test_id("waiting-count")).to_have_text(str(OPEN))
    assert len(sizes) >= 3, sizes
    assert max(sizes.values()) < LARGEST_ANSWER_BYTES, sizes
    assert min(seconds) < FIRST_ROWS_SECONDS, seconds
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-row]").first).to_contain_text("Request 0050")


def _note(response: Response, sizes: dict[str, int]) -> None:
    """Note how large an answer of ours is, unpacked."""
    if "/approvals/" in response.url:
        sizes[response.url] = len(response.body())
