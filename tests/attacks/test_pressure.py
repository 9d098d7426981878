"""Many at once, on servers with a small connection pool: nobody waits long, Airflow itself least of all.

``AIRFLOW_APPROVALS_TEST_ROUND_SECONDS`` makes the crowd decide longer; ``--log-cli-level=INFO`` shows times.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from dev.stack import AirflowStack
from tests.attacks.pressure import (
    BUSY_SECONDS,
    FAB_PEOPLE,
    PEOPLE,
    POOL_PLUGIN,
    ROUND_SECONDS,
    SIMPLE_PEOPLE,
    SMALL_POOL,
    Call,
    Pressed,
    Reply,
    at_once,
    meanwhile,
)
from tests.databases import Databases
from tests.integration.api.server import PREFIX, SALES, Task
from tests.integration.api.servers import DAGS_FOLDER

log = logging.getLogger(__name__)

pytestmark = pytest.mark.e2e

THREADS = 80
REQUESTS = 5
LONGEST_SECONDS = 5.0
PATIENCE = 2.0
LOCKED_SECONDS = 3.0
PROMPT_SECONDS = 2.5


@pytest.fixture(scope="module")
def prepared(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that knows the Dags."""
    database = databases.migrated()
    home = tmp_path_factory.mktemp("pressure_prepared")
    AirflowStack(home, dags_folder=DAGS_FOLDER, auth="simple", database_url=database).reserialize()
    return database


@pytest.fixture(scope="module", params=["fab", "simple"])
def server(
    request: pytest.FixtureRequest,
    databases: Databases,
    prepared: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pressed]:
    """An API server of one process that may open 15 connections."""
    home: Path = tmp_path_factory.mktemp("pressure")
    (home / "plugins").mkdir()
    (home / "plugins" / "pool.py").write_text(POOL_PLUGIN)
    stack = AirflowStack(
        home,
        dags_folder=DAGS_FOLDER,
        auth=request.param,
        database_url=databases.copy(prepared),
        extra_env=SMALL_POOL,
    )
    with stack:
        if request.param == "fab":
            stack.create_accounts(users=FAB_PEOPLE, roles={"manager": [("can_read", "Plugins")]})
        else:
            stack.create_accounts(users=SIMPLE_PEOPLE)
        stack.start(["api-server"])
        stack.wait_healthy()
        pressed = Pressed(stack)
        yield pressed
        pressed.close()


@pytest.fixture
def task(server: Pressed) -> Task:
    """A running task that has not asked yet."""
    return server.new_task()


def airflows_own(server: Pressed, task: Task) -> list[Call]:
    """Routes of Airflow's own, one of its task API, none of which is any matter of ours."""
    return [
        ("GET", "/api/v2/monitor/health", {}, None),
        ("GET", f"/api/v2/dags/{SALES}", server.person(PEOPLE[1]), None),
        ("GET", f"/execution/dag-runs/count?dag_id={SALES}", server.airflow_task(task), None),
    ]


def slowest(replies: list[Reply]) -> Reply:
    """The one that took longest."""
    return max(replies, key=lambda reply: reply.seconds)


def test_eighty_at_once_on_every_route_are_answered_soon(server: Pressed, task: Task) -> None:
    """Five requests each, by one person; Airflow's own routes answer in between.

    How soon is judged by how long the same requests take one after the other: a server that stands still
    while somebody waits for a connection, 30 seconds each time, needs many times as long.
    """
    calls = server.every_route(task, server.open(task))
    for call in [*airflows_own(server, task), *calls]:
        server.timed(call)  # what a server makes at its first request is made: its task API takes seconds
    one_by_one = sum(server.timed(call).seconds for call in calls) / len(calls)
    patience = max(LONGEST_SECONDS, PATIENCE * one_by_one * THREADS * REQUESTS)

    def ask(number: int) -> list[Reply]:
        first = number * REQUESTS
        return [server.timed(calls[(first + nth) % len(calls)]) for nth in range(REQUESTS)]

    start = time.monotonic()
    with meanwhile(server, airflows_own(server, task)) as own:
        answers = at_once([partial(ask, number) for number in range(THREADS)])
    replies = [reply for given in answers for reply in given]
    log.info(
        "%s in %.1f s; longest: ours %s, Airflow's %s",
        len(replies),
        time.monotonic() - start,
        slowest(replies),
        slowest(own),
    )
    assert [reply for reply in replies if reply.status >= 500] == []
    assert len({reply.call for reply in replies}) == len(calls)
    assert {reply.status for reply in own} == {200}
    assert slowest([*replies, *own]).seconds < patience
    server.wait_until_idle()


def test_thirty_two_people_decide_at_once_and_one_of_them_wins(server: Pressed) -> None:
    """Again and again, half of them for and half of them against: the others are told that it is closed."""
    run_id = server.new_run()
    give_up = time.monotonic() + ROUND_SECONDS
    rounds, longest = 0, 0.0
    while rounds == 0 or time.monotonic() < give_up:
        asked = server.open_by_hand(by=PEOPLE[rounds % len(PEOPLE)], run_id=run_id)
        calls: list[Call] = [
            (
                "POST",
                f"{PREFIX}/approvals/{asked['id']}/{('approve', 'deny')[number % 2]}",
                server.person(name),
                {},
            )
            for number, name in enumerate(PEOPLE)
        ]
        replies = at_once([partial(server.timed, call) for call in calls])
        assert Counter(reply.status for reply in replies) == {200: 1, 409: len(PEOPLE) - 1}
        assert slowest(replies).seconds < BUSY_SECONDS
        rounds, longest = rounds + 1, max(longest, slowest(replies).seconds)
    log.info("%s rounds, the longest wait %.2f s", rounds, longest)
    server.wait_until_idle()


@contextmanager
def everything_locked(server: Pressed) -> Iterator[None]:
    """Hold the locks that every decision waits for, as a long transaction of somebody else's does."""
    with server.engine.connect() as connection:
        if server.engine.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT id FROM approval FOR UPDATE")).all()
        yield
        connection.rollback()


def test_who_waits_for_a_lock_leaves_connections_to_airflow(server: Pressed, task: Task) -> None:
    """Airflow's sign-in finds one at once, though more people wait than there are connections."""
    asked = server.open_by_hand(by=PEOPLE[0])
    approve = [
        ("POST", f"{PREFIX}/approvals/{asked['id']}/approve", server.person(name), {}) for name in PEOPLE
    ]
    own: list[Reply] = []
    with ThreadPoolExecutor(len(approve)) as crowd:
        with everything_locked(server):
            waiting = [crowd.submit(server.timed, call) for call in approve]
            server.stack.wait_for(lambda: server.in_use() > 0, BUSY_SECONDS, "the crowd to wait for the lock")
            give_up = time.monotonic() + LOCKED_SECONDS
            while time.monotonic() < give_up:
                own += [server.timed(call) for call in airflows_own(server, task)]
        replies = [future.result() for future in waiting]

    log.info("longest: ours %s, Airflow's %s", slowest(replies), slowest(own))
    assert {reply.status for reply in own} == {200}
    assert slowest(own).seconds < PROMPT_SECONDS
    assert Counter(reply.status for reply in replies) == {200: 1, 409: len(PEOPLE) - 1}
    server.wait_until_idle()
