"""What an answer must have: who says yes did not write it, and has read it as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.edit import MAX_EDITS, Edit, edit
from airflow_approvals.domain.errors import (
    AlreadyClosed,
    AlreadyVoted,
    ContentChanged,
    NotAllowed,
    TooManyEdits,
    VersionDiffers,
)
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.rules import Answer
from airflow_approvals.domain.status import Status
from tests.builders import (
    HOUR,
    MANAGER,
    MINUTE,
    NOW,
    OTHER_MANAGER,
    in_status,
    no,
    opened,
    person,
    policy,
    role,
    user,
    yes,
)

SOON = NOW + MINUTE
EDITS = {
    "subject": {"subject": "Release 1.3"},
    "body": {"body": "Built anew."},
    "metadata": {"metadata": {"ticket": 8}},
    "deadline": {"expires_at": NOW + 9 * HOUR},
    "approvers": {"approvers": [[role("manager"), user("first-manager")], [role("director")]]},
}


def edited(approval: Approval, by: Actor, **values: object) -> Approval:
    """The request after an edit."""
    return edit(approval, Edit(actor=by, **values), SOON).approval  # type: ignore[arg-type]


def seen(fingerprint: str, actor: Actor = OTHER_MANAGER, verdict: Verdict = Verdict.APPROVE) -> Answer:
    """An answer to a certain content."""
    return Answer(actor=actor, verdict=verdict, fingerprint=fingerprint)


@pytest.mark.parametrize("what", EDITS)
def test_who_changed_a_request_cannot_approve_it(what: str) -> None:
    """Whatever they changed; somebody else can."""
    approval = edited(opened(), MANAGER, **EDITS[what])
    with pytest.raises(NotAllowed) as refusal:
        decide(approval, yes(MANAGER), SOON)
    assert refusal.value.rule == "not_own_edit"
    assert decide(approval, yes(OTHER_MANAGER), SOON).approval.status is Status.APPROVED


def test_two_editors_do_not_launder_each_others_edits() -> None:
    """Not only the last one is out."""
    approval = edited(edited(opened(), MANAGER, subject="Release 1.3"), OTHER_MANAGER, subject="Release 1.4")
    for editor in (MANAGER, OTHER_MANAGER):
        with pytest.raises(NotAllowed, match="somebody else"):
            decide(approval, yes(editor), SOON)


def test_to_change_it_back_does_not_help() -> None:
    """The record would show two edits and an approval by the same person."""
    approval = edited(edited(opened(), MANAGER, subject="Release 1.3"), MANAGER, subject="Release 1.2")
    assert approval.content == opened().content
    with pytest.raises(NotAllowed):
        decide(approval, yes(MANAGER), SOON)


@pytest.mark.parametrize("other", [{"id": "another-id"}, {"name": "renamed"}, {"os_user": "ops"}])
def test_an_editor_is_known_on_every_channel(other: dict[str, str]) -> None:
    """By id or by name."""
    approval = edited(opened(), MANAGER, subject="Release 1.3")
    with pytest.raises(NotAllowed):
        decide(approval, yes(replace(MANAGER, **other)), SOON)  # type: ignore[arg-type]


def test_who_changed_a_request_may_deny_it() -> None:
    """Nothing passes by that."""
    approval = edited(opened(), MANAGER, subject="Release 1.3")
    assert decide(approval, no(MANAGER), SOON).approval.status is Status.DENIED


def test_an_edit_without_a_difference_is_none() -> None:
    """Who repeats what is there keeps their voice."""
    approval = edited(opened(), MANAGER, subject="Release 1.2")
    assert decide(approval, yes(MANAGER), SOON).approval.status is Status.APPROVED


@pytest.mark.parametrize("verdict", Verdict)
def test_an_answer_to_what_was_read_counts(verdict: Verdict) -> None:
    """The content is as they saw it."""
    decided = decide(opened(), seen(opened().content.fingerprint, verdict=verdict), SOON).approval
    assert decided.status.value.startswith(verdict.value[:3])


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("field", ["subject", "body", "metadata"])
def test_an_answer_to_what_was_changed_since_is_refused(verdict: Verdict, field: str) -> None:
    """It says what changed, and what there is now."""
    approval = edited(opened(), MANAGER, **EDITS[field])
    with pytest.raises(ContentChanged) as conflict:
        decide(approval, seen(opened().content.fingerprint, verdict=verdict), SOON)
    assert conflict.value.changed == (field,)
    assert conflict.value.fingerprint == approval.content.fingerprint


def test_everything_that_changed_since_is_named() -> None:
    """Over several edits, and nothing that changed before."""
    first = edited(opened(), MANAGER, body="Built anew.")
    last = edited(edited(first, MANAGER, subject="Release 1.3"), MANAGER, metadata={"ticket": 8})
    with pytest.raises(ContentChanged) as conflict:
        decide(last, seen(first.content.fingerprint), SOON)
    assert conflict.value.changed == ("subject", "metadata")


def test_what_was_never_there_differs_in_everything() -> None:
    """Somebody answers another request's text."""
    with pytest.raises(ContentChanged) as conflict:
        decide(opened(), seen("0" * 64), SOON)
    assert conflict.value.changed == ("subject", "body", "metadata")


