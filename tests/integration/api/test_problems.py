"""The one table between errors and HTTP, read in both directions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from airflow_approvals.domain.errors import ApprovalError, NotAllowed
from airflow_approvals.problems import STATUS_OF, error_of, problem_of
from airflow_approvals.wire import Problem

DOCUMENTED = {401, 403, 404, 409, 422}


def _below(error: type[ApprovalError]) -> Iterator[type[ApprovalError]]:
    for subclass in error.__subclasses__():
        yield subclass
        yield from _below(subclass)


ERRORS = sorted(set(_below(ApprovalError)), key=lambda error: error.__name__)


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
    """Programs depend on these words."""
    assert {error.__name__: error.code for error in ERRORS} == {
        "AlreadyClosed": "already_closed",
        "AlreadyVoted": "already_voted",
        "ChangedMeanwhile": "changed_meanwhile",
        "Conflict": "conflict",
        "ContentDiffers": "content_differs",
        "Invalid": "invalid",
        "NotAllowed": "not_allowed",
        "NotDelivered": "not_delivered",
        "NotFound": "not_found",
        "NotSignedIn": "not_signed_in",
        "StillOpen": "still_open",
    }


@pytest.mark.parametrize("error", ERRORS)
def test_the_client_gets_back_what_the_server_raised(error: type[ApprovalError]) -> None:
    """Same class, same words, and for a refusal the same rule, after a trip through JSON."""
    raised = error("Do this next.", rule="some_rule") if error is NotAllowed else error("Do this next.")
    sent = problem_of(raised).model_dump_json(exclude_none=True)
    received = error_of(Problem.model_validate_json(sent))
    assert type(received) is error
    assert received.detail == "Do this next."
    assert vars(received) == vars(raised)


def test_an_unknown_code_is_no_error_of_ours() -> None:
    """The client then knows that something else answered."""
    assert error_of(Problem(detail="Bad gateway", code="http_error")) is None
