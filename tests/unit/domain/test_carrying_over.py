"""A decision whose try was lost before it had it holds for the next one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from airflow_approvals.domain.approval import Approval, Decided, Verdict
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.carry_over import carry_over, holds_for
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.remark import note_taken, note_woken
from airflow_approvals.domain.errors import StillOpen
from airflow_approvals.domain.events import Carried, Taken
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.policy import OnDeny, OnExpiry
from airflow_approvals.domain.status import Status
from tests.builders import (
    DIRECTOR,
    HOUR,
    MANAGER,
    MINUTE,
    NOW,
    content,
    in_status,
    level,
    no,
    opened,
    policy,
    role,
    waiter,
    yes,
)

NEXT_TI = UUID("01900000-0000-7000-8000-000000000003")
NEXT_ID = UUID("01900000-0000-7000-8000-000000000004")
LATER = NOW + 2 * HOUR


def asked(**fields: Any) -> Approval:
    """The request of the first try."""
    return opened(**{"waiter": waiter(run_cleared=0), **fields})


def asked_again(*, run_cleared: int | None = 0, **fields: Any) -> Approval:
    """The same, by the try after it."""
    second = waiter(ti_id=NEXT_TI, try_number=2, run_cleared=run_cleared)
    return opened(**{"id": NEXT_ID, "now": LATER, "waiter": second, **fields})


APPROVED = decide(asked(), yes(MANAGER, "go"), NOW + MINUTE).approval


@pytest.mark.parametrize(
    ("verdict", "status"), [(Verdict.APPROVE, Status.APPROVED), (Verdict.DENY, Status.DENIED)]
)
def test_what_people_decided_holds_for_the_next_try(verdict: Verdict, status: Status) -> None:
    """With who said it and what they said; the record says from where it comes."""
    answer = replace(yes(MANAGER, "go"), verdict=verdict)
    earlier = decide(asked(), answer, NOW + MINUTE).approval
    change = carry_over(asked_again(), earlier, LATER)
    approval = change.approval
    assert approval.status is status
    assert approval.resolution == Decided(verdict=verdict, by=MANAGER.who, comment="go", at=LATER)
    assert approval.votes == earlier.votes
    assert change.events == (
        Carried(
            at=LATER,
            actor=SYSTEM,
            approval_id=earlier.id,
            verdict=verdict,
            decided_by=MANAGER.name,
            decided_at=NOW + MINUTE,
        ),
    )


def test_that_it_was_escalated_is_carried_over_too() -> None:
    """The task returns whether it was."""
    earlier = decide(advance(asked(), NOW + HOUR).approval, yes(DIRECTOR), NOW + HOUR + MINUTE).approval
    assert carry_over(asked_again(), earlier, LATER).approval.progress.level == 1


def test_one_that_was_woken_and_lost_before_it_had_the_answer_leaves_it_to_the_next() -> None:
    """The server's word that wakes a task is not the task's that it has it."""
    assert holds_for(note_woken(APPROVED, NOW + HOUR).approval, asked_again())


ASKING_OTHERS = policy(level(role("somebody-else")))
SILENCE = policy(level(role("manager")), on_expiry=OnExpiry.APPROVE)


@pytest.mark.parametrize(
    ("earlier", "next_one"),
    [
        pytest.param(note_taken(APPROVED, NOW + HOUR).approval, asked_again(), id="it was taken"),
        pytest.param(APPROVED, asked_again(run_cleared=1), id="somebody cleared something"),
        pytest.param(APPROVED, asked_again(content=content(subject="Release 1.3")), id="another content"),
        pytest.param(APPROVED, asked_again(policy=ASKING_OTHERS), id="other people"),
        pytest.param(APPROVED, asked_again(policy=policy(on_deny=OnDeny.SKIP)), id="other terms"),
        pytest.param(APPROVED, asked_again(waiter=None), id="nobody waits"),
        pytest.param(asked(), asked_again(), id="nothing was decided"),
        pytest.param(in_status(Status.CANCELLED), asked_again(), id="it was withdrawn"),
        pytest.param(
            advance(asked(policy=SILENCE), NOW + HOUR).approval, asked_again(policy=SILENCE), id="silence"
        ),
        pytest.param(
            decide(asked(waiter=None), yes(MANAGER), NOW + MINUTE).approval, asked_again(), id="by hand"
        ),
        pytest.param(
            decide(asked(waiter=waiter()), no(MANAGER), NOW + MINUTE).approval,
            asked_again(run_cleared=None),
            id="from before 0.2.0",
        ),
    ],
)
def test_else_people_are_asked_anew(earlier: Approval, next_one: Approval) -> None:
    """When in doubt: nothing is approved that nobody approved."""
    change = carry_over(next_one, earlier, LATER)
    assert (change.approval, change.events) == (next_one, ())


def test_that_a_task_took_its_answer_is_noted_once() -> None:
    """A second time changes nothing; neither where nobody waits."""
    taken = note_taken(APPROVED, NOW + HOUR)
    assert taken.events == (Taken(at=NOW + HOUR, actor=SYSTEM),)
    assert taken.approval.waiter == waiter(run_cleared=0, taken_at=NOW + HOUR)
    assert note_taken(taken.approval, LATER).events == ()
    assert note_taken(replace(APPROVED, waiter=None), LATER).events == ()


def test_an_open_request_has_no_answer_to_take() -> None:
    """Whatever a task says."""
    with pytest.raises(StillOpen):
        note_taken(asked(), LATER)