@pytest.mark.parametrize("what", ["deadline", "approvers"])
def test_what_is_no_content_changes_no_fingerprint(what: str) -> None:
    """They read what they read."""
    approval = edited(opened(), MANAGER, **EDITS[what])
    assert decide(approval, seen(opened().content.fingerprint), SOON).approval.status is Status.APPROVED


def test_closed_comes_first() -> None:
    """A late answer hears who was first, not that the text changed."""
    with pytest.raises(AlreadyClosed):
        decide(in_status(Status.APPROVED), seen("0" * 64), SOON)


def half_approved() -> Approval:
    """One of two answers is there."""
    return decide(opened(policy=policy(quorum=2)), yes(OTHER_MANAGER), SOON).approval


@pytest.mark.parametrize("field", ["subject", "body", "metadata"])
def test_an_edit_of_content_voids_the_answers(field: str) -> None:
    """With two needed, one would have approved the old text and one the new; they may answer again."""
    editor = person("an-editor")
    change = edit(half_approved(), Edit(actor=editor, **EDITS[field]), SOON)  # type: ignore[arg-type]
    assert change.approval.votes == ()
    assert change.events[0].voided == ("second-manager",)  # type: ignore[union-attr]
    again = decide(decide(change.approval, yes(MANAGER), SOON).approval, yes(OTHER_MANAGER), SOON)
    assert again.approval.status is Status.APPROVED


@pytest.mark.parametrize("what", ["deadline", "approvers"])
def test_other_edits_leave_the_answers(what: str) -> None:
    """They are to the same text."""
    change = edit(half_approved(), Edit(actor=person("an-editor"), **EDITS[what]), SOON)  # type: ignore[arg-type]
    assert change.approval.votes == half_approved().votes
    assert change.events[0].voided == ()  # type: ignore[union-attr]
    with pytest.raises(AlreadyVoted):
        decide(change.approval, yes(OTHER_MANAGER), SOON)


def test_an_edit_may_name_the_version_it_knows() -> None:
    """Another one is refused, and nothing changes; the right one is not."""
    with pytest.raises(VersionDiffers) as refusal:
        edited(opened(), MANAGER, subject="Release 1.3", version=7)
    assert refusal.value.version == 1
    assert edited(opened(), MANAGER, subject="Release 1.3", version=1).content.subject == "Release 1.3"


def test_edits_have_an_end() -> None:
    """A record that nobody can read is none; the last allowed one still goes."""
    approval = opened()
    for number in range(MAX_EDITS):
        approval = edited(approval, MANAGER, subject=f"Release {number}")
    assert edited(approval, MANAGER) == approval
    with pytest.raises(TooManyEdits):
        edited(approval, MANAGER, subject="one more")
