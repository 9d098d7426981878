"""``airflow approvals roles create``."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from airflow_approvals.cli.command import Exit, leave, writes
from airflow_approvals.cli.output import print_rows
from airflow_approvals.cli.people import fab_security_manager, uses_fab
from airflow_approvals.domain.characters import has_unseen
from airflow_approvals.domain.errors import Invalid

PERMISSIONS = (
    ("can_read", "Plugins"),
    ("can_read", "My Profile"),
    ("can_read", "My Password"),
    ("can_edit", "My Password"),
)
"""FAB's names of: opening the pages of plugins, and changing one's own password.

Airflow itself opens to everybody who has signed in. Who may answer is asked of the request, not of FAB.
"""
MAX_NAME_LENGTH = 64  # of FAB's column


@writes
def create(args: Namespace) -> None:
    """Create approver roles in FAB; one that exists gains what it lacks."""
    if not uses_fab():
        leave(
            "Only the FAB auth manager keeps roles in Airflow's database. Name the members of the roles in "
            '[approvals] role_members instead, e.g. {"manager": ["ana"]}, or set role_resolver.',
            Exit.REFUSED,
        )
    for name in args.role:
        if not name.strip() or len(name) > MAX_NAME_LENGTH:
            raise Invalid(
                f"{name!r} cannot be the name of a role: FAB takes 1 to {MAX_NAME_LENGTH} characters."
            )
        if has_unseen(name):
            raise Invalid(f"The name {name!r} has characters that do not show; it would look like another.")
    with fab_security_manager() as security_manager:
        rows = [_ensure(name, security_manager) for name in dict.fromkeys(args.role)]
    print_rows(rows, args.output)


def _ensure(name: str, security_manager: Any) -> dict[str, Any]:
    existing = security_manager.find_role(name)
    role = existing or security_manager.add_role(name)
    held = {(permission.action.name, permission.resource.name) for permission in role.permissions}
    missing = [permission for permission in PERMISSIONS if permission not in held]
    for action, resource in missing:
        security_manager.add_permission_to_role(role, security_manager.create_permission(action, resource))
    done = "created" if existing is None else "extended" if missing else "unchanged"
    return {"role": name, "done": done, "added": [f"{action} on {resource}" for action, resource in missing]}
