"""The error tree."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from airflow_approvals.domain import errors
from airflow_approvals.domain.errors import (
    AlreadyClosed,
    ApprovalError,
    Invalid,
    NotAllowed,
    NotAnApprover,
    NotSignedIn,
)
from airflow_approvals.domain.status import Status
from tests.builders import NOW
from tests.unit.examples import all_errors

ERRORS: list[Any] = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, Exception) and value.__module__ == errors.__name__
]
CODED = [error for error in ERRORS if error is not NotAnApprover]


def drawn_tree() -> dict[str, str | None]:
    """Each name drawn in the module docstring, with the name it hangs from."""
    tree: dict[str, str | None] = {}
    path: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"^    ([│├└─ ]*)([A-Z]\w+)", line):
            depth, name = len(match[1]), match[2]
            path = [(d, n) for d, n in path if d < depth]
            tree[name] = path[-1][1] if path else None
            path.append((depth, name))
    return tree


def test_the_drawn_tree_is_the_real_one() -> None:
    """Every class is drawn under its parent, and nothing else is."""
    real = {error.__name__: error.__bases__[0].__name__ for error in ERRORS if error is not ApprovalError}
    assert drawn_tree() == {"ApprovalError": None, **real}


def test_every_error_is_found_by_walking_from_the_base() -> None:
    """None of them is defined elsewhere, so none is missed by the tests that walk."""
    assert {*all_errors(), ApprovalError} == set(ERRORS)


def test_every_error_has_a_code_of_its_own() -> None:
    """An inherited or shared code could not be told apart by a caller."""
    assert all("code" in vars(error) for error in CODED)
    codes = [error.code for error in CODED]
    assert len(set(codes)) == len(codes)


def test_not_being_an_approver_is_a_refusal_like_others_told_by_its_rule() -> None:
    """The one class without a code of its own: to a program it is one rule of many."""
    error = NotAnApprover(name="ana", asked=("role manager",), held=())
    assert "code" not in vars(NotAnApprover)
    assert (error.code, error.rule) == (NotAllowed.code, "approver_of_reached_level")


@pytest.mark.parametrize("error", CODED)
def test_a_code_is_the_name_in_snake_case(error: type[ApprovalError]) -> None:
    """So the one can be found from the other."""
    name = "Error" if error is ApprovalError else error.__name__
    assert error.code == re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@pytest.mark.parametrize(
    "error", [NotSignedIn("because"), NotAllowed("because", rule="a_rule"), Invalid("because")]
)
def test_an_error_that_explains_itself_says_its_detail(error: NotSignedIn | NotAllowed | Invalid) -> None:
    """For the reply, and for a log line."""
    assert (error.detail, str(error)) == ("because", "because")


def test_a_conflict_with_a_closed_request_carries_who_was_first() -> None:
    """For the reply, and in short for a log line."""
    error = AlreadyClosed(status=Status.DENIED, by="ana", by_kind="person", at=NOW)
    assert (error.status, error.by, error.by_kind, error.at) == (Status.DENIED, "ana", "person", NOW)
    assert str(error) == "denied by person ana at 2026-01-05T09:00:00+00:00"


def test_a_person_who_is_not_asked_is_told_from_those_who_are() -> None:
    """Names and roles as they are, and in short for a log line."""
    error = NotAnApprover(name="ana", asked=("role manager", "user bo"), held=("auditor",))
    assert (error.name, error.asked, error.held) == ("ana", ("role manager", "user bo"), ("auditor",))
    assert str(error) == "ana is not one of ('role manager', 'user bo')"


def test_a_refusal_names_its_rule() -> None:
    """Always: nothing is refused for no reason."""
    assert NotAllowed("no", rule="person_decides").rule == "person_decides"
    with pytest.raises(TypeError, match="rule"):
        NotAllowed("no")  # type: ignore[call-arg]
