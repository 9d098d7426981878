"""Who may decide, rule by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.errors import (
    AlreadyClosed,
    AlreadyVoted,
    ApprovalError,
    NotAllowed,
    NotAnApprover,
)
from airflow_approvals.domain.people import SYSTEM, Actor, ActorKind, Approver
from airflow_approvals.domain.rules import (
    ELIGIBILITY,
    approver_of_reached_level,
    closed,
    person_decides,
    request_is_open,
    votes_once,
    why_not_eligible,
)
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
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
    no,
    opened,
    person,
    policy,
    role,
    task,
    user,
    yes,
)

ALL_ROLES = frozenset({"manager", "director"})
NOT_PEOPLE = [task(roles=ALL_ROLES), replace(SYSTEM, roles=ALL_ROLES)]


def refusal(error: ApprovalError | None) -> NotAllowed:
    """The refusal, which must be there."""
    assert isinstance(error, NotAllowed)
    return error


def not_asked(error: ApprovalError | None) -> NotAnApprover:
    """The refusal because others are asked, which must be there."""
    assert isinstance(error, NotAnApprover)
    return error


def half_answered() -> Approval:
    """A request of two that the first manager has approved."""
    return decide(opened(policy=policy(quorum=2)), yes(MANAGER), NOW).approval


def at_level(reached: int, approval: Approval) -> Approval:
    """The same request, further along."""
    return replace(approval, progress=replace(approval.progress, level=reached))


def test_a_person_passes_the_first_rule() -> None:
    """Whoever is signed in may go on to the next rule, whatever they hold."""
    assert person_decides(opened(), STRANGER) is None


@pytest.mark.parametrize("actor", NOT_PEOPLE)
def test_tasks_and_the_system_never_decide(actor: Actor) -> None:
    """Not even when they claim every role asked for."""
    assert refusal(person_decides(opened(), actor)).rule == "person_decides"
    assert refusal(why_not_eligible(opened(), actor)).rule == "person_decides"


@pytest.mark.parametrize("actor", NOT_PEOPLE)
@pytest.mark.parametrize("kind", [role, user])
def test_tasks_and_the_system_are_never_meant_by_an_approver(
    actor: Actor, kind: Callable[[str], Approver]
) -> None:
    """A task that is named like an approver, or like a role, is still not that person."""
    disguised = replace(actor, name="manager")
    assert not kind("manager").means(disguised)


def test_a_holder_of_the_asked_role_is_an_approver() -> None:
    """One of several roles is enough."""
    assert approver_of_reached_level(opened(), person("x", "auditor", "manager")) is None


@pytest.mark.parametrize("held", ["Manager", "MANAGER", "manager ", "managers", "manage"])
def test_role_names_are_compared_exactly(held: str) -> None:
    """A role that merely looks alike gives no right."""
    assert not_asked(approver_of_reached_level(opened(), person("x", held)))


def test_a_user_approver_is_compared_with_the_sign_in_name() -> None:
    """Exactly that name; not the id, not another spelling, and not a role called the same."""
    approval = opened(policy=policy(level(user("x"))))
    assert approver_of_reached_level(approval, person("x")) is None
    for other in (person("X"), person("y", id="x"), person("y", "x")):
        assert not_asked(approver_of_reached_level(approval, other))


def test_a_user_named_like_a_role_does_not_hold_it() -> None:
    """Choosing one's own name gives no role."""
    assert not_asked(approver_of_reached_level(opened(), person("manager")))


def test_a_later_level_may_not_decide_before_it_is_reached() -> None:
    """The director waits for the escalation."""
    assert not_asked(approver_of_reached_level(opened(), DIRECTOR))


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
    assert at_level(1, approval).asked() == (role("manager"), user("x"), role("director"))


def test_the_refusal_names_who_is_asked_and_what_the_person_holds() -> None:
    """What people need to learn whom to turn to, and what they lack; later levels are not named."""
    approval = opened(policy=policy(level(role("manager"), user("x")), level(role("director"))))
    error = not_asked(approver_of_reached_level(approval, person("y", "viewer", "auditor")))
    assert error.rule == "approver_of_reached_level"
    assert (error.name, error.asked, error.held) == ("y", ("role manager", "user x"), ("auditor", "viewer"))


