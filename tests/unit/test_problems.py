"""The one table between errors and HTTP answers is complete, and answers read the same in both directions."""

from __future__ import annotations

import pytest

from airflow_approvals.api.problems import STATUS_OF
from airflow_approvals.domain.errors import AlreadyClosed, ApprovalError, Kept, NotAllowed, NotAnApprover
from airflow_approvals.domain.people import ActorKind
from airflow_approvals.domain.status import TERMINAL, Status
from airflow_approvals.wire.problems import Problem, error_of, problem_of
from airflow_approvals.wire.words import words
from tests.builders import NOW, TICK
from tests.unit.examples import ERRORS, all_errors


def sent_and_received(error: ApprovalError) -> ApprovalError | None:
    """Send an error as the server does and make an error of it again as the client does."""
    answer = problem_of(error).model_dump_json(exclude_none=True)
    return error_of(Problem.model_validate_json(answer))


def test_every_error_has_a_status() -> None:
    """One that is forgotten would be answered as a bug of ours, and one that is made up by nobody."""
    assert set(STATUS_OF) == set(all_errors())


def test_only_the_documented_statuses_are_used() -> None:
    """Bad input is never answered with anything else."""
    assert set(STATUS_OF.values()) == {401, 403, 404, 409, 412, 422, 429, 503}


@pytest.mark.parametrize("error", list(all_errors()), ids=lambda error: error.__name__)
def test_an_error_is_answered_like_the_one_it_is_a_kind_of(error: type[ApprovalError]) -> None:
    """Who knows only the wider kind still does the right thing."""
    if error.__base__ is not ApprovalError:
        assert STATUS_OF[error] == STATUS_OF[error.__base__]


def test_codes_are_told_apart() -> None:
    """Each error has one of its own, but for the refusals, which their rule tells apart."""
    codes = [error.code for error in STATUS_OF if error is not NotAnApprover]
    assert len(set(codes)) == len(codes)
    assert NotAnApprover.code == NotAllowed.code


@pytest.mark.parametrize(
    "sent", [e for e in ERRORS if type(e) is not NotAnApprover], ids=lambda error: error.code
)
def test_an_error_survives_the_way(sent: ApprovalError) -> None:
    """Class, words and whatever it knows."""
    received = sent_and_received(sent)
    assert type(received) is type(sent)
    assert vars(received) == vars(sent)
    assert words(received) == words(sent)


def test_every_code_is_sent_above() -> None:
    """A new one fails here until it survives the way."""
    assert {error.code for error in ERRORS} == {error.code for error in all_errors()}


@pytest.mark.parametrize("sent", ERRORS, ids=lambda error: type(error).__name__)
def test_an_answer_made_of_a_received_error_is_the_answer_received(sent: ApprovalError) -> None:
    """Nothing is lost however often it is passed on."""
    received = sent_and_received(sent)
    assert received is not None
    assert problem_of(received) == problem_of(sent)


@pytest.mark.parametrize("status", sorted(TERMINAL))
@pytest.mark.parametrize("kind", ActorKind)
def test_how_a_request_was_closed_survives_the_way(status: Status, kind: ActorKind) -> None:
    """To the microsecond, whoever did it, also a person who is called system."""
    sent = AlreadyClosed(status=status, by="system", by_kind=kind.value, at=NOW + TICK)
    received = sent_and_received(sent)
    assert isinstance(received, AlreadyClosed)
    assert vars(received) == vars(sent)
    assert type(received.by_kind) is str


def test_not_being_an_approver_arrives_as_a_refusal_with_its_rule_and_words() -> None:
    """What a caller acts on; who is asked and what they hold is in the words."""
    sent = NotAnApprover(name="ana", asked=("role manager",), held=("viewer",))
    received = sent_and_received(sent)
    assert type(received) is NotAllowed
    assert (received.rule, received.detail) == ("approver_of_reached_level", words(sent))


def test_only_a_refusal_has_a_rule_and_only_a_closed_request_tells_how() -> None:
    """Other answers do not even have the field."""
    for error in ERRORS:
        answer = problem_of(error).model_dump(exclude_none=True)
        assert ("rule" in answer) == isinstance(error, NotAllowed)
        assert ("closed" in answer) == isinstance(error, AlreadyClosed)


def test_a_code_of_another_version_is_no_error_of_ours() -> None:
    """The caller then says so, in place of guessing."""
    assert error_of(Problem(detail="words", code="teapot")) is None


def test_a_closed_request_that_does_not_say_how_is_no_error_of_ours() -> None:
    """As an older version answers: nothing is made up about who was first."""
    assert error_of(Problem(detail="words", code="already_closed")) is None


@pytest.mark.parametrize(
    "code", ["content_changed", "version_differs", "too_many_edits", "too_many_requests", "unavailable"]
)
def test_an_error_without_what_it_knows_is_no_error_of_ours(code: str) -> None:
    """Nothing is made up about a version, a limit or a time."""
    assert error_of(Problem(detail="words", code=code)) is None


def test_a_record_kept_for_ever_names_no_day() -> None:
    """And is received as such."""
    received = sent_and_received(Kept(until=None))
    assert isinstance(received, Kept)
    assert received.until is None


def test_a_refusal_without_a_rule_is_still_a_refusal() -> None:
    """Proxies may shorten what they pass on."""
    refusal = error_of(Problem(detail="words", code="not_allowed"))
    assert isinstance(refusal, NotAllowed)
    assert refusal.rule == "unknown"
