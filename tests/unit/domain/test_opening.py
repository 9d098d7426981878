"""Opening a request."""

from __future__ import annotations

from datetime import timedelta

import pytest

from airflow_approvals.domain.approval import Actor, ActorKind, Approval, Event, EventType
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.lifecycle import MAX_SUBJECT_LENGTH, open_request
from airflow_approvals.domain.status import Status
from tests.builders import HOUR, MINUTE, NOW, TICK, level, open_arguments, opened, person, policy, role, task


def test_a_new_request_waits_at_the_first_level() -> None:
    """Everything given is kept, nothing is decided yet, and the deadline is that of level 0."""
    given = open_arguments(metadata={"ticket": 7})
    approval, _ = open_request(**given)
    assert approval == Approval(
        id=given["id"],
        origin=given["origin"],
        subject="Release 1.2",
        body="Built from the main branch.",
        policy=policy(),
        requested_by="release-team",
        created_at=NOW,
        metadata={"ticket": 7},
        status=Status.PENDING,
        level=0,
        expires_at=NOW + HOUR,
        votes=(),
        version=1,
    )


def test_opening_is_recorded_with_actor_time_and_deadline() -> None:
    """The trail starts with the first fact."""
    _, events = open_request(**open_arguments())
    assert events == (
        Event(
            type=EventType.OPENED, at=NOW, actor=task(), detail={"expires_at": "2026-01-05T10:00:00+00:00"}
        ),
    )


def test_a_level_without_timeout_opens_without_deadline() -> None:
    """It waits for ever, and the record says so."""
    approval, (event,) = open_request(**open_arguments(policy=policy(level(role("manager"), timeout=None))))
    assert approval.expires_at is None
    assert event.detail == {"expires_at": None}


def test_a_given_deadline_replaces_that_of_the_first_level() -> None:
    """The policy itself stays as it is."""
    approval, (event,) = open_request(**open_arguments(expires_at=NOW + MINUTE))
    assert approval.expires_at == NOW + MINUTE
    assert event.detail == {"expires_at": "2026-01-05T09:01:00+00:00"}
    assert approval.policy == policy()


@pytest.mark.parametrize("ago", [timedelta(0), TICK, HOUR])
def test_a_given_deadline_must_lie_in_the_future(ago: timedelta) -> None:
    """A request that is born expired asks nobody."""
    with pytest.raises(Invalid, match="not in the future"):
        opened(expires_at=NOW - ago)


@pytest.mark.parametrize("subject", ["", " ", "\n\t"])
def test_a_subject_is_needed(subject: str) -> None:
    """People must see what they approve."""
    with pytest.raises(Invalid, match="subject is empty"):
        opened(subject=subject)


def test_blanks_around_the_subject_are_dropped() -> None:
    """They come from templates, and would break lists and searches."""
    assert opened(subject="  Release 1.2\n").subject == "Release 1.2"


def test_a_subject_has_a_longest_length() -> None:
    """Counted without the blanks around it."""
    longest = "x" * MAX_SUBJECT_LENGTH
    assert opened(subject=f" {longest} ").subject == longest
    with pytest.raises(Invalid, match=f"longer than {MAX_SUBJECT_LENGTH}"):
        opened(subject=longest + "x")


def test_metadata_is_a_copy() -> None:
    """What the caller does to the dictionary afterwards changes no request."""
    metadata = {"ticket": 7}
    approval = opened(metadata=metadata)
    metadata["ticket"] = 8
    assert approval.metadata == {"ticket": 7}


def test_a_request_may_be_opened_by_a_person_for_nobody_in_particular() -> None:
    """By hand, ``requested_by`` may be unknown; the actor of the event never is."""
    by_hand = person("x")
    approval, (event,) = open_request(**open_arguments(actor=by_hand, requested_by=None))
    assert approval.requested_by is None
    assert event.actor == by_hand


def test_the_origin_of_the_command_is_copied_into_the_record() -> None:
    """A command line leaves the operating-system user behind."""
    _, (event,) = open_request(**open_arguments(actor=person("x", via={"channel": "cli", "os_user": "ops"})))
    assert event.detail == {"expires_at": "2026-01-05T10:00:00+00:00", "channel": "cli", "os_user": "ops"}


def test_a_subject_is_one_line() -> None:
    """Line breaks and runs of blanks become single blanks."""
    approval, _ = open_request(**open_arguments(subject="  Deploy\n\t1.2  now "))
    assert approval.subject == "Deploy 1.2 now"


@pytest.mark.parametrize("empty", ["id", "name"])
def test_an_actor_is_never_empty(empty: str) -> None:
    """The record never says nobody."""
    with pytest.raises(Invalid, match="actor"):
        Actor(**{"kind": ActorKind.PERSON, "id": "1", "name": "ana", empty: ""})


def test_where_a_command_came_from_never_hides_what_it_did() -> None:
    """The facts of an event win over what the actor brings along."""
    actor = person("x", via={"expires_at": "never", "channel": "cli"})
    _, (event,) = open_request(**open_arguments(actor=actor))
    assert event.detail["expires_at"] != "never"
    assert event.detail["channel"] == "cli"