def test_the_refusal_says_so_when_the_person_holds_no_role() -> None:
    """Nothing is made up."""
    assert not_asked(approver_of_reached_level(opened(), STRANGER)).held == ()


@pytest.mark.parametrize("status", [Status.PENDING, Status.ESCALATED])
def test_an_open_request_may_be_answered(status: Status) -> None:
    """Both open statuses wait for an answer."""
    assert request_is_open(in_status(status), MANAGER) is None


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_closed_request_may_not_be_answered(status: Status) -> None:
    """The first resolution stands."""
    error = request_is_open(in_status(status), MANAGER)
    assert isinstance(error, AlreadyClosed)
    assert error.status is status


@pytest.mark.parametrize("status", sorted(OPEN))
def test_an_open_request_is_not_called_closed(status: Status) -> None:
    """There is nobody to name."""
    assert closed(in_status(status)) is None


def test_the_conflict_says_who_closed_the_request_and_when() -> None:
    """Whoever comes late learns who was first."""
    error = closed(decide(opened(), no(MANAGER), NOW + MINUTE).approval)
    assert error is not None
    assert (error.status, error.by, error.by_kind, error.at) == (
        Status.DENIED,
        "first-manager",
        "person",
        NOW + MINUTE,
    )


@pytest.mark.parametrize("actor", [task(), person("system"), SYSTEM])
def test_the_conflict_says_what_kind_of_actor_closed_the_request(actor: Actor) -> None:
    """A person may be called anything, also system."""
    error = closed(cancel(opened(), Cancellation(actor=actor, reason="called off"), NOW).approval)
    assert error is not None
    assert (error.status, error.by, error.by_kind) == (Status.CANCELLED, actor.name, actor.kind.value)


def test_nobody_answers_twice() -> None:
    """The person is recognised by the id, whatever the name is now; and by the name, whatever the id."""
    approval = half_answered()
    assert votes_once(approval, OTHER_MANAGER) is None
    assert isinstance(votes_once(approval, MANAGER), AlreadyVoted)
    assert isinstance(votes_once(approval, replace(MANAGER, name="renamed")), AlreadyVoted)
    assert isinstance(votes_once(approval, replace(MANAGER, id=MANAGER.name)), AlreadyVoted)


def test_the_rules_are_read_in_this_order() -> None:
    """Who you are, what the request allows, what you may, what you did before."""
    assert (person_decides, request_is_open, approver_of_reached_level, votes_once) == ELIGIBILITY


def test_each_rule_says_in_a_sentence_what_it_asks() -> None:
    """The list reads as the rules of the house."""
    for rule in ELIGIBILITY:
        assert (rule.__doc__ or "").endswith(".")
        assert "\n" not in (rule.__doc__ or "")


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_task_hears_of_being_a_task_first(status: Status) -> None:
    """Without being told who is asked or whether the request is closed."""
    assert refusal(why_not_eligible(in_status(status), task())).rule == "person_decides"


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_stranger_who_sees_the_request_hears_that_it_is_closed(status: Status) -> None:
    """The state comes before the right: asking for the role would not help any more."""
    assert isinstance(why_not_eligible(in_status(status), STRANGER), AlreadyClosed)


def test_an_approver_who_lost_the_role_after_answering_is_refused_for_the_role() -> None:
    """Roles are those held now."""
    assert not_asked(why_not_eligible(half_answered(), replace(MANAGER, roles=frozenset())))


def test_a_closed_request_is_named_before_the_second_answer() -> None:
    """Asking another approver would not help any more."""
    assert isinstance(why_not_eligible(in_status(Status.APPROVED), MANAGER), AlreadyClosed)


def test_an_approver_of_an_open_request_is_not_refused() -> None:
    """All rules pass: the answer is None."""
    assert why_not_eligible(opened(), MANAGER) is None


def test_the_deadline_does_not_matter_to_the_rules() -> None:
    """They read no clock; time is applied by whoever calls them."""
    approval = opened()
    late = replace(approval, progress=replace(approval.progress, expires_at=NOW - HOUR))
    assert why_not_eligible(late, MANAGER) is None


def test_only_people_can_be_approvers() -> None:
    """Every other kind of actor is covered by the tests above."""
    assert {actor.kind for actor in NOT_PEOPLE} == set(ActorKind) - {ActorKind.PERSON}
