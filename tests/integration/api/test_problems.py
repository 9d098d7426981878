"""The one table between errors and HTTP, read in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from airflow_approvals.api.problems import STATUS_OF
from airflow_approvals.domain.errors import (
    AlreadyClosed,
    ApprovalError,
    ContentChanged,
    Invalid,
    Kept,
    NotAllowed,
    NotAnApprover,
    NotSignedIn,
    TooManyEdits,
    TooManyRequests,
    Unavailable,
    VersionDiffers,
)
from airflow_approvals.domain.status import Status
from airflow_approvals.wire.problems import Problem, error_of, problem_of
from airflow_approvals.wire.words import words
from tests.integration.api.server import Server, moment, problem

DOCUMENTED = {401, 403, 404, 409, 412, 422, 429, 503}


def _below(error: type[ApprovalError]) -> Iterator[type[ApprovalError]]:
    for subclass in error.__subclasses__():
        yield subclass
        yield from _below(subclass)


ERRORS = sorted(set(_below(ApprovalError)), key=lambda error: error.__name__)
# What an error needs to be raised; those that are not here take nothing.
KNOWN: dict[type[ApprovalError], dict[str, Any]] = {
    NotSignedIn: {"detail": "Do this next."},
    NotAllowed: {"detail": "Do this next.", "rule": "some_rule"},
    NotAnApprover: {"name": "ana", "asked": ("role manager", "user bo"), "held": ("viewer",)},
    Invalid: {"detail": "Do this next."},
    AlreadyClosed: {
        "status": Status.DENIED,
        "by": "ana",
        "by_kind": "person",
        "at": datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc),
    },
    Kept: {"until": None},
    ContentChanged: {"fingerprint": "f" * 64, "changed": ("body",)},
    TooManyEdits: {"limit": 100},
    VersionDiffers: {"version": 3},
    TooManyRequests: {"retry_after_seconds": 7},
    Unavailable: {"retry_after_seconds": 5},
}


def test_every_error_has_a_status() -> None:
    """A new error cannot be forgotten; the base is never raised and has none."""
    assert STATUS_OF.keys() == set(ERRORS)
    assert set(STATUS_OF.values()) == DOCUMENTED


def test_an_error_answers_as_its_parent_does() -> None:
    """What is a conflict for the code that catches it is one on the wire."""
    for error, status in STATUS_OF.items():
        for parent in error.__mro__[1:]:
            assert STATUS_OF.get(parent, status) == status, error


def test_codes_are_stable_and_unique() -> None:
    """Programs depend on these words; who is not asked is one more who is not allowed."""
    assert {error.__name__: error.code for error in ERRORS} == {
        "AlreadyClosed": "already_closed",
        "AlreadyVoted": "already_voted",
        "ChangedMeanwhile": "changed_meanwhile",
        "NewerVersion": "newer_version",
        "Conflict": "conflict",
        "ContentChanged": "content_changed",
        "ContentDiffers": "content_differs",
        "Invalid": "invalid",
        "Kept": "kept",
        "NotAllowed": "not_allowed",
        "NotAnApprover": "not_allowed",
        "NotDelivered": "not_delivered",
        "NotFound": "not_found",
        "NotSignedIn": "not_signed_in",
        "StillOpen": "still_open",
        "TooManyEdits": "too_many_edits",
        "TooManyRequests": "too_many_requests",
        "Unavailable": "unavailable",
        "VersionDiffers": "version_differs",
    }


@pytest.mark.parametrize("error", ERRORS)
def test_the_client_gets_back_what_the_server_raised(error: type[ApprovalError]) -> None:
    """Same class, same words, same attributes, after a trip through JSON.

    Of a person who is not asked only the rule and the words travel: the client knows them as not allowed.
    """
    raised = error(**KNOWN.get(error, {}))
    sent = problem_of(raised).model_dump_json(exclude_none=True)
    received = error_of(Problem.model_validate_json(sent))
    assert received is not None
    assert words(received) == words(raised)
    if isinstance(raised, NotAnApprover):
        assert type(received) is NotAllowed
        assert received.rule == raised.rule
    else:
        assert type(received) is error
        assert vars(received) == vars(raised)


def test_words_are_sentences() -> None:
    """Nobody is shown the name of a class, a tuple, or nothing."""
    for error in ERRORS:
        said = words(error(**KNOWN.get(error, {})))
        assert said.endswith("."), error
        assert error.__name__ not in said
        assert "(" not in said, error


def test_an_unknown_code_is_no_error_of_ours() -> None:
    """The client then knows that something else answered."""
    assert error_of(Problem(detail="Bad gateway", code="http_error")) is None
    assert error_of(Problem(detail="Closed, by whom is not said", code="already_closed")) is None


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("how", "closed", "told"),
    [
        ("manager", ("approved", "manager", "person"), "approved by manager at"),
        ("system", ("approved", "system", "person"), "approved by system at"),
        ("silence", ("expired", "system", "system"), "expired, because nobody answered in time, at"),
        (
            "approving silence",
            ("approved", "system", "system"),
            "approved, because nobody answered in time, at",
        ),
        ("failed task", ("cancelled", "system", "system"), "cancelled by system at"),
    ],
)
def test_a_closed_request_says_how_by_whom_and_when(
    fab: Server, how: str, closed: tuple[str, str, str], told: str
) -> None:
    """A person whose name is system is told from nobody: by the kind, and in words."""
    task = fab.new_task()
    on_expiry = "approve" if how == "approving silence" else "fail"
    approval = fab.open(task, escalate_role=None, on_expiry=on_expiry)
    if how == "failed task":
        fab.set_state(task, "failed")
    elif how.endswith("silence"):
        fab.let_deadline_pass(approval)
    else:
        fab.approve(approval["id"], by=how)

    response = fab.post(f"/approvals/{approval['id']}/deny", by=fab.person("manager"))

    assert problem(response) == (409, "already_closed", None)
    body = response.json()
    after = fab.read(approval["id"])
    status, by, kind = closed
    assert body["closed"] == {"status": status, "by": by, "by_kind": kind, "at": after["resolved_at"]}
    assert (after["status"], after["actor_name"], after["actor_kind"]) == closed
    assert (
        f"This request is closed: {told} {moment(after['resolved_at']):%Y-%m-%d %H:%M:%S} UTC."
        in body["detail"]
    )
    error = error_of(Problem.model_validate(body))
    assert isinstance(error, AlreadyClosed)
    assert (error.status.value, error.by, error.by_kind) == closed
    assert error.at == moment(after["resolved_at"])
