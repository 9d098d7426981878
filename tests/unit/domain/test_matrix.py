"""Every command in every status."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from itertools import product

import pytest

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.edit import Edit, edit
from airflow_approvals.domain.commands.remark import note_woken
from airflow_approvals.domain.errors import AlreadyClosed, StillOpen
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from tests.builders import MANAGER, MINUTE, TICK, in_status, no, task, types, yes
from tests.unit.domain.running import run

NOT_NEEDED = Cancellation(actor=task(), reason="not needed")
OTHER_SUBJECT = Edit(actor=MANAGER, subject="Other")


def deadline_of(approval: Approval) -> datetime:
    """The deadline of the level asked now."""
    assert approval.progress.expires_at is not None
    return approval.progress.expires_at


def before(approval: Approval) -> datetime:
    """A moment at which nothing is due yet."""
    return deadline_of(approval) - MINUTE


def late(approval: Approval) -> datetime:
    """A moment at which the deadline has passed, and no sweep has run."""
    return deadline_of(approval) + TICK


COMMANDS: dict[str, Callable[[Approval], Change]] = {
    "approve": lambda it: run(decide, it, yes(MANAGER), before(it)),
    "approve late": lambda it: run(decide, it, yes(MANAGER), late(it)),
    "deny": lambda it: run(decide, it, no(MANAGER), before(it)),
    "deny late": lambda it: run(decide, it, no(MANAGER), late(it)),
    "cancel": lambda it: run(cancel, it, NOT_NEEDED, before(it)),
    "cancel late": lambda it: run(cancel, it, NOT_NEEDED, late(it)),
    "edit": lambda it: run(edit, it, OTHER_SUBJECT, before(it)),
    "edit late": lambda it: run(edit, it, OTHER_SUBJECT, late(it)),
    "advance before the deadline": lambda it: advance(it, deadline_of(it) - TICK),
    "advance after the deadline": lambda it: advance(it, deadline_of(it) + TICK),
    "note that the task was woken": lambda it: note_woken(it, before(it)),
}

Outcome = tuple[Status, list[str]] | type[Exception]

OPEN_OUTCOMES: dict[tuple[Status, str], Outcome] = {
    (Status.PENDING, "approve"): (Status.APPROVED, ["voted", "approved"]),
    (Status.PENDING, "approve late"): (Status.APPROVED, ["escalated", "voted", "approved"]),
    (Status.PENDING, "deny"): (Status.DENIED, ["voted", "denied"]),
    (Status.PENDING, "deny late"): (Status.DENIED, ["escalated", "voted", "denied"]),
    (Status.PENDING, "cancel"): (Status.CANCELLED, ["cancelled"]),
    (Status.PENDING, "cancel late"): (Status.CANCELLED, ["escalated", "cancelled"]),
    (Status.PENDING, "edit"): (Status.PENDING, ["updated"]),
    (Status.PENDING, "edit late"): (Status.ESCALATED, ["escalated", "updated"]),
    (Status.PENDING, "advance before the deadline"): (Status.PENDING, []),
    (Status.PENDING, "advance after the deadline"): (Status.ESCALATED, ["escalated"]),
    (Status.PENDING, "note that the task was woken"): StillOpen,
    (Status.ESCALATED, "approve"): (Status.APPROVED, ["voted", "approved"]),
    (Status.ESCALATED, "approve late"): AlreadyClosed,
    (Status.ESCALATED, "deny"): (Status.DENIED, ["voted", "denied"]),
    (Status.ESCALATED, "deny late"): AlreadyClosed,
    (Status.ESCALATED, "cancel"): (Status.CANCELLED, ["cancelled"]),
    (Status.ESCALATED, "cancel late"): AlreadyClosed,
    (Status.ESCALATED, "edit"): (Status.ESCALATED, ["updated"]),
    (Status.ESCALATED, "edit late"): AlreadyClosed,
    (Status.ESCALATED, "advance before the deadline"): (Status.ESCALATED, []),
    (Status.ESCALATED, "advance after the deadline"): (Status.EXPIRED, ["expired"]),
    (Status.ESCALATED, "note that the task was woken"): StillOpen,
}


def closed_outcomes(status: Status) -> dict[tuple[Status, str], Outcome]:
    """A closed request refuses every command; time passes it by, and its task may still be woken."""
    return {
        **{(status, command): AlreadyClosed for command in COMMANDS},
        (status, "advance before the deadline"): (status, []),
        (status, "advance after the deadline"): (status, []),
        (status, "note that the task was woken"): (status, ["resumed"]),
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
        change = COMMANDS[command](approval)
        assert (change.approval.status, types(change.events)) == outcome
        assert change.approval.is_open == (change.approval.status in OPEN)

    assert approval == untouched


@pytest.mark.parametrize(("status", "command"), list(product(sorted(TERMINAL), COMMANDS)))
def test_nothing_leaves_a_terminal_status(status: Status, command: str) -> None:
    """Whatever is tried, at most the waking of the task is noted; all else stays as it was."""
    approval = in_status(status)
    try:
        changed = COMMANDS[command](approval).approval
    except AlreadyClosed:
        return
    assert replace(changed, waiter=approval.waiter) == approval
