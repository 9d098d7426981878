"""Two at once, on a real database, with real threads: whoever commits first wins, and wins alone."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Approval, Verdict, Withdrawn
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.errors import AlreadyClosed
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.status import Status
from airflow_approvals.service import opening
from airflow_approvals.service.sweep import SweepSummary
from airflow_approvals.store import approvals as store
from tests.builders import HOUR, MANAGER, NOW, OTHER_MANAGER, TICK, level, policy, role, ti_id_of
from tests.integration.service.desk import EDITOR, Desk, question, work_at
from tests.integration.service.racing import (
    MEETING_SECONDS,
    ONLY_POSTGRES,
    ROUNDS,
    Answer,
    Race,
    wait_until_somebody_waits,
)

DEADLINE = NOW + HOUR
IN_TIME = DEADLINE - TICK
LAST_LEVEL = policy(level(role("manager")))

RESOLVING = {"approved", "denied", "expired", "cancelled"}


def assert_resolved_once(desk: Desk, gate: Approval, status: Status) -> None:
    """The record and the task tell the same story, and tell it once."""
    closed = desk.read(gate)
    trail = desk.trail(gate)
    assert closed.status is status
    assert [event for event in trail if event in RESOLVING] == [status.value]
    assert trail.count("resumed") == 1
    assert len(closed.votes) == trail.count("voted") == (status is not Status.EXPIRED)
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
        assert sweep.result in (SweepSummary(), SweepSummary(expired=1, resumed=1))
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
        assert summaries == [SweepSummary(), SweepSummary(expired=1, resumed=1)]
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
            return opening.open_by_task(ti_id, question(), work=work_at(NOW))

        answers = race(ask, ask)
        assert [answer.error for answer in answers] == [None, None]
        (one, one_is_new), (other, other_is_new) = (answer.result for answer in answers)
        assert one == other
        assert one_is_new is not other_is_new
        assert desk.trail(one) == ["opened"]


def test_a_new_try_against_a_decision_on_the_older_one(desk: Desk, race: Race) -> None:
    """The older request is cancelled, once, whoever notices first; nobody answers for a try that is over."""
    for number in range(ROUNDS // 4):
        older = desk.gate(LAST_LEVEL, map_index=number)
        newer = desk.rows.next_try(ti_id_of(older))
        desk.rows.set_state(newer, "running")
        click, asked = race(partial(desk.decide, older), partial(desk.ask, newer))
        assert isinstance(click.error, AlreadyClosed), click
        assert asked.error is None
        assert asked.result.status is Status.PENDING
        resolution = desk.read(older).resolution
        assert isinstance(resolution, Withdrawn)
        assert (resolution.by, resolution.reason) == (SYSTEM.who, "superseded")
        assert desk.trail(older) == ["opened", "cancelled"]


@ONLY_POSTGRES
def test_a_new_try_waits_for_a_command_on_the_older_request(desk: Desk, session: Session) -> None:
    """And leaves alone what that closed; only PostgreSQL locks single rows."""
    older = desk.gate(LAST_LEVEL)
    newer = desk.rows.next_try(ti_id_of(older))
    desk.rows.set_state(newer, "running")
    before = store.get(older.id, session=session, lock=True)
    assert before is not None
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(desk.ask, newer)
        with desk.sessions() as observer:
            wait_until_somebody_waits(observer)
        change = cancel(before, Cancellation(actor=EDITOR, reason="called off"), NOW)
        store.save(before, change, session=session)
        session.commit()
        assert asking.result(MEETING_SECONDS).status is Status.PENDING
    assert desk.read(older).resolution == Withdrawn(by=EDITOR.who, reason="called off", at=NOW)
    assert desk.trail(older) == ["opened", "cancelled"]
