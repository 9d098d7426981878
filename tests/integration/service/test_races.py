"""Two at once, on a real database, with real threads: whoever commits first wins, and wins alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from airflow_approvals.domain import lifecycle
from airflow_approvals.domain.approval import Approval, EventType, Verdict
from airflow_approvals.domain.errors import AlreadyClosed
from airflow_approvals.domain.status import Status
from airflow_approvals.service import approvals
from airflow_approvals.service.maintenance import EscalateSummary
from airflow_approvals.store import approvals as store
from tests.builders import HOUR, MANAGER, NOW, OTHER_MANAGER, TICK, level, policy, role
from tests.integration.service.desk import EDITOR, Desk, content

ROUNDS = 200
MEETING_SECONDS = 60

DEADLINE = NOW + HOUR
IN_TIME = DEADLINE - TICK
LAST_LEVEL = policy(level(role("manager")))

RESOLVING = {EventType.APPROVED, EventType.DENIED, EventType.EXPIRED, EventType.CANCELLED}


class Answer(NamedTuple):
    """What a racer got: the result of its call, or the error it raised."""

    result: Any = None
    error: Exception | None = None


Racer = Callable[[], Any]
Race = Callable[[Racer, Racer], tuple[Answer, Answer]]


@pytest.fixture
def race() -> Iterator[Race]:
    """Runs two calls at the same time, each in a thread of its own, switching as often as Python can."""
    barrier = Barrier(2, timeout=MEETING_SECONDS)

    def run(call: Racer) -> Answer:
        barrier.wait()
        try:
            return Answer(result=call())
        except Exception as error:  # noqa: BLE001  (the test looks at it)
            return Answer(error=error)

    switch_interval_seconds = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    with ThreadPoolExecutor(2) as threads:
        yield lambda one, other: tuple(threads.map(run, (one, other)))  # type: ignore[return-value]
    sys.setswitchinterval(switch_interval_seconds)


def assert_resolved_once(desk: Desk, gate: Approval, status: Status) -> None:
    """The record and the task tell the same story, and tell it once."""
    closed = desk.read(gate)
    trail = desk.trail(gate)
    assert closed.status is status
    assert [event for event in trail if event in RESOLVING] == [EventType(status.value)]
    assert trail.count(EventType.RESUMED) == 1
    assert len(closed.votes) == trail.count(EventType.VOTED) == (status is not Status.EXPIRED)
    task = desk.task_of(gate)
    assert (task.state, task.next_kwargs["event"]["status"]) == ("scheduled", status.value)


def assert_one_loser(answers: Sequence[Answer]) -> Answer:
    """One of two people won; the other was told so and nothing else. Gives the winner's answer."""
    winners = [answer for answer in answers if answer.error is None]
    losers = [answer for answer in answers if answer.error is not None]
    assert [type(loser.error) for loser in losers] == [AlreadyClosed], losers
    return winners[0]


def test_approve_against_deny(desk: Desk, race: Race) -> None:
    """Two managers who disagree."""
    for number in range(ROUNDS):
        gate = desk.gate(LAST_LEVEL, map_index=number)
        answers = race(
            lambda gate=gate: desk.decide(gate, Verdict.APPROVE, actor=MANAGER),
            lambda gate=gate: desk.decide(gate, Verdict.DENY, actor=OTHER_MANAGER),
        )
        winner = assert_one_loser(answers)
        assert winner.result.status is (Status.APPROVED if answers[0] is winner else Status.DENIED)
        assert_resolved_once(desk, gate, winner.result.status)


def test_approve_against_expiry(desk: Desk, race: Race) -> None:
    """A click in the last moment, and the trigger that notes the deadline."""
    for number in range(ROUNDS):
        gate = desk.gate(LAST_LEVEL, map_index=number)
        click, clock = race(
            lambda gate=gate: desk.decide(gate, now=IN_TIME),
            lambda gate=gate: desk.advance(gate, DEADLINE),
        )
        assert clock.error is None
        assert_click_or_clock(desk, gate, click, expired=bool(clock.result.events))


def test_a_decision_against_a_sweep(desk: Desk, race: Race) -> None:
    """A click in the last moment, and the maintenance Dag."""

    def click_after_looking(gate: Approval, times: int) -> Approval:
        for _ in range(times):  # so that it is not always the click that comes first
            desk.events(gate)
        return desk.decide(gate, now=IN_TIME)

    for number in range(ROUNDS):
        gate = desk.gate(LAST_LEVEL, map_index=number)
        click, sweep = race(
            partial(click_after_looking, gate, number % 8),
            lambda: desk.sweep(DEADLINE),
        )
        assert sweep.error is None
        assert sweep.result in (EscalateSummary(), EscalateSummary(expired=1, resumed=1))
        assert_click_or_clock(desk, gate, click, expired=sweep.result.expired == 1)


