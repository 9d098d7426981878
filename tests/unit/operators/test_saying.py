"""What a gate says in its task's log."""

from __future__ import annotations

from datetime import timedelta

import pytest

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.operators import saying
from airflow_approvals.wire.approval import ApprovalShape
from tests.builders import HOUR, MINUTE, NOW, escalated, level, no, opened, person, policy, role, user, yes

BIDI_NAME = "ana\u202e\u200b"


def shape(approval: Approval) -> ApprovalShape:
    """Give what the worker is told."""
    return ApprovalShape.of(approval)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=3) - timedelta(seconds=1), "in 3 hours"),
        (timedelta(hours=3) - timedelta(milliseconds=1), "in 3 hours"),
        (timedelta(hours=3), "in 3 hours"),
        (timedelta(minutes=45) - timedelta(seconds=2), "in 45 minutes"),
        (timedelta(minutes=90) - timedelta(seconds=2), "in 1 hour 30 minutes"),
        (timedelta(hours=1) - timedelta(seconds=2), "in 1 hour"),
        (timedelta(days=1) - timedelta(seconds=2), "in 1 day"),
        (timedelta(hours=26) - timedelta(seconds=2), "in 1 day 2 hours"),
        (timedelta(days=7) - timedelta(seconds=2), "in 1 week"),
        (timedelta(days=10) - timedelta(seconds=2), "in 10 days"),
        (timedelta(days=3650), "in 3650 days"),
        (timedelta(seconds=118), "in 2 minutes"),
        (timedelta(seconds=29), "in 30 seconds"),
        (timedelta(seconds=0.2), "in 5 seconds"),
        (timedelta(0), "now"),
        (-MINUTE, "now"),
    ],
    ids=str,
)
def test_time_left_is_rounded_as_people_speak(left: timedelta, words: str) -> None:
    """Some seconds have passed since the request opened; three hours are three hours all the same."""
    assert saying.time_left(left.total_seconds()) == words


def test_the_wait_names_who_is_asked_and_until_when() -> None:
    """The moment for programs, the time left for people."""
    waiting = shape(opened(policy=policy(level(role("manager"), user("bo"), timeout=HOUR))))
    assert saying.asked(waiting) == "role manager, user bo"
    assert saying.until(waiting, NOW + timedelta(seconds=3)) == "until 2026-01-05 10:00:00 UTC (in 1 hour)"
    endless = shape(opened(policy=policy(level(role("manager"), timeout=None))))
    assert saying.until(endless, NOW) == "until somebody answers"


def test_an_escalation_names_who_did_not_answer_and_who_is_asked_as_well() -> None:
    """And since when, for a log that is written later."""
    assert saying.escalation(shape(escalated(opened()))) == (
        "Escalated: role manager did not answer in time; role director is asked as well "
        "since 2026-01-05 10:00:00 UTC"
    )


@pytest.mark.parametrize(
    ("on_expiry", "words"),
    [
        (OnExpiry.FAIL, "Nobody decided in time: role manager"),
        (OnExpiry.SKIP, "Nobody decided in time: role manager"),
        (OnExpiry.APPROVE, "Nobody decided in time: role manager; approved, as on_expiry says"),
        (OnExpiry.DENY, "Nobody decided in time: role manager; denied, as on_expiry says"),
    ],
)
def test_silence_is_said_as_such(on_expiry: OnExpiry, words: str) -> None:
    """Never as if a person had decided."""
    silent = opened(policy=policy(level(role("manager")), on_expiry=on_expiry))
    assert saying.ending(shape(advance(silent, NOW + HOUR).approval)) == words


def test_what_people_wrote_shows_its_unseen_characters_in_one_line() -> None:
    """Nobody writes a line of the log that looks like ours, or hides what they said."""
    ana = person(BIDI_NAME, "manager")
    approved = decide(
        opened(), yes(ana, "fine\n[INFO] Approved by \u2066boss\x1b[31m"), NOW + MINUTE
    ).approval
    assert saying.ending(shape(approved)) == (
        r"Approved by ana\u202e\u200b: fine [INFO] Approved by \u2066boss\u001b[31m"
    )


def test_a_person_who_said_nothing_said_nothing() -> None:
    """An empty comment is told from one that did not arrive."""
    denied = decide(opened(), no(person("ana", "manager")), NOW + MINUTE).approval
    assert saying.ending(shape(denied)) == "Denied by ana: no comment"
