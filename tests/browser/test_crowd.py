"""Thousands of open requests: the page asks for as little as with fifty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Response, expect
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker
from uuid6 import uuid7

from airflow_approvals.domain.approval import Origin
from airflow_approvals.domain.commands.open import Opening, open_request
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.people import Actor, ActorKind
from airflow_approvals.domain.policy import Policy
from airflow_approvals.store import approvals as store
from tests.airflow_rows import AirflowRows
from tests.browser.conftest import copy_of, serve
from tests.browser.world import World

pytestmark = pytest.mark.browser

OPEN = 5000
DAG_IDS = [f"dag_{number:02}" for number in range(40)]
SHOWN = 50
BADGE = {"/approvals/v1/badge.svg"}  # comes by itself, whenever the number changes
LARGEST_ANSWER_BYTES = 200_000


@dataclass(frozen=True)
class Crowd:
    """An Airflow, and its database to open requests in, each with a long body, waiting for the manager."""

    world: World
    database: str

    def fill(self, first: int, end: int) -> None:
        """Open requests with the numbers from ``first`` on, those before ``end``."""
        _fill(self.database, range(first, end))


@pytest.fixture(scope="module")
def crowd(prepared_home: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """An Airflow without requests."""
    home = copy_of(prepared_home, tmp_path_factory.mktemp("browser_crowd"))
    for world in serve(home, browser):
        yield Crowd(world, f"sqlite:///{home / 'airflow.db'}")


def _fill(database: str, numbers: range) -> None:
    now = datetime.now(tz=timezone.utc)
    actor = Actor(kind=ActorKind.PERSON, id="1", name="admin")
    run_id = f"scheduled__{now:%Y-%m-%dT%H:%M:%S}+00:00"
    engine = create_engine(database)
    rows = AirflowRows(sessionmaker(engine))
    for dag_id in DAG_IDS:
        rows.run(dag_id, run_id)  # or nobody would wait for an answer
    with Session(engine) as session:
        for number in numbers:
            policy = Policy.of_roles(
                approver_role="manager", escalate_role="director", expires_in=timedelta(hours=1 + number)
            )
            opening = Opening(
                id=uuid7(),
                origin=Origin(dag_id=DAG_IDS[number % len(DAG_IDS)], run_id=run_id),
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


def test_five_thousand_open_requests(crowd: Crowd) -> None:
    """The same questions as with fifty, no answer over 200 kB, and what is due soonest comes first."""
    crowd.fill(0, SHOWN)
    quiet = _open(crowd.world)
    crowd.fill(SHOWN, OPEN)
    crowded = _open(crowd.world)
    assert set(crowded) | BADGE == set(quiet) | BADGE
    assert max(crowded.values()) < LARGEST_ANSWER_BYTES, crowded

    page = crowd.world.open_page("manager")
    expect(page.locator("[data-row]").first).to_contain_text("Request 0000")
    expect(page.get_by_test_id("waiting-count")).to_have_text(str(OPEN))
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-row]").first).to_contain_text("Request 0050")


def _open(world: World) -> dict[str, int]:
    """Open the page with nothing cached: the largest answer of each path, in bytes."""
    sizes: dict[str, int] = {}
    page = world.open_page("manager", "/")
    entry = page.get_by_role("link", name="Approvals")
    expect(entry).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.on("response", lambda response: _note(response, sizes))
    with page.expect_response("**/approvals/v1/page/choices"):
        entry.click()
    expect(page.locator("[data-row]")).to_have_count(SHOWN)
    return sizes


def _note(response: Response, sizes: dict[str, int]) -> None:
    """Note how large an answer of ours is, unpacked."""
    path = urlsplit(response.url).path
    if path.startswith("/approvals/"):
        sizes[path] = max(sizes.get(path, 0), len(response.body()))
