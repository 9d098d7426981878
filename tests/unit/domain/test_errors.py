"""The error tree."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from airflow_approvals.domain import errors
from airflow_approvals.domain.errors import ApprovalError, NotAllowed, NotFound

ERRORS: list[Any] = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, Exception) and value.__module__ == errors.__name__
]


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


def test_every_error_has_a_code_of_its_own() -> None:
    """An inherited or shared code could not be told apart by a caller."""
    assert all("code" in vars(error) for error in ERRORS)
    codes = [error.code for error in ERRORS]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("error", ERRORS)
def test_a_code_is_the_name_in_snake_case(error: type[ApprovalError]) -> None:
    """So the one can be found from the other."""
    name = "Error" if error is ApprovalError else error.__name__
    assert error.code == re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_says_its_detail(error: type[ApprovalError]) -> None:
    """For the reply, and for a log line."""
    raised = error("because")
    assert (raised.detail, str(raised)) == ("because", "because")


def test_a_refusal_names_its_rule() -> None:
    """Known or not."""
    assert NotAllowed("no", rule="person_decides").rule == "person_decides"
    assert NotAllowed("no").rule == "unknown"


def test_what_is_not_found_is_told_the_same_way_every_time() -> None:
    """An invisible request and an unknown one read alike."""
    assert NotFound().detail == "No approval with this id is visible to you."
