"""Who may decide, rule by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from airflow_approvals.domain.approval import SYSTEM, Actor, ActorKind, Approval, Verdict
from airflow_approvals.domain.errors import AlreadyClosed, AlreadyVoted, ApprovalError, NotAllowed
from airflow_approvals.domain.lifecycle import decide
from airflow_approvals.domain.policy import Approver
from airflow_approvals.domain.rules import (
    DECISION_RULES,
    approver_of_reached_level,
    closed,
    person_decides,
    request_is_open,
    votes_once,
    why_not_decide,
)
from airflow_approvals.domain.status import TERMINAL, Status
from tests.builders import (
    DIRECTOR,
    HOUR,
    MANAGER,
    MINUTE,
    NOW,
    OTHER_MANAGER,
    STRANGER,
    in_status,
    level,
    opened,
    person,
    policy,
    role,
    task,
    user,
)

ALL_ROLES = frozenset({"manager", "director"})
NOT_PEOPLE = [task(roles=ALL_ROLES), replace(SYSTEM, roles=ALL_ROLES)]


def refusal(error: ApprovalError | None) -> NotAllowed:
    """The refusal, which must be there."""
    assert isinstance(error, NotAllowed)
    return error


def half_answered() -> Approval:
    """A request of two that the first manager has approved."""
    approval, _ = decide(opened(policy=policy(quorum=2)), actor=MANAGER, verdict=Verdict.APPROVE, now=NOW)
    return approval


def test_a_person_passes_the_first_rule() -> None:
    """Whoever is signed in may go on to the next rule, whatever they hold."""
    assert person_decides(opened(), STRANGER) is None


@pytest.mark.parametrize("actor", NOT_PEOPLE)
def test_tasks_and_the_system_never_decide(actor: Actor) -> None:
    """Not even when they claim every role asked for."""
    assert refusal(person_decides(opened(), actor)).rule == "person_decides"
    assert refusal(why_not_decide(opened(), actor)).rule == "person_decides"


@pytest.mark.parametrize("actor", NOT_PEOPLE)
@pytest.mark.parametrize("kind", [role, user])
def test_tasks_and_the_system_are_never_meant_by_an_approver(
    actor: Actor, kind: Callable[[str], Approver]
) -> None:
    """A task that is named like an approver, or like a role, is still not that person."""
    disguised = replace(actor, name="manager")
    assert not disguised.is_(kind("manager"))


def test_a_holder_of_the_asked_role_is_an_approver() -> None:
    """One of several roles is enough."""
    assert approver_of_reached_level(opened(), person("x", "auditor", "manager")) is None


@pytest.mark.parametrize("held", ["Manager", "MANAGER", "manager ", "managers", "manage"])
def test_role_names_are_compared_exactly(held: str) -> None:
    """A role that merely looks alike gives no right."""
    assert refusal(approver_of_reached_level(opened(), person("x", held)))


def test_a_user_approver_is_compared_with_the_sign_in_name() -> None:
    """Exactly that name; not the id, not another spelling, and not a role called the same."""
    approval = opened(policy=policy(level(user("x"))))
    assert approver_of_reached_level(approval, person("x")) is None
    for other in (person("X"), person("y", id="x"), person("y", "x")):
        assert refusal(approver_of_reached_level(approval, other))


def test_a_user_named_like_a_role_does_not_hold_it() -> None:
    """Choosing one's own name gives no role."""
    assert refusal(approver_of_reached_level(opened(), person("manager")))


def test_a_later_level_may_not_decide_before_it_is_reached() -> None:
    """The director waits for the escalation."""
    assert refusal(approver_of_reached_level(opened(), DIRECTOR))


def test_an_earlier_level_may_still_decide_after_an_escalation() -> None:
    """Escalating adds people, it takes the question from nobody."""
    approval = in_status(Status.ESCALATED)
    assert approver_of_reached_level(approval, MANAGER) is None
    assert approver_of_reached_level(approval, DIRECTOR) is None


def test_everyone_asked_is_listed_once_in_the_order_of_levels() -> None:
    """Somebody named on two levels is asked once."""
    approval = opened(
        policy=policy(
            level(role("manager"), user("x")), level(role("director"), role("manager")), level(role("board"))
        )
    )
    assert approval.asked() == (role("manager"), user("x"))
    assert replace(approval, level=1).asked() == (role("manager"), user("x"), role("director"))