def assert_click_or_clock(desk: Desk, gate: Approval, click: Answer, *, expired: bool) -> None:
    """Either the person was in time, or they were told that the request had expired."""
    if expired:
        assert isinstance(click.error, AlreadyClosed), click
        assert_resolved_once(desk, gate, Status.EXPIRED)
    else:
        assert click.error is None, click
        assert_resolved_once(desk, gate, Status.APPROVED)


def test_two_sweeps_at_once(desk: Desk, race: Race) -> None:
    """Two maintenance runs, or one and an impatient person: what is due happens once, to each request."""
    for number in range(ROUNDS):
        gate = desk.gate(LAST_LEVEL, map_index=number)
        answers = race(lambda: desk.sweep(DEADLINE), lambda: desk.sweep(DEADLINE))
        assert [answer.error for answer in answers] == [None, None]
        summaries = sorted((answer.result for answer in answers), key=lambda summary: summary.expired)
        assert summaries == [EscalateSummary(), EscalateSummary(expired=1, resumed=1)]
        assert_resolved_once(desk, gate, Status.EXPIRED)


def test_two_sweeps_that_deliver(desk: Desk, race: Race) -> None:
    """A decision that came too soon is delivered once, whoever delivers it."""
    for number in range(ROUNDS // 4):
        gate = desk.gate(LAST_LEVEL, map_index=number, parked_at=IN_TIME)
        desk.decide(gate, now=IN_TIME)
        answers = race(
            lambda: desk.sweep(DEADLINE + HOUR), lambda gate=gate: desk.advance(gate, DEADLINE + HOUR)
        )
        assert [answer.error for answer in answers] == [None, None]
        assert_resolved_once(desk, gate, Status.APPROVED)


def test_a_task_that_asks_twice_at_once(desk: Desk, race: Race) -> None:
    """A worker repeats a call whose answer got lost, while the first one still runs: one request."""
    for number in range(ROUNDS // 4):
        ti_id = desk.rows.task_instance(map_index=number)

        def ask(ti_id: Any = ti_id) -> tuple[Approval, bool]:
            return desk.call(approvals.open_by_task, ti_id, content(), now=NOW)

        answers = race(ask, ask)
        assert [answer.error for answer in answers] == [None, None]
        (one, one_is_new), (other, other_is_new) = (answer.result for answer in answers)
        assert one == other
        assert one_is_new is not other_is_new
        assert desk.trail(one) == [EventType.OPENED]


def test_a_new_try_against_a_decision_on_the_older_one(desk: Desk, race: Race) -> None:
    """The older request is cancelled, once, whoever notices first; nobody answers for a try that is over."""
    for number in range(ROUNDS // 4):
        older = desk.gate(LAST_LEVEL, map_index=number)
        assert older.origin.ti_id is not None
        newer = desk.rows.next_try(older.origin.ti_id)
        desk.rows.set_state(newer, "running")
        click, asked = race(partial(desk.decide, older), partial(desk.ask, newer))
        assert isinstance(click.error, AlreadyClosed), click
        assert asked.error is None
        assert asked.result.status is Status.PENDING
        assert desk.read(older).comment == "superseded"
        assert desk.trail(older) == [EventType.OPENED, EventType.CANCELLED]


@pytest.mark.parametrize("databases", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_new_try_waits_for_a_command_on_the_older_request(desk: Desk, session: Session) -> None:
    """And leaves alone what that closed; only PostgreSQL locks single rows."""
    older = desk.gate(LAST_LEVEL)
    assert older.origin.ti_id is not None
    newer = desk.rows.next_try(older.origin.ti_id)
    desk.rows.set_state(newer, "running")
    before = store.get(older.id, session=session, lock=True)
    assert before is not None
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(desk.ask, newer)
        with desk.sessions() as observer:
            wait_until_somebody_waits(observer)
        after, events = lifecycle.cancel(before, actor=EDITOR, reason="called off", now=NOW)
        store.save(before, after, events, session=session)
        session.commit()
        assert asking.result(MEETING_SECONDS).status is Status.PENDING
    assert desk.read(older).comment == "called off"
    assert desk.trail(older) == [EventType.OPENED, EventType.CANCELLED]


def wait_until_somebody_waits(observer: Session) -> None:
    """Wait until a session of this database stands before a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    give_up = time.monotonic() + MEETING_SECONDS
    while not observer.execute(waiting).scalar_one():
        assert time.monotonic() < give_up
        observer.rollback()
        time.sleep(0.01)
