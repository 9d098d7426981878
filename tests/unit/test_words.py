"""What each error says to people."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from airflow_approvals.domain import errors
from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.rules import approver_of_reached_level, closed
from airflow_approvals.domain.status import Status
from airflow_approvals.wire.words import words
from tests.builders import HOUR, MANAGER, NOW, STRANGER, level, no, opened, person, policy, role, user, yes
from tests.unit.examples import ERRORS, all_errors

WORDS = {
    errors.NotSignedIn: "Sign in first.",
    errors.NotAllowed: "No.",
    errors.NotAnApprover: (
        "This request is decided by role manager, user bo; ana holds auditor, viewer. "
        "Ask one of them, or ask your administrator for the role."
    ),
    errors.NotFound: "No approval with this id is visible to you.",
    errors.Conflict: "The request is not in a state in which this can be done.",
    errors.AlreadyClosed: (
        "This request is closed: denied by ana at 2026-01-05 09:00:00 UTC. Your command changed nothing."
    ),
    errors.AlreadyVoted: "You have answered this request already; another approver has to answer too.",
    errors.StillOpen: "This request is open: cancel it first, or wait for the decision.",
    errors.NotDelivered: "The task has yet to go on with the decision; try again in a minute.",
    errors.ContentDiffers: (
        "This task instance has asked already, with other content. Clear the task to ask anew."
    ),
    errors.ChangedMeanwhile: "Others kept changing this request; look at it and try again.",
    errors.NewerVersion: (
        "A newer version of airflow-provider-approvals opened this request; install that version to act "
        "on it. Deleting it, once it is closed, works with this one."
    ),
    errors.Kept: "[approvals] retention_days keeps this record until 2026-01-05 09:00:00 UTC.",
    errors.ContentChanged: (
        "This request changed since you read it: its subject, its details. "
        "Your answer was not taken; read it again, then answer."
    ),
    errors.TooManyEdits: "A request takes 100 edits; cancel this one and open another.",
    errors.VersionDiffers: (
        "The request changed since you read it; it is at version 3 now. Nothing was changed; read it again, "
        "then change it."
    ),
    errors.Invalid: "subject is empty.",
    errors.TooManyRequests: "You ask too often; try again in 7 s.",
    errors.Unavailable: "The database does not answer. Nothing was changed; try again in 5 s.",
}


def test_every_error_has_an_example_with_words() -> None:
    """A new one fails here until it says something."""
    assert set(WORDS) == set(all_errors())
    assert {type(error) for error in ERRORS} == set(all_errors())


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_says_this(error: errors.ApprovalError) -> None:
    """What is wrong, and what to do next."""
    assert words(error) == WORDS[type(error)]


def test_a_record_kept_for_ever_says_why() -> None:
    """There is no day to wait for."""
    assert words(errors.Kept(until=None)) == (
        "Records are kept for ever here: [approvals] retention_days is 0."
    )


def silent(on_expiry: OnExpiry) -> Approval:
    """A request nobody answered."""
    return advance(opened(policy=policy(level(role("manager")), on_expiry=on_expiry)), NOW + HOUR).approval


def cancelled_by(actor: str) -> Approval:
    """A request that was called off by the system, or by a person of that name."""
    by = SYSTEM if actor == "the system" else person(actor)
    return cancel(opened(), Cancellation(actor=by, reason="superseded"), NOW).approval


@pytest.mark.parametrize(
    ("approval", "how"),
    [
        (
            decide(opened(), yes(MANAGER), NOW).approval,
            "approved by first-manager at 2026-01-05 09:00:00 UTC",
        ),
        (decide(opened(), no(MANAGER), NOW).approval, "denied by first-manager at 2026-01-05 09:00:00 UTC"),
        (silent(OnExpiry.FAIL), "expired, because nobody answered in time, at 2026-01-05 10:00:00 UTC"),
        (silent(OnExpiry.SKIP), "expired, because nobody answered in time, at 2026-01-05 10:00:00 UTC"),
        (silent(OnExpiry.APPROVE), "approved, because nobody answered in time, at 2026-01-05 10:00:00 UTC"),
        (silent(OnExpiry.DENY), "denied, because nobody answered in time, at 2026-01-05 10:00:00 UTC"),
        (cancelled_by("the system"), "cancelled by system at 2026-01-05 09:00:00 UTC"),
        (cancelled_by("ana"), "cancelled by ana at 2026-01-05 09:00:00 UTC"),
        (cancelled_by("system"), "cancelled by system at 2026-01-05 09:00:00 UTC"),
        (
            decide(opened(), no(person("system", "manager")), NOW).approval,
            "denied by system at 2026-01-05 09:00:00 UTC",
        ),
    ],
)
def test_a_late_command_is_told_who_or_what_was_first(approval: Approval, how: str) -> None:
    """A person by name, whatever it is; silence as what it is, never as a name; times in UTC."""
    error = closed(approval)
    assert error is not None
    assert words(error) == f"This request is closed: {how}. Your command changed nothing."


@pytest.mark.parametrize("hours", [9, -5])
def test_the_time_is_in_utc_wherever_it_comes_from(hours: int) -> None:
    """It says so, so it has to be."""
    at = NOW.astimezone(timezone(timedelta(hours=hours)))
    error = errors.AlreadyClosed(status=Status.DENIED, by="ana", by_kind="person", at=at)
    assert "at 2026-01-05 09:00:00 UTC." in words(error)


def test_a_person_is_told_whom_to_ask_and_what_they_lack() -> None:
    """Without reading a manual; later levels are not named."""
    approval = opened(policy=policy(level(role("manager"), user("x")), level(role("director"))))
    error = approver_of_reached_level(approval, person("y", "viewer", "auditor"))
    assert error is not None
    assert "decided by role manager, user x; y holds auditor, viewer." in words(error)
    assert "director" not in words(error)


def test_a_person_without_a_role_is_told_so() -> None:
    """An empty list would read like a broken sentence."""
    error = approver_of_reached_level(opened(), STRANGER)
    assert error is not None
    assert "a-stranger holds no role." in words(error)


def test_what_is_not_found_is_told_the_same_way_every_time() -> None:
    """An invisible request and an unknown one read alike, whatever a line of code may have put into it."""
    assert words(errors.NotFound("it exists")) == words(errors.NotFound())
