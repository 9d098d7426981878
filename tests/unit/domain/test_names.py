"""Names as somebody gives them now."""

from __future__ import annotations

import pytest

from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.people import ActorKind, Approver, ApproverKind, Who
from airflow_approvals.domain.policy import MAX_NAMES_LENGTH, Policy
from tests.builders import opened, policy, role, user


def test_a_name_in_which_something_hides_is_refused() -> None:
    """And written out, so that one sees what was meant to be overlooked."""
    with pytest.raises(Invalid, match=r"manager\\u200b"):
        Approver.named(ApproverKind.ROLE, "manager\u200b")
    with pytest.raises(Invalid, match=r"manager\\u200b"):
        Policy.of_roles(approver_role="manager\u200b")
    assert Approver.named(ApproverKind.USER, "ana") == user("ana")


def test_a_stored_name_is_read_whatever_hides_in_it() -> None:
    """It may be older than the rule; nobody could read the request otherwise."""
    terms = policy(*opened().policy.levels)
    assert Approver(kind=ApproverKind.ROLE, name="manager\u200b").name == "manager\u200b"
    assert terms.levels == opened().policy.levels


def test_an_actor_is_somebody() -> None:
    """With an id and a name."""
    for missing in ({"id": "", "name": "ana"}, {"id": "7", "name": ""}):
        with pytest.raises(Invalid):
            Who(kind=ActorKind.PERSON, **missing)


def test_the_names_of_all_approvers_have_a_length_together() -> None:
    """An edit keeps them twice in the record."""
    long = [[role("x" * 500 + str(number)) for number in range(20)], [role("director")]]
    with pytest.raises(Invalid, match=f"longer than {MAX_NAMES_LENGTH} characters"):
        policy().with_approvers(long)
    assert str(role("manager")) == "role manager"
