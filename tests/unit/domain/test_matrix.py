"""Every command in every status."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from itertools import product

import pytest

from airflow_approvals.domain.approval import Approval, EventType, Verdict
from airflow_approvals.domain.errors import AlreadyClosed, StillOpen
from airflow_approvals.domain.lifecycle import Change, Edit, advance, cancel, decide, edit, resume
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from tests.builders import MANAGER, MINUTE, TICK, in_status, task, types


def deadline_of(approval: Approval) -> datetime:
    """The deadline of the level asked now."""
    assert approval.expires_at is not None
    return approval.expires_at


def before(approval: Approval) -> datetime:
    """A moment at which nothing is due yet."""
    return deadline_of(approval) - MINUTE


COMMANDS: dict[str, Callable[[Approval], Change]] = {
    "approve": lambda it: decide(it, actor=MANAGER, verdict=Verdict.APPROVE, now=before(it)),
    "deny": lambda it: decide(it, actor=MANAGER, verdict=Verdict.DENY, now=before(it)),
    "cancel": lambda it: cancel(it, actor=task(), reason="superseded", now=before(it)),
    "edit": lambda it: edit(it, change=Edit(subject="Other"), actor=MANAGER, now=before(it)),
    "advance before the deadline": lambda it: advance(it, deadline_of(it) - TICK),
    "advance after the deadline": lambda it: advance(it, deadline_of(it) + TICK),
    "resume": lambda it: resume(it, before(it)),
}

Outcome = tuple[Status, list[EventType]] | type[Exception]

OPEN_OUTCOMES: dict[tuple[Status, str], Outcome] = {
    (Status.PENDING, "approve"): (Status.APPROVED, [EventType.VOTED, EventType.APPROVED]),
    (Status.PENDING, "deny"): (Status.DENIED, [EventType.VOTED, EventType.DENIED]),
    (Status.PENDING, "cancel"): (Status.CANCELLED, [EventType.CANCELLED]),
    (Status.PENDING, "edit"): (Status.PENDING, [EventType.UPDATED]),
    (Status.PENDING, "advance before the deadline"): (Status.PENDING, []),
    (Status.PENDING, "advance after the deadline"): (Status.ESCALATED, [EventType.ESCALATED]),
    (Status.PENDING, "resume"): StillOpen,
    (Status.ESCALATED, "approve"): (Status.APPROVED, [EventType.VOTED, EventType.APPROVED]),
    (Status.ESCALATED, "deny"): (Status.DENIED, [EventType.VOTED, EventType.DENIED]),
    (Status.ESCALATED, "cancel"): (Status.CANCELLED, [EventType.CANCELLED]),
    (Status.ESCALATED, "edit"): (Status.ESCALATED, [EventType.UPDATED]),
    (Status.ESCALATED, "advance before the deadline"): (Status.ESCALATED, []),
    (Status.ESCALATED, "advance after the deadline"): (Status.EXPIRED, [EventType.EXPIRED]),
    (Status.ESCALATED, "resume"): StillOpen,
}


def closed_outcomes(status: Status) -> dict[tuple[Status, str], Outcome]:
    """A closed request refuses every command; time passes it by, and its task may still be woken."""
    return {
        (status, "approve"): AlreadyClosed,
        (status, "deny"): AlreadyClosed,
        (status, "cancel"): AlreadyClosed,
        (status, "edit"): AlreadyClosed,
        (status, "advance before the deadline"): (status, []),
        (status, "advance after the deadline"): (status, []),
        (status, "resume"): (status, [EventType.RESUMED]),
    }


OUTCOMES = OPEN_OUTCOMES | {
    cell: outcome for status in TERMINAL for cell, outcome in closed_outcomes(status).items()
}


@pytest.mark.parametrize(("status", "command"), list(product(Status, COMMANDS)))
def test_each_command_in_each_status_does_exactly_this(status: Status, command: str) -> None:
    """The whole machine: the status reached and the events written, or the refusal; no cell is left out."""
    approval = in_status(status)
    assert approval.status is status
    untouched = deepcopy(approval)
    outcome = OUTCOMES[status, command]

    if isinstance(outcome, type):
        with pytest.raises(outcome):
            COMMANDS[command](approval)
    else:
        changed, events = COMMANDS[command](approval)
        assert (changed.status, types(events)) == outcome
        assert changed.is_open == (changed.status in OPEN)

    assert approval == untouched


@pytest.mark.parametrize(("status", "command"), list(product(sorted(TERMINAL), COMMANDS)))
def test_nothing_leaves_a_terminal_status(status: Status, command: str) -> None:
    """Whatever is tried, at most the waking of the task is noted; all else stays as it was."""
    approval = in_status(status)
    try:
        changed, _ = COMMANDS[command](approval)
    except AlreadyClosed:
        return
    assert replace(changed, resumed_at=None) == approval
