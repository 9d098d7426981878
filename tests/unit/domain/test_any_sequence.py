"""What holds whatever happens, in whatever order, at whatever time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_approvals.domain.approval import Approval, Lapsed, Verdict
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.events import (
    Approved,
    Cancelled,
    Denied,
    Escalated,
    Expired,
    Opened,
    Resumed,
    Updated,
    Voted,
)
from airflow_approvals.domain.people import ActorKind
from airflow_approvals.domain.policy import OnExpiry, Policy
from airflow_approvals.domain.status import OPEN, TRANSITIONS, Status
from tests.unit.domain.stories import SILENCE, Step, Story, play, policies, steps, stories, thorough


@thorough
@given(stories)
def test_no_sequence_leaves_a_terminal_status(story: Story) -> None:
    """Every move is in the table, and a resolution is never touched again."""
    for before, after in zip(story.versions, story.versions[1:], strict=False):
        if after.status is not before.status:
            # One command may first escalate and then resolve.
            assert after.status in TRANSITIONS[before.status]
        assert after.progress.level >= before.progress.level
        if before.status not in OPEN:
            assert replace(after, waiter=before.waiter) == before


@thorough
@given(stories)
def test_no_sequence_resolves_twice(story: Story) -> None:
    """No resolving event while open, exactly one afterwards, and it tells what the request says."""
    resolving = [e for e in story.events if isinstance(e, Approved | Denied | Expired | Cancelled)]
    end = story.end
    if end.resolution is None:
        assert end.is_open
        assert resolving == []
    else:
        (event,) = resolving
        status = (
            SILENCE.get(event.on_expiry, Status.EXPIRED) if isinstance(event, Expired) else Status(event.type)
        )
        assert (status, event.at) == (end.status, end.resolution.at)
        assert event.actor.who == end.resolution.by


@thorough
@given(stories)
def test_no_sequence_resumes_twice(story: Story) -> None:
    """The task is woken at most once."""
    times = [event.at for event in story.events if isinstance(event, Resumed)]
    assert story.end.waiter is not None
    assert times == ([] if story.end.waiter.ended_at is None else [story.end.waiter.ended_at])


@thorough
@given(stories)
def test_no_sequence_approves_without_enough_people(story: Story) -> None:
    """Distinct people fill the quorum, or silence approves because the policy says so."""
    votes = story.end.votes
    assert not any(one.by.is_also(other.by) for one, other in combinations(votes, 2))
    voted = [event for event in story.events if isinstance(event, Voted)]
    edits = [i for i, event in enumerate(story.events) if isinstance(event, Updated) and event.fields]
    since = story.events[edits[-1] :] if edits else story.events
    assert [event.actor.id for event in since if event in voted] == [vote.by.id for vote in votes]
    assert all(event.actor.kind is ActorKind.PERSON for event in voted)
    assert all(event.counted_as for event in voted)
    if story.end.status is Status.APPROVED and isinstance(story.end.resolution, Lapsed):
        assert story.policy.on_expiry is OnExpiry.APPROVE
    elif story.end.status is Status.APPROVED:
        assert [vote.verdict for vote in votes] == [Verdict.APPROVE] * story.policy.quorum


@thorough
@given(stories)
def test_no_sequence_lets_anybody_approve_what_they_edited(story: Story) -> None:
    """Nor two editors each other's text for the other."""
    edits = [event for event in story.events if isinstance(event, Updated)]
    for vote in story.end.votes:
        if vote.verdict is Verdict.APPROVE:
            assert not any(edit.actor.is_also(vote.by) for edit in edits if edit.at <= vote.at)


@thorough
@given(policies(), st.lists(steps, max_size=8))
def test_no_sequence_of_edits_brings_silence_that_approves_forward(terms: Policy, tries: list[Step]) -> None:
    """Left alone from its opening on, the request would have been approved no later."""
    silent = replace(terms, on_expiry=OnExpiry.APPROVE)
    untouched = approved_by_silence(play(silent, []).end)
    end = play(silent, [replace(step, command="edit") for step in tries]).end
    edited = approved_by_silence(end)
    assert not any(edit.fields or edit.approvers for edit in end.edits)
    assert edited is None or (untouched is not None and edited >= untouched)


def approved_by_silence(approval: Approval) -> datetime | None:
    """When silence approves it, or has; None: it waits for ever."""
    while approval.is_open and approval.progress.expires_at is not None:
        approval = advance(approval, approval.progress.expires_at).approval
    return None if approval.resolution is None else approval.resolution.at


@thorough
@given(stories)
def test_no_sequence_changes_a_version_in_place(story: Story) -> None:
    """What was handed out once stays as it was."""
    assert story.versions == story.copies


@thorough
@given(stories)
def test_the_record_is_in_order_and_signed(story: Story) -> None:
    """Times never go backwards, every fact has an actor, and each escalation is there."""
    assert isinstance(story.events[0], Opened)
    times = [event.at for event in story.events]
    assert times == sorted(times)
    assert all(event.actor.id and event.actor.name for event in story.events)
    escalations = [event.level for event in story.events if isinstance(event, Escalated)]
    assert escalations == list(range(1, story.end.progress.level + 1))


@thorough
@given(stories)
def test_an_open_request_is_never_left_behind_by_time(story: Story) -> None:
    """Advancing to the deadline always moves on, and ends within as many steps as there are levels."""
    approval, moves = story.end, 0
    while approval.is_open and approval.progress.expires_at is not None:
        # The deadline may have passed before the last command of the story.
        change = advance(approval, max(approval.progress.expires_at, story.events[-1].at))
        approval = change.approval
        assert len(change.events) == 1
        moves += 1
    assert moves <= len(story.policy.levels) - story.end.progress.level


def test_the_sequences_go_everywhere() -> None:
    """The properties above are about every outcome, before and after an escalation, and about refusals."""
    ends: set[tuple[Status, bool]] = set()
    late_answers, half_quorums, refusals, wakings = 0, 0, 0, 0

    @settings(thorough, max_examples=400)
    @given(stories)
    def look(story: Story) -> None:
        nonlocal late_answers, half_quorums, refusals, wakings
        ends.add((story.end.status, story.end.progress.level > 0))
        refusals += story.refused
        half_quorums += story.end.is_open and bool(story.end.votes)
        wakings += isinstance(story.events[-1], Resumed)
        late_answers += any(
            after.progress.level > before.progress.level and after.votes != before.votes
            for before, after in zip(story.versions, story.versions[1:], strict=False)
        )

    look()
    everywhere = {(status, escalated) for status in Status for escalated in (False, True)}
    assert everywhere - ends == {(Status.PENDING, True), (Status.ESCALATED, False)}
    assert min(late_answers, half_quorums, refusals, wakings) > 0
