"""The trigger in a real event loop, against a real API: fires once, not too soon, whatever happens."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import timedelta
from importlib import import_module
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from airflow.models.trigger import Trigger
from structlog.testing import capture_logs

from airflow_approvals.domain.approval import Approval
from airflow_approvals.triggers.approval import ApprovalTrigger
from tests.builders import HOUR, MINUTE, ti_id_of
from tests.integration.waiting.approvals_api import ApprovalsApi, Asked, answering, now, until
from tests.integration.waiting.triggerer import Triggerer, play

MANY = 500
NEWCOMERS = 20


def test_five_hundred_waiting_triggers_cost_one_request_every_two_seconds(api: ApprovalsApi) -> None:
    """All starting at once, newcomers later, then all decided: few reads, and each fires exactly once."""
    waiting = [api.open() for _ in range(MANY)]
    newcomers = [api.open() for _ in range(NEWCOMERS)]
    everybody = {approval.id for approval in waiting + newcomers}

    async def scenario(triggerer: Triggerer) -> None:
        for approval in waiting:
            triggerer.start(approval)
            await asyncio.sleep(0)
        await until(lambda: len(api.reads()) == 3)
        for approval in newcomers:
            triggerer.start(approval)
        await until(lambda: len(api.reads()) == 5)
        assert triggerer.statuses() == []
        for approval_id in everybody:
            api.decide(approval_id)
        await triggerer.finished()
        assert triggerer.statuses() == ["approved"] * len(everybody)
        assert all(len(events) == 1 for events in triggerer.events.values())

    play(scenario)
    reads = api.reads()
    assert all(later.at - earlier.at >= 2.0 for earlier, later in pairwise(reads))
    assert [len(read.ids) for read in reads[1:5]] == [MANY, MANY, len(everybody), len(everybody)]
    assert sorted(i for asked in api.commands("advance") for i in asked.ids) == sorted(everybody)


def test_a_task_is_not_woken_before_it_has_settled(api: ApprovalsApi) -> None:
    """Neither by an answer from before the wait began nor by an escalation: the server knows when."""
    settled = False
    api.settled = lambda: settled
    decided, escalating = api.open(), api.open(levels=2, timeout=timedelta(seconds=6))
    api.decide(decided.id)

    async def scenario(triggerer: Triggerer) -> None:
        nonlocal settled
        triggerer.start(decided)
        triggerer.start(escalating, wake_on_escalation=True)
        for asked in (decided, escalating):
            await until(lambda asked=asked: len(asks(asked)) >= 3)  # type: ignore[misc]
        assert triggerer.statuses() == []
        settled = True
        await triggerer.finished()
        assert triggerer.statuses() == ["approved", "escalated"]

    def asks(approval: Approval) -> list[Asked]:
        return [asked for asked in api.commands("advance") if approval.id in asked.ids]

    play(scenario)
    assert all(later.at - earlier.at >= 1.0 for earlier, later in pairwise(asks(decided)))


def test_a_task_whose_request_is_gone_is_woken_to_hear_of_it(api: ApprovalsApi) -> None:
    """It cannot be approved any more."""
    deleted = api.open()
    del api.approvals[deleted.id]

    async def scenario(triggerer: Triggerer) -> None:
        triggerer.start(deleted)
        await triggerer.finished()
        assert triggerer.statuses() == ["deleted"]

    play(scenario)


def test_deadlines_are_applied_when_they_come(api: ApprovalsApi) -> None:
    """At each deadline the server is asked to act; an escalated request is waited for until it expires."""
    approval = api.open(levels=2, timeout=timedelta(seconds=1.5))

    async def scenario(triggerer: Triggerer) -> None:
        key = triggerer.start(approval)
        await triggerer.finished()
        assert triggerer.statuses() == ["expired"]
        assert triggerer.fired_after[key] >= 2.5

    play(scenario)
    advances = api.commands("advance")
    assert len(advances) == 2
    assert {asked.subject for asked in advances} == {f"ti:{ti_id_of(approval)}"}
    expired = api.approvals[approval.id]
    assert expired.progress.level == 1
    assert expired.progress.expires_at is not None
    assert expired.resolution is not None
    assert expired.resolution.at - expired.progress.expires_at < timedelta(seconds=10)


def test_a_server_whose_clock_is_behind_is_asked_no_more_often_than_any_other(api: ApprovalsApi) -> None:
    """For the trigger the deadline has passed, for the server it has not: the server's clock counts."""
    api.clock = lambda: now() - HOUR
    approval = api.open(timeout=MINUTE)

    async def scenario(triggerer: Triggerer) -> None:
        triggerer.start(approval)
        await until(lambda: len(api.commands("advance")) >= 2)
        assert triggerer.statuses() == []
        api.clock = now
        await triggerer.finished()
        assert triggerer.statuses() == ["expired"]

    play(scenario)
    advances = api.commands("advance")
    assert all(later.at - earlier.at >= 2.0 for earlier, later in pairwise(advances))


