"""Which roles people hold, under each auth manager."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.providers.fab.auth_manager.models import Role
from airflow.providers.fab.auth_manager.models import User as FabUser

from airflow_approvals.domain.people import ActorKind
from airflow_approvals.service import roles
from tests.builders import NOW, level, policy, role
from tests.integration.service.desk import Desk, work_at

RESOLVERS = "tests.integration.service.resolvers"


def fab(name: str, *held: str) -> FabUser:
    """A user of flask-appbuilder, as the session cookie or the token gives it."""
    user = FabUser(id=7, username=name)
    user.roles = [Role(name=held_role) for held_role in held]
    return user


def simple(name: str, held: str | None) -> SimpleAuthManagerUser:
    """A user of SimpleAuthManager, with the role as it was typed in the configuration."""
    return SimpleAuthManagerUser(username=name, role=held)


def roles_of(desk: Desk, user: Any, **settings: Any) -> frozenset[str]:
    """All roles the user holds now."""
    return roles.roles_of(user, work=work_at(NOW, **settings))


def test_fab_roles_are_held_by_their_exact_names(desk: Desk) -> None:
    """Admin among them means nothing more."""
    desk.gate()
    assert roles_of(desk, fab("ana", "manager", "Admin")) == {"manager", "Admin"}
    assert roles_of(desk, fab("bo")) == frozenset()


def test_a_user_of_another_auth_manager_holds_what_is_configured(desk: Desk) -> None:
    """Such users need no roles of their own."""

    class NamedUser:
        def get_id(self) -> str:
            return "42"

        def get_name(self) -> str:
            return "ana"

    assert roles_of(desk, NamedUser()) == frozenset()
    assert roles_of(desk, NamedUser(), role_members={"manager": frozenset({"ana"})}) == {"manager"}


def test_configured_members_hold_the_role_besides_their_own(desk: Desk) -> None:
    """For any auth manager, by the name they sign in with."""
    members = {"director": frozenset({"ana", "bo"}), "manager": frozenset({"cy"})}
    assert roles_of(desk, fab("ana", "Viewer"), role_members=members) == {"Viewer", "director"}
    assert roles_of(desk, simple("bo", "viewer"), role_members=members) == {"viewer", "director"}
    assert roles_of(desk, fab("Ana"), role_members=members) == frozenset()
    assert roles_of(desk, fab("7"), role_members=members) == frozenset()


@pytest.mark.parametrize("path", [f"{RESOLVERS}.by_department", f"{RESOLVERS}:by_department"])
def test_a_resolver_adds_roles(desk: Desk, path: str) -> None:
    """To those held anyway."""
    assert roles_of(desk, fab("ana", "Viewer"), role_resolver=path) == {"Viewer", "finance", "manager"}
    assert roles_of(desk, fab("bo", "Viewer"), role_resolver=path) == {"Viewer"}
    assert roles_of(desk, simple("ana", "viewer"), role_resolver=path) == {"viewer", "finance", "manager"}


@pytest.mark.parametrize(
    "path",
    [
        f"{RESOLVERS}.broken",
        f"{RESOLVERS}.of_nothing",
        f"{RESOLVERS}.of_one_text",
        f"{RESOLVERS}.missing",
        "no_such_module.x",
        ".",
    ],
)
def test_a_failing_resolver_adds_nothing_and_is_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """Everybody keeps the roles they hold anyway, and gets no others."""
    with caplog.at_level(logging.ERROR, logger="airflow_approvals"):
        assert roles_of(desk, fab("ana", "Viewer"), role_resolver=path) == {"Viewer"}
    assert path in caplog.text


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ("viewer", {"viewer"}),
        ("user", {"viewer", "user"}),
        ("op", {"viewer", "user", "op"}),
        ("admin", {"viewer", "user", "op", "admin"}),
        ("Op", {"viewer", "user", "op"}),
        ("ADMIN", {"viewer", "user", "op", "admin"}),
        ("director", set()),
        ("", set()),
        (None, set()),
    ],
)
def test_a_simple_role_includes_the_lower_ones(desk: Desk, typed: str | None, held: set[str]) -> None:
    """However it is typed; SimpleAuthManager knows four roles and no others."""
    assert roles_of(desk, simple("ana", typed)) == held


@pytest.mark.parametrize(("typed", "may"), [("viewer", False), ("op", True), ("Admin", True)])
def test_a_simple_role_may_be_asked_in_any_letters(desk: Desk, typed: str, may: bool) -> None:
    """A Dag that asks FAB's ``Op`` works on a trial as well."""
    desk.gate(policy(level(role("Op"))))
    assert ("Op" in roles_of(desk, simple("ana", typed))) is may


def test_simple_admins_stand_in_for_roles_that_nobody_can_hold(desk: Desk) -> None:
    """Of the roles that some request asks; others do not stand in."""
    desk.gate()
    assert roles_of(desk, simple("ana", "admin")) >= {"manager", "director"}
    assert roles_of(desk, simple("bo", "op")).isdisjoint({"manager", "director"})
    assert "board" not in roles_of(desk, simple("ana", "admin"))


def test_simple_admins_do_not_stand_in_for_roles_with_members(desk: Desk) -> None:
    """Somebody can hold those: whom the configuration says, and nobody if it says nobody."""
    desk.gate()
    members = {"manager": frozenset({"cy"}), "director": frozenset[str]()}
    assert roles_of(desk, simple("ana", "admin"), role_members=members).isdisjoint(members)
    assert "manager" in roles_of(desk, simple("cy", "viewer"), role_members=members)


@pytest.mark.parametrize("typed", ["viewer", "admin", None])
def test_in_all_admins_mode_everybody_holds_every_role(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, typed: str | None
) -> None:
    """There is nobody to tell apart from anybody there."""
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "True")
    desk.gate()
    everything = {"viewer", "user", "op", "admin", "manager", "director"}
    assert roles_of(desk, simple("Anonymous", typed)) == everything


def test_all_admins_mode_means_nothing_under_another_auth_manager(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option may have been left behind when moving on."""
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "True")
    desk.gate()
    assert roles_of(desk, fab("ana", "Viewer")) == {"Viewer"}


def test_the_actor_is_the_person_with_the_roles_of_this_moment(desk: Desk) -> None:
    """With the stable id for the record, the name people know, and where the command came from."""
    actor = roles.actor_of(fab("ana", "manager"), work=work_at(NOW), os_user="root")
    assert (actor.kind, actor.id, actor.name) == (ActorKind.PERSON, "7", "ana")
    assert (actor.roles, actor.os_user) == ({"manager"}, "root")
    assert roles.actor_of(simple("bo", "op"), work=work_at(NOW)).id == "bo"


def test_a_role_held_this_way_decides(desk: Desk) -> None:
    """From the user to the vote."""
    gate = desk.gate()
    actor = roles.actor_of(simple("ana", "admin"), work=work_at(NOW))
    assert desk.decide(gate, actor=actor).votes[0].by.name == "ana"
