"""The one table between errors and HTTP answers is complete, and reads the same in both directions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from airflow_approvals.domain.errors import ApprovalError, NotAllowed
from airflow_approvals.problems import STATUS_OF, error_of, problem_of
from airflow_approvals.wire import Problem


def all_errors(base: type[ApprovalError] = ApprovalError) -> Iterator[type[ApprovalError]]:
    """Give every error of the domain, the base left out."""
    for error in base.__subclasses__():
        yield error
        yield from all_errors(error)


def test_every_error_has_a_status() -> None:
    """One that is forgotten would be answered as a bug of ours."""
    assert set(STATUS_OF) == set(all_errors())


def test_only_the_documented_statuses_are_used() -> None:
    """Bad input is never answered with anything else."""
    assert set(STATUS_OF.values()) == {401, 403, 404, 409, 422}


def test_codes_are_told_apart() -> None:
    """Each error has one of its own."""
    assert len({error.code for error in STATUS_OF}) == len(STATUS_OF)


@pytest.mark.parametrize("error", STATUS_OF, ids=lambda error: error.code)
def test_an_error_survives_the_way(error: type[ApprovalError]) -> None:
    """Class, words and rule."""
    sent = NotAllowed("words", rule="some_rule") if error is NotAllowed else error("words")
    received = error_of(Problem.model_validate_json(problem_of(sent).model_dump_json()))
    assert type(received) is error
    assert vars(received) == vars(sent)


def test_a_code_of_another_version_is_no_error_of_ours() -> None:
    """The caller then says so, in place of guessing."""
    assert error_of(Problem(detail="words", code="teapot")) is None


def test_a_refusal_without_a_rule_is_still_a_refusal() -> None:
    """Proxies may shorten what they pass on."""
    refusal = error_of(Problem(detail="words", code="not_allowed"))
    assert isinstance(refusal, NotAllowed)
    assert refusal.rule == "unknown"
