"""Requests to which anything happens, in any order, at any time: what the properties are about."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.edit import Edit, Keep, edit
from airflow_approvals.domain.commands.open import open_request
from airflow_approvals.domain.commands.remark import note_woken
from airflow_approvals.domain.errors import ApprovalError
from airflow_approvals.domain.events import (
    AnyEvent,
)
from airflow_approvals.domain.people import SYSTEM, Actor
from airflow_approvals.domain.policy import OnExpiry, Policy
from airflow_approvals.domain.rules import Answer
from airflow_approvals.domain.status import Status
from tests.builders import (
    DIRECTOR,
    MANAGER,
    MINUTE,
    NOW,
    OTHER_MANAGER,
    STRANGER,
    level,
    opening,
    person,
    policy,
    role,
    task,
    user,
)

SILENCE = {OnExpiry.APPROVE: Status.APPROVED, OnExpiry.DENY: Status.DENIED}


@dataclass(frozen=True)
class Step:
    """Wait, then try one command. ``change`` and ``deadline`` (from then on) are for an edit."""

    wait: timedelta
    command: str
    actor: Actor
    change: Edit
    deadline: timedelta | Keep | None


@dataclass
class Story:
    """A request from its opening on: each version of it, with the events that led there."""

    policy: Policy
    versions: list[Approval] = field(default_factory=list)
    copies: list[Approval] = field(default_factory=list)
    events: list[AnyEvent] = field(default_factory=list)
    refused: int = 0

    @property
    def end(self) -> Approval:
        """The last version."""
        return self.versions[-1]

    def add(self, change: Change) -> None:
        """Go on from ``change``."""
        self.versions.append(change.approval)
        self.copies.append(deepcopy(change.approval))
        self.events.extend(change.events)


def attempt(approval: Approval, step: Step, now: datetime) -> Change:
    """Run the command of one step."""
    match step.command:
        case "approve" | "deny":
            return decide(approval, Answer(actor=step.actor, verdict=Verdict(step.command)), now)
        case "cancel":
            return cancel(approval, Cancellation(actor=step.actor, reason="not needed"), now)
        case "edit":
            deadline = now + step.deadline if isinstance(step.deadline, timedelta) else step.deadline
            return edit(approval, replace(step.change, actor=step.actor, expires_at=deadline), now)
        case "wake":
            return note_woken(approval, now)
        case _:
            return Change(approval=approval)


def play(terms: Policy, steps: list[Step]) -> Story:
    """Run the steps as the service does: first time passes, which a refused command leaves as it is."""
    story, now = Story(terms), NOW
    story.add(open_request(opening(policy=terms), now))
    for step in steps:
        now += step.wait
        change = advance(story.end, now)
        try:
            change = change.then(attempt(change.approval, step, now))
        except ApprovalError:
            story.refused += 1
        story.add(change)
    return story


APPROVERS = [role("manager"), role("director"), user("a-stranger")]
NAMESAKE = person("first-manager", "manager", id="id-of-a-namesake")
ACTORS = [MANAGER, OTHER_MANAGER, NAMESAKE, DIRECTOR, STRANGER, task(), SYSTEM]
# Time gets more turns than people: one answer ends a story, an expiry takes several steps.
COMMANDS = [*["approve"] * 3, "deny", "cancel", "edit", "wake", *["nothing"] * 6]

# Few and round, so that a step often meets a deadline exactly.
timeouts = st.sampled_from([20 * MINUTE, 60 * MINUTE])
waits = st.sampled_from([timedelta(0), 20 * MINUTE, 60 * MINUTE, 180 * MINUTE])
approvers = st.lists(st.sampled_from(APPROVERS), min_size=1, max_size=2, unique=True)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Up to three levels; the last one may wait for ever."""
    earlier = [level(*draw(approvers), timeout=draw(timeouts)) for _ in range(draw(st.integers(0, 2)))]
    last = level(*draw(approvers), timeout=draw(st.none() | timeouts))
    return policy(*earlier, last, quorum=draw(st.integers(1, 2)), on_expiry=draw(st.sampled_from(OnExpiry)))


steps = st.builds(
    Step,
    wait=waits,
    command=st.sampled_from(COMMANDS),
    actor=st.sampled_from(ACTORS),
    change=st.builds(
        Edit,
        actor=st.just(SYSTEM),
        subject=st.none() | st.sampled_from(["", "Release 1.2", "Release 1.3"]),
        approvers=st.none() | st.lists(approvers, min_size=1, max_size=3),
    ),
    deadline=st.just(Keep.KEEP) | st.none() | waits,
)
stories = st.builds(play, policies(), st.lists(steps, min_size=3, max_size=12))

thorough = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
