"""Who is asking: a person signed in to Airflow, or a task or triggerer with a token of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.core_api.security import get_user, resolve_user_from_token
from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from airflow_approvals import tokens
from airflow_approvals.api.work import WorkDep
from airflow_approvals.config import public_url
from airflow_approvals.domain.errors import ApprovalError, NotAllowed, NotSignedIn
from airflow_approvals.domain.people import Actor
from airflow_approvals.service import room
from airflow_approvals.service.roles import actor_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS = {"http": 80, "https": 443}

_bearer = HTTPBearer(
    auto_error=False,
    description="A token from `POST /auth/token` for people; tasks and triggers sign their own.",
)


@dataclass(frozen=True)
class Token:
    """A task's or triggerer's token, checked."""

    subject: str

    @property
    def ti_id(self) -> UUID | None:
        """The task instance try it stands for; None for a triggerer."""
        kind, _, value = self.subject.partition(":")
        try:
            return UUID(value) if kind == "ti" else None
        except ValueError:
            return None


@dataclass(frozen=True, kw_only=True)
class Person:
    """A signed-in user, with the roles held right now."""

    user: BaseUser
    actor: Actor


Caller = Person | Token


async def _signed_in(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    work: WorkDep,
) -> BaseUser | Token:
    """Authenticate: a task's token, a person's token, or a person's session cookie, in this order.

    :raises NotSignedIn: none of them.
    :raises NotAllowed: a page of another site tries to use the cookie.
    :raises Unavailable: Airflow would have to wait for a connection, and everybody else for Airflow.
    """
    if bearer is not None and tokens.is_ours(bearer.credentials):
        secret, previous = work.settings.jwt_secret, work.settings.jwt_secret_previous
        return Token(tokens.subject(bearer.credentials, secret=secret, previous=previous))
    if bearer is None and request.method not in SAFE_METHODS:
        _require_same_origin(request)
    await room.vacancy()
    try:
        if bearer is not None:
            # Airflow 3.2's get_user would let a cookie win over it, and with it a page of another site.
            user = await resolve_user_from_token(bearer.credentials)
        else:
            user = await get_user(request, None, None)
    except HTTPException as error:
        raise NotSignedIn(f"Sign in to Airflow first ({error.detail}).") from None
    if not user.get_id():  # FAB's public role: Airflow lets in who has not signed in
        raise NotSignedIn("Sign in to Airflow first: a decision is always somebody's.")
    return user


def _require_same_origin(request: Request) -> None:
    """Browsers say where a request comes from; others do not send these headers.

    Over plain HTTP, browsers leave ``Sec-Fetch-Site`` out; ``Origin`` they send with every change.
    """
    sites = request.headers.getlist("sec-fetch-site")
    origins = request.headers.getlist("origin")
    foreign = set(sites) - {"same-origin"} if sites else {_origin(o) for o in origins} - _ours(request)
    if foreign:
        raise NotAllowed("Requests from other sites are refused.", rule="same_origin")


def _ours(request: Request) -> set[str | None]:
    """Give the origins of this API: as the request was addressed, and as people are told to."""
    addressed = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return {_origin(addressed), _origin(public_url())} - {None}


def _origin(url: str) -> str | None:
    """Give scheme, host and port of an address; None when it has none of them, like ``null``."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname and port else None


async def _user_if_any(request: Request, work: WorkDep) -> BaseUser | None:
    try:
        signed_in = await _signed_in(request, await _bearer(request), work)
    except ApprovalError:
        return None
    return None if isinstance(signed_in, Token) else signed_in


UserIfAnyDep = Annotated[BaseUser | None, Depends(_user_if_any)]
"""For what is open to everybody: the person, if it is one and the credentials are good."""


def _caller(signed_in: Annotated[BaseUser | Token, Depends(_signed_in)], work: WorkDep) -> Caller:
    if isinstance(signed_in, Token):
        return signed_in
    return Person(user=signed_in, actor=actor_of(signed_in, work=work))


CallerDep = Annotated[Caller, Depends(_caller)]
"""Anybody who is known."""


def _person(caller: CallerDep) -> Person:
    if isinstance(caller, Token):
        raise NotAllowed("A task's token cannot do this; a person has to.", rule="person_only")
    return caller


PersonDep = Annotated[Person, Depends(_person)]
"""A person."""


def _token(caller: CallerDep) -> Token:
    if not isinstance(caller, Token):
        raise NotAllowed("Only tasks and triggers do this.", rule="task_only")
    return caller


TokenDep = Annotated[Token, Depends(_token)]
"""A task or a triggerer."""


def own_task(token: Token) -> UUID:
    """Give the task instance a token stands for.

    :raises NotAllowed: it stands for a triggerer.
    """
    if token.ti_id is None:
        raise NotAllowed("This needs the token of one task instance.", rule="own_request")
    return token.ti_id


def _task(token: TokenDep) -> UUID:
    return own_task(token)


TaskDep = Annotated[UUID, Depends(_task)]
"""The task instance try that asks."""
