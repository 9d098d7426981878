"""Who answers with ``--as USER``: looked up where the configured auth manager keeps its users."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.configuration import conf

from airflow_approvals.domain.errors import NotAllowed
from airflow_approvals.domain.people import Actor
from airflow_approvals.service.roles import User, actor_of
from airflow_approvals.service.transaction import Work

EVERYBODY = "Anonymous"
"""As whom SimpleAuthManager signs everybody in when all are admins."""


@dataclass(frozen=True)
class NamedUser:
    """A user of an auth manager that keeps its users elsewhere; only the name is known here.

    Over REST the same person has an id as well. ``Who.is_also`` knows the two for one by the name.
    """

    name: str

    def get_id(self) -> str:
        """Give the name: there is nothing else."""
        return self.name

    def get_name(self) -> str:
        """Give the name as typed."""
        return self.name


def find_actor(name: str, *, work: Work) -> Actor:
    """Make the actor for the user ``name``, with the roles held right now.

    The record will say that the answer came from the command line, and from which user of the operating
    system.

    :raises NotAllowed: the auth manager has no such user, or it is inactive.
    """
    with _found(name) as user:
        return actor_of(user, work=work, os_user=os_user())


def uses_fab() -> bool:
    """Tell whether users and roles live in FAB's tables."""
    return any(base.__module__.startswith("airflow.providers.fab.") for base in _auth_manager().__mro__)


@contextmanager
def fab_security_manager() -> Iterator[Any]:
    """Open FAB's security manager; what it hands out is readable only while it is open."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        yield builder.sm


def os_user() -> str:
    """Give the operating-system user this process belongs to, whatever the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _auth_manager() -> type:
    manager: type = conf.getimport("core", "auth_manager")
    return manager


@contextmanager
def _found(name: str) -> Iterator[User]:
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

    manager = _auth_manager()
    if issubclass(manager, SimpleAuthManager):
        yield _simple_user(name, SimpleAuthManager.get_users())
    elif uses_fab():
        with fab_security_manager() as security_manager:
            yield _fab_user(name, security_manager)
    else:
        print(
            f"{manager.__name__} keeps its users elsewhere: {name} is taken by name, with the roles of "
            "[approvals] role_members and role_resolver only.",
            file=sys.stderr,
        )
        yield NamedUser(name)


def _simple_user(name: str, users: Sequence[User]) -> User:
    if conf.getboolean("core", "simple_auth_manager_all_admins", fallback=False):
        users = [*users, SimpleAuthManagerUser(username=EVERYBODY, role="admin")]
    for user in users:
        if user.get_name() == name:
            return user
    known = ", ".join(sorted(user.get_name() for user in users))
    raise NotAllowed(
        f"There is no user {name}; [core] simple_auth_manager_users has {known}.", rule="known_user"
    )


def _fab_user(name: str, security_manager: Any) -> User:
    # As FAB's sign-in does, which takes either.
    user: Any = security_manager.find_user(username=name) or security_manager.find_user(email=name)
    if user is None:
        raise NotAllowed(
            f"There is no user {name}; `airflow users list` shows who there is.", rule="known_user"
        )
    if not user.is_active:
        raise NotAllowed(
            f"The user {name} is inactive; answer as another approver, or have it activated.",
            rule="active_user",
        )
    found: User = user
    return found
