"""Who holds a role: FAB's by name, SimpleAuthManager's by order, and those the configuration gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.api.server import Server

pytestmark = pytest.mark.e2e

REFUSED = (403, "approver_of_reached_level")
ACCEPTED = (200, None)
INVISIBLE = (404, None)


def _holder(server: Server, role: str) -> Callable[[str], tuple[int, str | None]]:
    """Have people approve a request that asks ``role``."""

    def approve(name: str) -> tuple[int, str | None]:
        approval = server.open(approver_role=role)
        response = server.post(f"/approvals/{approval['id']}/approve", by=server.person(name))
        return response.status_code, response.json().get("rule")

    return approve


@pytest.mark.parametrize("role", ["legal", "Admin", "admin"])
def test_a_fab_administrator_holds_only_roles_by_name(fab: Server, role: str) -> None:
    """Under FAB being Admin means nothing, unless the role that is asked is called exactly that."""
    assert _holder(fab, role)("admin") == (ACCEPTED if role == "Admin" else REFUSED)


def test_fab_role_names_are_compared_exactly(fab: Server) -> None:
    """A role of nearly the same name is another role."""
    assert _holder(fab, "manager")("manager") == ACCEPTED
    assert _holder(fab, "Manager")("manager") == INVISIBLE


@pytest.mark.parametrize("name", ["admin", "op", "editor", "viewer", "manager"])
def test_simple_administrators_stand_in_for_unknown_roles(simple: Server, name: str) -> None:
    """A role that nobody can hold under SimpleAuthManager is held by its administrators, by nobody else."""
    assert _holder(simple, "legal")(name) == (ACCEPTED if name == "admin" else REFUSED)


def test_simple_administrators_do_not_stand_in_for_configured_roles(simple: Server) -> None:
    """A role with members in the configuration is held by them alone."""
    assert _holder(simple, "manager")("admin") == REFUSED
    assert _holder(simple, "manager")("manager") == ACCEPTED


@pytest.mark.parametrize(
    ("role", "holders"),
    [
        ("viewer", {"viewer", "editor", "op", "admin", "manager"}),
        ("Viewer", {"viewer", "editor", "op", "admin", "manager"}),
        ("USER", {"editor", "op", "admin"}),
        ("user", {"editor", "op", "admin"}),
        ("op", {"op", "admin"}),
        ("OP", {"op", "admin"}),
        ("Admin", {"admin"}),
    ],
)
def test_simple_builtin_roles_include_the_lower_ones(simple: Server, role: str, holders: set[str]) -> None:
    """The four built-in roles are compared whatever their case, in the request and in the configuration."""
    approve = _holder(simple, role)
    people = ("viewer", "editor", "op", "admin", "manager")
    assert {name for name in people if approve(name) == ACCEPTED} == holders


def test_configured_role_members_count_for_every_auth_manager(server: Server) -> None:
    """`[approvals] role_members` gives a role to a user of FAB and of SimpleAuthManager alike."""
    assert _holder(server, "auditor")("viewer") == ACCEPTED
    assert _holder(server, "auditor")("editor") == REFUSED