def test_the_refusal_names_who_is_asked_and_what_the_person_holds() -> None:
    """People learn whom to turn to, and what they lack, without reading a manual."""
    approval = opened(policy=policy(level(role("manager"), user("x")), level(role("director"))))
    error = refusal(approver_of_reached_level(approval, person("y", "viewer", "auditor")))
    assert error.rule == "approver_of_reached_level"
    assert "decided by role manager, user x; y holds auditor, viewer." in error.detail
    assert "director" not in error.detail


def test_the_refusal_says_so_when_the_person_holds_no_role() -> None:
    """An empty list would read like a broken sentence."""
    assert "a-stranger holds no role." in refusal(approver_of_reached_level(opened(), STRANGER)).detail


@pytest.mark.parametrize("status", [Status.PENDING, Status.ESCALATED])
def test_an_open_request_may_be_answered(status: Status) -> None:
    """Both open statuses wait for an answer."""
    assert request_is_open(in_status(status), MANAGER) is None


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_closed_request_may_not_be_answered(status: Status) -> None:
    """The first resolution stands."""
    error = request_is_open(in_status(status), MANAGER)
    assert isinstance(error, AlreadyClosed)
    assert f"closed: {status.value} by " in error.detail


def test_the_conflict_says_who_closed_the_request_and_when() -> None:
    """Whoever comes late learns who was first."""
    approval, _ = decide(opened(), actor=MANAGER, verdict=Verdict.DENY, now=NOW + MINUTE)
    assert "denied by first-manager at 2026-01-05 09:01:00 UTC." in closed(approval).detail


def test_the_conflict_can_be_told_of_a_request_without_a_time() -> None:
    """A damaged record still answers with a conflict instead of breaking."""
    damaged = replace(in_status(Status.DENIED), resolved_at=None)
    assert "at an unknown time." in closed(damaged).detail


def test_nobody_answers_twice() -> None:
    """The person is recognised by the id, whatever they are called now."""
    approval = half_answered()
    assert votes_once(approval, OTHER_MANAGER) is None
    assert isinstance(votes_once(approval, MANAGER), AlreadyVoted)
    assert isinstance(votes_once(approval, replace(MANAGER, name="renamed")), AlreadyVoted)
    assert votes_once(approval, replace(MANAGER, id="id-of-a-namesake")) is None


def test_the_rules_are_read_in_this_order() -> None:
    """Who you are, what you may, what the request allows, what you did before."""
    assert (person_decides, approver_of_reached_level, request_is_open, votes_once) == DECISION_RULES


def test_a_task_hears_of_being_a_task_first() -> None:
    """Without being told who is asked or whether the request is closed."""
    assert refusal(why_not_decide(in_status(Status.APPROVED), task())).rule == "person_decides"


def test_a_stranger_does_not_learn_that_the_request_is_closed() -> None:
    """The right comes before the state."""
    error = why_not_decide(in_status(Status.APPROVED), STRANGER)
    assert refusal(error).rule == "approver_of_reached_level"


def test_an_approver_who_lost_the_role_after_answering_is_refused_for_the_role() -> None:
    """Roles are those held now."""
    assert refusal(why_not_decide(half_answered(), replace(MANAGER, roles=frozenset())))


def test_a_closed_request_is_named_before_the_second_answer() -> None:
    """Asking another approver would not help any more."""
    assert isinstance(why_not_decide(in_status(Status.APPROVED), MANAGER), AlreadyClosed)


def test_an_approver_of_an_open_request_is_not_refused() -> None:
    """All rules pass: the answer is None."""
    assert why_not_decide(opened(), MANAGER) is None


def test_the_deadline_does_not_matter_to_the_rules() -> None:
    """They read no clock; time is applied by whoever calls them."""
    late = replace(opened(), expires_at=NOW - HOUR)
    assert why_not_decide(late, MANAGER) is None


def test_only_people_can_be_approvers() -> None:
    """Every other kind of actor is covered by the tests above."""
    assert {actor.kind for actor in NOT_PEOPLE} == set(ActorKind) - {ActorKind.PERSON}
