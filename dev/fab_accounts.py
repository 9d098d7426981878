"""Create FAB roles and users in one go: `python fab_accounts.py accounts.json`, in Airflow's environment.

Each `airflow roles` or `airflow users` command pays several seconds for starting Airflow, and
`airflow users import` cannot set a password. What exists already is left alone, a user's roles and password
aside: those are brought in line with the file.

    {"roles": {"reader": [["can_read", "DAGs"]]},
     "users": [{"name": "ann", "password": "...", "roles": ["reader"]}]}
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from airflow.utils.providers_configuration_loader import providers_configuration_loaded


@providers_configuration_loaded  # type: ignore[untyped-decorator]  # Airflow's sources are not followed
def apply(accounts: dict[str, Any]) -> None:
    """Bring FAB's tables in line with the accounts."""
    with get_application_builder() as builder:
        security = builder.sm
        for role_name, permissions in accounts["roles"].items():
            role = security.find_role(role_name) or security.add_role(role_name)
            for action, resource in permissions:
                security.add_permission_to_role(role, security.create_permission(action, resource))
        for account in accounts["users"]:
            _apply_user(security, account)


def _apply_user(security: Any, account: dict[str, Any]) -> None:
    name = account["name"]
    roles = [security.find_role(role_name) for role_name in account["roles"]]
    if None in roles:
        raise SystemExit(f"user {name!r}: not all of the roles {account['roles']} exist; create them first")
    user = security.find_user(username=name)
    if user is None:
        email = f"{name}@example.com"
        if not security.add_user(name, name.title(), "Example", email, roles, password=account["password"]):
            raise SystemExit(f"user {name!r} could not be created")
        return
    user.roles = roles
    security.update_user(user)
    security.reset_password(user.id, account["password"])


if __name__ == "__main__":
    apply(json.loads(Path(sys.argv[1]).read_text()))
