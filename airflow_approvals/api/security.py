"""Who is asking, and what they may see and do. Every route but health depends on something here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
from airflow.api_fastapi.core_api.security import get_user, resolve_user_from_token
from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from airflow_approvals import airflow_core, tokens
from airflow_approvals.api.deps import Work, WorkDep
from airflow_approvals.config import Settings
from airflow_approvals.domain.approval import Actor, Approval
from airflow_approvals.domain.errors import NotAllowed, NotFound, NotSignedIn
from airflow_approvals.domain.search import Viewer
from airflow_approvals.service import approvals
from airflow_approvals.service.roles import actor_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

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


async def _caller(
    request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> BaseUser | Token:
    """Authenticate: a task's token, a person's token, or a person's session cookie, in this order.

    :raises NotSignedIn: none of them.
    :raises NotAllowed: a page of another site tries to use the cookie.
    """
    if bearer is not None and tokens.is_ours(bearer.credentials):
        return Token(tokens.subject(bearer.credentials, secret=Settings.load().jwt_secret))
    if bearer is None and request.method not in SAFE_METHODS:
        _require_same_origin(request)
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
    """Browsers say where a request comes from; others do not send the header."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise NotAllowed("Requests from other sites are refused.", rule="same_origin")


@dataclass(frozen=True, kw_only=True)
class Person:
    """A signed-in user, with the roles held right now."""

    user: BaseUser
    actor: Actor
    work: Work

    def viewer(self, dag_ids: Collection[str]) -> Viewer:
        """Give this person's eyes: which of these Dags they may read, and who they are."""
        teams = airflow_core.team_names(dag_ids, session=self.work.session)
        readable = frozenset(
            dag_id
            for dag_id in dag_ids
            if self._may("GET", DagDetails(id=dag_id, team_name=teams.get(dag_id)))
        )
        return Viewer(actor=self.actor, readable_dag_ids=readable)

    def require_visible(self, approval_id: UUID) -> None:
        """:raises NotFound: no such request, or not one this person may see."""
        dag_id = approvals.dag_id_of(approval_id, session=self.work.session)
        if dag_id is None:
            raise NotFound
        approvals.require_visible(approval_id, viewer=self.viewer([dag_id]), session=self.work.session)

    def require_editor(self, dag_id: str) -> str | None:
        """Give the Dag's team.

        :raises NotAllowed: this person may not edit the Dag.
        """
        team = airflow_core.team_name(dag_id, session=self.work.session)
        if not self._may("PUT", DagDetails(id=dag_id, team_name=team)):
            raise NotAllowed(f"This needs permission to edit Dag {dag_id}.", rule="may_edit_dag")
        return team

    def may_edit(self, dag_id: str) -> bool:
        """Tell whether :meth:`require_editor` would let this person pass."""
        try:
            self.require_editor(dag_id)
        except NotAllowed:
            return False
        return True

    def require_administrator(self) -> None:
        """:raises NotAllowed: this person does not run the platform: may not edit connections."""
        if not get_auth_manager().is_authorized_connection(method="PUT", user=self.user):
            raise NotAllowed("This needs permission to edit connections.", rule="administrator")

    def _may(self, method: str, details: DagDetails) -> bool:
        return bool(get_auth_manager().is_authorized_dag(method=method, details=details, user=self.user))


Caller = Person | Token


def _person_or_token(caller: Annotated[BaseUser | Token, Depends(_caller)], work: WorkDep) -> Caller:
    if isinstance(caller, Token):
        return caller
    actor = actor_of(caller, settings=work.settings, session=work.session)
    return Person(user=caller, actor=actor, work=work)


CallerDep = Annotated[Caller, Depends(_person_or_token)]


def _person(caller: CallerDep) -> Person:
    if isinstance(caller, Token):
        raise NotAllowed("A task's token cannot do this; a person has to.", rule="person_only")
    return caller


def _token(caller: CallerDep) -> Token:
    if not isinstance(caller, Token):
        raise NotAllowed("Only tasks and triggers do this.", rule="task_only")
    return caller


def _task(token: Annotated[Token, Depends(_token)]) -> UUID:
    return own_task(token)


def own_task(token: Token) -> UUID:
    """Give the task instance a token stands for.

    :raises NotAllowed: it stands for a triggerer.
    """
    if token.ti_id is None:
        raise NotAllowed("This needs the token of one task instance.", rule="own_request")
    return token.ti_id


PersonDep = Annotated[Person, Depends(_person)]
TokenDep = Annotated[Token, Depends(_token)]
TaskDep = Annotated[UUID, Depends(_task)]


def _visible(approval_id: UUID, person: PersonDep) -> Person:
    person.require_visible(approval_id)
    return person


def _editor(approval_id: UUID, person: Annotated[Person, Depends(_visible)], work: WorkDep) -> Person:
    person.require_editor(approvals.get(approval_id, session=work.session).origin.dag_id)
    return person


def _readable(approval_id: UUID, caller: CallerDep, work: WorkDep) -> Approval:
    if isinstance(caller, Token):
        return approvals.get_own(approval_id, own_task(caller), session=work.session)
    caller.require_visible(approval_id)
    return approvals.get(approval_id, session=work.session)


def _canceller(approval_id: UUID, caller: CallerDep, work: WorkDep) -> Actor:
    if isinstance(caller, Token):
        ti_id = own_task(caller)
        approvals.get_own(approval_id, ti_id, session=work.session)
        return approvals.task_actor(ti_id)
    return _editor(approval_id, _visible(approval_id, caller), work).actor


def _maintainer(caller: CallerDep) -> None:
    if isinstance(caller, Person):
        caller.require_administrator()
    else:
        own_task(caller)


ViewerDep = Annotated[Person, Depends(_visible)]
"""A person who may see the request in the path."""
EditorDep = Annotated[Person, Depends(_editor)]
"""A person who may see the request in the path and edit its Dag."""
ReadableDep = Annotated[Approval, Depends(_readable)]
"""The request in the path, for a person who may see it or the task that asked."""
CancellerDep = Annotated[Actor, Depends(_canceller)]
"""Who may cancel the request in the path: an editor of its Dag, or the task that asked."""
MaintainerDep = Depends(_maintainer)
"""A task, or a person who runs the platform."""
