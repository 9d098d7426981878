"""What makes a policy sensible."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.people import MAX_NAME_LENGTH, Approver, ApproverKind
from airflow_approvals.domain.policy import MAX_TIMEOUT, Level, OnDeny, OnExpiry, Policy
from tests.builders import HOUR, TICK, level, policy, role, user


def test_silence_and_denial_fail_unless_asked_otherwise() -> None:
    """The gate fails closed."""
    terms = policy()
    assert (terms.on_deny, terms.on_expiry, terms.quorum) == (OnDeny.FAIL, OnExpiry.FAIL, 1)


@pytest.mark.parametrize("name", ["", " ", "\t\n"])
def test_an_approver_needs_a_name(name: str) -> None:
    """A blank name would match nobody, or somebody by accident."""
    with pytest.raises(Invalid, match="name is empty"):
        role(name)


def test_an_approver_name_has_a_longest_length() -> None:
    """The longest name fits the database, one character more is refused."""
    assert role("x" * MAX_NAME_LENGTH).name == "x" * MAX_NAME_LENGTH
    with pytest.raises(Invalid, match=f"longer than {MAX_NAME_LENGTH}"):
        role("x" * (MAX_NAME_LENGTH + 1))


def test_a_level_without_approvers_is_refused() -> None:
    """An empty list never means anyone."""
    with pytest.raises(Invalid, match="no approvers"):
        Level(approvers=())


def test_a_level_names_nobody_twice() -> None:
    """A repeated approver is a slip that would look like a quorum."""
    with pytest.raises(Invalid, match="same approver twice"):
        level(role("manager"), user("x"), role("manager"))


def test_a_role_and_a_user_of_the_same_name_are_different_approvers() -> None:
    """The kind belongs to the identity."""
    both = (role("manager"), user("manager"))
    assert level(*both).approvers == both


@pytest.mark.parametrize("timeout", [timedelta(0), -TICK, -HOUR, MAX_TIMEOUT + TICK])
def test_a_timeout_out_of_range_is_refused(timeout: timedelta) -> None:
    """A deadline already past would skip the level; one too far leaves the calendar."""
    with pytest.raises(Invalid, match="timeout"):
        level(role("manager"), timeout=timeout)


@pytest.mark.parametrize("timeout", [None, TICK, HOUR, MAX_TIMEOUT])
def test_a_timeout_within_range_is_kept(timeout: timedelta | None) -> None:
    """Both ends of the range, and waiting for ever, are allowed."""
    assert level(role("manager"), timeout=timeout).timeout == timeout


def test_a_policy_without_levels_is_refused() -> None:
    """Nobody would ever be asked."""
    with pytest.raises(Invalid, match="at least one level"):
        Policy(levels=())


@pytest.mark.parametrize("quorum", [0, -1])
def test_a_quorum_below_one_is_refused(quorum: int) -> None:
    """Zero answers must never be enough."""
    with pytest.raises(Invalid, match="quorum"):
        policy(quorum=quorum)


def test_a_level_that_waits_for_ever_can_only_be_the_last() -> None:
    """The levels behind it could never be asked."""
    endless = level(role("manager"), timeout=None)
    with pytest.raises(Invalid, match="never escalates"):
        policy(endless, level(role("director")))
    with pytest.raises(Invalid, match="never escalates"):
        policy(level(role("lead")), endless, level(role("director")))
    assert policy(level(role("director")), endless).levels[-1] == endless


@pytest.mark.parametrize("on_expiry", OnExpiry)
def test_silence_means_something_only_where_it_can_come(on_expiry: OnExpiry) -> None:
    """A new request that fails by silence may wait for ever; no other. What is stored is read."""
    endless = policy(level(role("lead")), level(role("manager"), timeout=None), on_expiry=on_expiry)
    policy(on_expiry=on_expiry).require_end()
    if on_expiry is OnExpiry.FAIL:
        endless.require_end()
    else:
        with pytest.raises(Invalid, match=rf"on_expiry='{on_expiry.value}' needs expires_in"):
            endless.require_end()


def test_one_role_makes_one_level() -> None:
    """The shortest operator call waits for ever for one role."""
    assert Policy.of_roles(approver_role="manager") == Policy(
        levels=(Level(approvers=(role("manager"),), timeout=None),)
    )


def test_an_escalate_role_makes_a_second_level_that_waits_as_long() -> None:
    """``expires_in`` is the time of each level, not of both together; outcomes are passed on."""
    terms = Policy.of_roles(
        approver_role="manager",
        escalate_role="director",
        expires_in=HOUR,
        on_deny=OnDeny.SKIP,
        on_expiry=OnExpiry.APPROVE,
    )
    assert terms == Policy(
        levels=(
            Level(approvers=(role("manager"),), timeout=HOUR),
            Level(approvers=(role("director"),), timeout=HOUR),
        ),
        on_deny=OnDeny.SKIP,
        on_expiry=OnExpiry.APPROVE,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"approver_role": "manager", "escalate_role": "director"}, "escalate_role needs expires_in"),
        (
            {"approver_role": "manager", "escalate_role": "manager", "expires_in": HOUR},
            "same as approver_role",
        ),
        ({"approver_role": ""}, "name is empty"),
        ({"approver_role": "manager", "escalate_role": "", "expires_in": HOUR}, "name is empty"),
        ({"approver_role": "manager", "expires_in": timedelta(0)}, "timeout"),
    ],
)
def test_roles_that_make_no_policy_are_refused(arguments: dict[str, Any], message: str) -> None:
    """Each mistake in the short form is told apart."""
    with pytest.raises(Invalid, match=message):
        Policy.of_roles(**arguments)


def test_replacing_approvers_keeps_everything_else() -> None:
    """Timeouts, outcomes and quorum stay; the old policy is not touched."""
    old = policy(on_deny=OnDeny.SKIP, on_expiry=OnExpiry.DENY, quorum=2)
    new = old.with_approvers([[role("lead"), user("x")], [role("board")]])
    assert new == policy(
        level(role("lead"), user("x")),
        level(role("board")),
        on_deny=OnDeny.SKIP,
        on_expiry=OnExpiry.DENY,
        quorum=2,
    )
    assert old == policy(on_deny=OnDeny.SKIP, on_expiry=OnExpiry.DENY, quorum=2)


@pytest.mark.parametrize("approvers", [[], [[role("lead")]], [[role("lead")]] * 3])
def test_replacing_approvers_needs_one_list_per_level(approvers: list[list[Approver]]) -> None:
    """A level is neither added nor forgotten."""
    with pytest.raises(Invalid, match=r"2 level\(s\)"):
        policy().with_approvers(approvers)


@pytest.mark.parametrize("second", [[], [role("lead"), role("lead")]])
def test_replaced_approvers_obey_the_rules_of_a_level(second: list[Approver]) -> None:
    """Editing cannot make a level that could not be opened."""
    with pytest.raises(Invalid):
        policy().with_approvers([[role("lead")], second])


def test_a_name_with_blanks_around_it_is_refused() -> None:
    """It would match nobody, and nobody would see why."""
    with pytest.raises(Invalid, match="blanks"):
        Approver(kind=ApproverKind.ROLE, name="manager ")