def test_an_escalation_wakes_only_those_who_want_to_hear_of_it(api: ApprovalsApi) -> None:
    """Without notifiers nobody needs a worker for it; with them, the task runs and waits anew."""
    wanted, unwanted = (api.open(levels=2, timeout=timedelta(seconds=1)) for _ in range(2))

    async def scenario(triggerer: Triggerer) -> None:
        first = triggerer.start(wanted, wake_on_escalation=True)
        second = triggerer.start(unwanted)
        await triggerer.finished(first)
        assert triggerer.statuses() == ["escalated"]
        again = ApprovalTrigger(
            str(wanted.id), str(ti_id_of(wanted)), level=1, wake_on_escalation=True
        ).serialize()[1]
        del again["approval_id"], again["ti_id"]
        first = triggerer.start(wanted, **again)
        api.decide(wanted.id)
        await triggerer.finished(first, second)
        assert triggerer.statuses() == ["approved", "expired"]

    play(scenario)


def test_an_api_that_goes_away_and_comes_back_fails_nobody(
    api: ApprovalsApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Decisions and deadlines of the meantime are noticed once it answers; the watcher warned once."""
    caplog.set_level(logging.INFO, "airflow_approvals.triggers")
    decided, undecided = api.open(), api.open()
    overdue = api.open(timeout=timedelta(seconds=1.5))

    async def scenario(triggerer: Triggerer) -> None:
        for approval in (decided, overdue, undecided):
            triggerer.start(approval)
        await until(lambda: len(api.reads()) == 1)
        await asyncio.to_thread(api.stop)
        api.decide(decided.id)
        await until(lambda: len(warnings("looked up")) == 1 and len(warnings("brought up to date")) == 1)
        await asyncio.to_thread(api.start)
        await triggerer.finished(str(decided.id), str(overdue.id))
        assert triggerer.statuses() == ["approved", "expired"]
        assert not triggerer.tasks[str(undecided.id)].done()
        triggerer.tasks[str(undecided.id)].cancel()

    def warnings(words: str) -> list[str]:
        return [
            r.getMessage() for r in caplog.records if r.levelname == "WARNING" and words in r.getMessage()
        ]

    play(scenario)
    assert len(warnings("looked up")) == 1
    assert len(warnings("brought up to date")) == 1


def test_a_cancelled_trigger_is_no_longer_asked_for(api: ApprovalsApi) -> None:
    """The next read leaves it out, and when all are cancelled no read follows."""
    approvals = [api.open() for _ in range(3)]

    async def scenario(triggerer: Triggerer) -> None:
        keys = [triggerer.start(approval) for approval in approvals]
        await until(lambda: len(api.reads()) == 1)
        for key in keys[:2]:
            triggerer.tasks[key].cancel()
        await until(lambda: len(api.reads()) == 2)
        triggerer.tasks[keys[2]].cancel()
        watching = [task for task in asyncio.all_tasks() if task.get_name() == "approvals-watcher"]
        assert len(watching) == 1
        await until(watching[0].done)
        assert triggerer.statuses() == []

    play(scenario)
    assert [read.ids for read in api.reads()] == [{a.id for a in approvals}, {approvals[2].id}]


def test_kill_has_the_server_look_at_the_request(api: ApprovalsApi) -> None:
    """The server decides whether the task is gone; the trigger itself cancels nothing."""
    approval = api.open()

    async def scenario(_: Triggerer) -> None:
        await ApprovalTrigger(str(approval.id), str(ti_id_of(approval))).on_kill()

    play(scenario)
    (asked,) = api.asked
    assert (asked.what, asked.ids, asked.subject) == (
        "advance",
        {approval.id},
        f"ti:{ti_id_of(approval)}",
    )


@pytest.mark.parametrize("refusal", ["deleted", "broken", "away"])
def test_kill_swallows_refusals(api: ApprovalsApi, refusal: str) -> None:
    """A kill is never held up: what could not be said is left to the maintenance Dag, and logged."""
    approval_id = uuid4() if refusal == "deleted" else api.open().id
    if refusal == "broken":
        api.broken = answering(500)
    if refusal == "away":
        api.stop()

    async def scenario(_: Triggerer) -> None:
        await ApprovalTrigger(str(approval_id), str(uuid4())).on_kill()

    with capture_logs() as lines:
        play(scenario)
    assert ["left to the maintenance Dag" in line["event"] for line in lines] == [True]


def test_a_trigger_survives_the_way_to_the_triggerer() -> None:
    """Through Airflow's encrypted column and back it is the same trigger."""
    trigger = ApprovalTrigger(str(uuid4()), str(uuid4()), level=2, wake_on_escalation=True)
    classpath, arguments = trigger.serialize()
    json.dumps(arguments)
    stored = Trigger.encrypt_kwargs(arguments)
    module, _, name = classpath.rpartition(".")
    again = getattr(import_module(module), name)(**Trigger._decrypt_kwargs(stored))
    assert again.serialize() == trigger.serialize()
    assert UUID(again.approval_id)
