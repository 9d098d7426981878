"""Which roles a person holds, resolved anew for every command."""

from __future__ import annotations

import logging
from pkgutil import resolve_name
from typing import Protocol

from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.configuration import conf

from airflow_approvals.config import Settings
from airflow_approvals.domain.people import Actor, ActorKind
from airflow_approvals.service.transaction import Work
from airflow_approvals.store import listing

log = logging.getLogger(__name__)

SIMPLE_ROLES = ("viewer", "user", "op", "admin")
"""SimpleAuthManager's built-in roles, each including those before it."""


class User(Protocol):
    """A user of Airflow's auth manager, whichever it is."""

    def get_id(self) -> str:
        """Give the stable identifier."""

    def get_name(self) -> str:
        """Give the name they sign in with."""


def actor_of(user: User, *, work: Work, os_user: str | None = None) -> Actor:
    """Make the actor for a user, with the roles held right now: the one place where persons get an id.

    It is the auth manager's own, which REST and command line find alike under FAB (the user's row) and
    SimpleAuthManager (the name). Under others the command line has the name in its place; that the two are
    one person, and have one vote, says ``Who.is_also``.

    :param os_user: see :class:`Actor`.
    """
    return Actor(
        kind=ActorKind.PERSON,
        id=str(user.get_id()),
        name=user.get_name(),
        roles=roles_of(user, work=work),
        os_user=os_user,
    )


def roles_of(user: User, *, work: Work) -> frozenset[str]:
    """Join the roles of the auth manager, of ``role_members`` and of the ``role_resolver``."""
    name = user.get_name()
    configured = {role for role, members in work.settings.role_members.items() if name in members}
    return frozenset(configured | _auth_manager_roles(user, work) | _resolved(user, work.settings))


def _auth_manager_roles(user: User, work: Work) -> set[str]:
    if isinstance(user, SimpleAuthManagerUser):
        return _simple_roles(user, work)
    return {str(role.name) for role in getattr(user, "roles", None) or ()}


def _simple_roles(user: SimpleAuthManagerUser, work: Work) -> set[str]:
    """SimpleAuthManager knows four roles; its admins stand in for every role that nobody can hold there.

    The roles there are, are those that some request names.
    """
    with work.sessions() as session:
        named = listing.role_names(session=session)
    if conf.getboolean("core", "simple_auth_manager_all_admins", fallback=False):
        return {*named, *SIMPLE_ROLES}
    own = (user.role or "").lower()
    if own not in SIMPLE_ROLES:
        return set()
    held = SIMPLE_ROLES[: SIMPLE_ROLES.index(own) + 1]
    roles = {*held, *(role for role in named if role.lower() in held)}
    if own == "admin":
        members = work.settings.role_members
        roles |= {role for role in named if role.lower() not in SIMPLE_ROLES and role not in members}
    return roles


def _resolved(user: User, settings: Settings) -> set[str]:
    if not settings.role_resolver:
        return set()
    try:
        found = resolve_name(settings.role_resolver)(user)
        if isinstance(found, str):
            raise TypeError(f"it returned the text {found!r}, not a set of names")  # noqa: TRY301
        return {str(role) for role in found}
    except Exception:
        log.exception("[approvals] role_resolver %s failed; it adds no roles", settings.role_resolver)
        return set()
