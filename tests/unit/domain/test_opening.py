"""Opening a request."""

from __future__ import annotations

from datetime import timedelta

import pytest

from airflow_approvals.domain.approval import Approval, Origin, Progress
from airflow_approvals.domain.commands.open import open_request
from airflow_approvals.domain.content import MAX_SUBJECT_LENGTH, Content
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.events import Opened
from airflow_approvals.domain.people import Actor, ActorKind, Who
from airflow_approvals.domain.status import Status
from tests.builders import (
    HOUR,
    MINUTE,
    NOW,
    TICK,
    content,
    level,
    opened,
    opening,
    person,
    policy,
    role,
    task,
)


def test_a_new_request_waits_at_the_first_level() -> None:
    """Everything given is kept, nothing is decided yet, and the deadline is that of level 0."""
    given = opening(content=content(metadata={"ticket": 7}))
    approval = open_request(given, NOW).approval
    assert approval == Approval(
        id=given.id,
        origin=given.origin,
        content=Content(subject="Release 1.2", body="Built from the main branch.", metadata={"ticket": 7}),
        policy=policy(),
        requested_by="release-team",
        created_at=NOW,
        progress=Progress(level=0, asked_at=NOW, expires_at=NOW + HOUR),
        resolution=None,
        votes=(),
        waiter=given.waiter,
        version=1,
    )
    assert (approval.status, approval.is_open, approval.recorded) == (Status.PENDING, True, 0)


def test_opening_is_recorded_with_actor_time_and_deadline() -> None:
    """The trail starts with the first fact."""
    assert open_request(opening(), NOW).events == (Opened(at=NOW, actor=task(), expires_at=NOW + HOUR),)


def test_a_level_without_timeout_opens_without_deadline() -> None:
    """It waits for ever, and the record says so."""
    change = open_request(opening(policy=policy(level(role("manager"), timeout=None))), NOW)
    assert change.approval.progress.expires_at is None
    assert change.events == (Opened(at=NOW, actor=task(), expires_at=None),)


def test_a_given_deadline_replaces_that_of_the_first_level() -> None:
    """The policy itself stays as it is."""
    change = open_request(opening(expires_at=NOW + MINUTE), NOW)
    assert change.approval.progress.expires_at == NOW + MINUTE
    assert change.events == (Opened(at=NOW, actor=task(), expires_at=NOW + MINUTE),)
    assert change.approval.policy == policy()


def test_a_given_deadline_may_come_as_soon_as_a_moment_from_now() -> None:
    """Whatever the level's own timeout."""
    assert opened(expires_at=NOW + TICK).progress.expires_at == NOW + TICK


@pytest.mark.parametrize("ago", [timedelta(0), TICK, HOUR])
def test_a_given_deadline_must_lie_in_the_future(ago: timedelta) -> None:
    """A request that is born expired asks nobody."""
    with pytest.raises(Invalid, match="not in the future"):
        opened(expires_at=NOW - ago)


@pytest.mark.parametrize("subject", ["", " ", "\n\t"])
def test_a_subject_is_needed(subject: str) -> None:
    """People must see what they approve."""
    with pytest.raises(Invalid, match="subject is empty"):
        content(subject=subject)


def test_blanks_around_the_subject_are_dropped() -> None:
    """They come from templates, and would break lists and searches."""
    assert content(subject="  Release 1.2\n").subject == "Release 1.2"


def test_a_subject_has_a_longest_length() -> None:
    """Counted without the blanks around it."""
    longest = "x" * MAX_SUBJECT_LENGTH
    assert content(subject=f" {longest} ").subject == longest
    with pytest.raises(Invalid, match=f"longer than {MAX_SUBJECT_LENGTH}"):
        content(subject=longest + "x")


def test_metadata_is_a_copy() -> None:
    """What the caller does to the dictionary afterwards changes no request."""
    metadata = {"ticket": 7}
    approval = opened(content=content(metadata=metadata))
    metadata["ticket"] = 8
    assert approval.content.metadata == {"ticket": 7}


def test_a_request_may_be_opened_by_a_person_for_nobody_in_particular() -> None:
    """By hand, ``requested_by`` may be unknown and no task waits; the actor of the event never is."""
    by_hand = person("x")
    change = open_request(opening(actor=by_hand, requested_by=None, waiter=None), NOW)
    assert (change.approval.requested_by, change.approval.waiter) == (None, None)
    (event,) = change.events
    assert event.actor == by_hand


def test_the_origin_of_the_command_is_copied_into_the_record() -> None:
    """A command line leaves the operating-system user behind, beside what it did."""
    by_hand = person("x", os_user="ops")
    (event,) = open_request(opening(actor=by_hand), NOW).events
    assert event == Opened(at=NOW, actor=by_hand, expires_at=NOW + HOUR)
    assert event.actor.os_user == "ops"


def test_a_subject_is_one_line() -> None:
    """Line breaks and runs of blanks become single blanks."""
    assert content(subject="  Deploy\n\t1.2  now ").subject == "Deploy 1.2 now"


def test_a_request_is_about_no_mapped_task_unless_told() -> None:
    """With Airflow's own number for that."""
    assert Origin(dag_id="release", run_id="r").map_index == -1


@pytest.mark.parametrize("kind", [Actor, Who])
@pytest.mark.parametrize("empty", ["id", "name"])
def test_an_actor_is_never_empty(kind: type[Who], empty: str) -> None:
    """The record never says nobody."""
    with pytest.raises(Invalid, match="actor"):
        kind(**{"kind": ActorKind.PERSON, "id": "1", "name": "ana", empty: ""})


def test_what_is_remembered_of_an_actor_is_who_they_are() -> None:
    """Neither the roles of that moment nor where the command came from."""
    actor = person("x", "manager", os_user="ops")
    assert actor.who == Who(kind=ActorKind.PERSON, id="id-x", name="x")
