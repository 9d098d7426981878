"""What callers may: see, edit, cancel, maintain. Who may decide is a matter of the domain's rules.

The auth manager is asked while no database connection of ours is held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, NoReturn
from uuid import UUID

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
from fastapi import Depends

from airflow_approvals import tokens
from airflow_approvals.api.callers import (
    CallerDep,
    Person,
    PersonDep,
    TaskDep,
    Token,
    TokenDep,
    UserIfAnyDep,
    own_task,
)
from airflow_approvals.api.work import WorkDep
from airflow_approvals.domain.approval import Approval, Origin
from airflow_approvals.domain.errors import NotAllowed, NotFound
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.search import Place, Viewer, Watched
from airflow_approvals.service import audit, looking, reading
from airflow_approvals.service.audit import Deed
from airflow_approvals.service.opening import task_actor
from airflow_approvals.service.transaction import Work
from airflow_approvals.wire.watching import WatchBody


@dataclass(frozen=True, kw_only=True)
class Sight:
    """A request in the path and a person who looks at it."""

    approval_id: UUID
    person: Person
    place: Place
    work: Work

    def may(self, method: str) -> bool:
        """Tell whether the auth manager lets the person do this to the request's Dag."""
        return _may(self.person, method, self.place.dag_id, self._team_name)

    @cached_property
    def _team_name(self) -> str | None:
        return reading.team_of(self.place.dag_id, gone=self.place.team_name, work=self.work)

    def refuse(self, deed: Deed, refusal: NotAllowed) -> NoReturn:
        """Note and raise.

        :raises NotAllowed: the refusal.
        """
        place = self.place
        origin = Origin(
            dag_id=place.dag_id, run_id=place.run_id, task_id=place.task_id, map_index=place.map_index
        )
        raise _noted(refusal, deed, self.person, origin, self.approval_id, self.work)


def viewer_of(person: Person, dag_ids: Collection[str] | None = None, *, work: Work) -> Viewer:
    """Give this person's eyes: who they are, and which Dags that have requests they may read.

    The auth manager is asked once, for each team if there are any, and not once for each Dag.

    :param dag_ids: look at these only; none: at every Dag.
    """
    by_team: dict[str | None, set[str]] = defaultdict(set)
    for dag_id, teams in reading.teams_of_dags(dag_ids, work=work).items():
        for team_name in teams:
            by_team[team_name].add(dag_id)
    manager = get_auth_manager()
    refused: set[str] = set()
    for team_name, named in by_team.items():
        refused |= named - manager.filter_authorized_dag_ids(
            dag_ids=named, user=person.user, method="GET", team_name=team_name
        )
    return Viewer(actor=person.actor, readable_dag_ids=frozenset().union(*by_team.values()) - refused)


def require_editor(person: Person, origin: Origin, deed: Deed, *, work: Work) -> None:
    """Let only those pass who may edit the Dag; others are noted.

    :param origin: with the team that the Dag has now.
    :raises NotAllowed: this person may not.
    """
    if not _may(person, "PUT", origin.dag_id, origin.team_name):
        raise _noted(_not_an_editor(origin.dag_id), deed, person, origin, None, work)


def is_administrator(user: BaseUser) -> bool:
    """Tell whether a user runs this Airflow: who may edit connections."""
    return bool(get_auth_manager().is_authorized_connection(method="PUT", user=user))


def _not_an_editor(dag_id: str) -> NotAllowed:
    return NotAllowed(f"This needs permission to edit Dag {dag_id}.", rule="may_edit_dag")


def _not_an_administrator() -> NotAllowed:
    return NotAllowed("This needs permission to edit connections.", rule="administrator")


def _noted(
    refusal: NotAllowed, deed: Deed, person: Person, origin: Origin, approval_id: UUID | None, work: Work
) -> NotAllowed:
    audit.note_refusal(deed, person.actor, origin, refusal, approval_id=approval_id, work=work)
    return refusal


def _may(person: Person, method: str, dag_id: str, team_name: str | None) -> bool:
    details = DagDetails(id=dag_id, team_name=team_name)
    return bool(get_auth_manager().is_authorized_dag(method=method, details=details, user=person.user))


def _visible(approval_id: UUID, person: PersonDep, work: WorkDep) -> Sight:
    place = reading.place_of(approval_id, person.actor, work=work)
    sight = Sight(approval_id=approval_id, person=person, place=place, work=work)
    if not sight.place.is_approver and not sight.may("GET"):
        raise NotFound
    return sight


SightDep = Annotated[Sight, Depends(_visible)]
"""A person who may see the request in the path."""


def _editor(sight: SightDep) -> Person:
    return _who_may_edit(sight, Deed.EDIT)


def _who_may_edit(sight: Sight, deed: Deed) -> Person:
    if not sight.may("PUT"):
        sight.refuse(deed, _not_an_editor(sight.place.dag_id))
    return sight.person


EditorDep = Annotated[Person, Depends(_editor)]
"""A person who may see the request in the path and edit its Dag."""


def _deleter(sight: SightDep) -> Person:
    if not is_administrator(sight.person.user):
        sight.refuse(Deed.DELETE, _not_an_administrator())
    return sight.person


DeleterDep = Annotated[Person, Depends(_deleter)]
"""A person who may see the request in the path and runs this Airflow: no editor wipes out their traces."""


def _readable(approval_id: UUID, caller: CallerDep, work: WorkDep) -> Approval:
    if isinstance(caller, Token):
        _require_own([approval_id], own_task(caller), work)
        return reading.get(approval_id, work=work)
    _visible(approval_id, caller, work)
    return looking.get(approval_id, work=work)


ReadableDep = Annotated[Approval, Depends(_readable)]
"""The request in the path, for a person who may see it or the task that asked."""


def _canceller(approval_id: UUID, caller: CallerDep, work: WorkDep) -> Actor:
    if isinstance(caller, Token):
        ti_id = own_task(caller)
        _require_own([approval_id], ti_id, work)
        return task_actor(ti_id)
    return _who_may_edit(_visible(approval_id, caller, work), Deed.CANCEL).actor


CancellerDep = Annotated[Actor, Depends(_canceller)]
"""Who may cancel the request in the path: an editor of its Dag, or the task that asked."""


def _own(approval_id: UUID, ti_id: TaskDep, work: WorkDep) -> None:
    _require_own([approval_id], ti_id, work)


OwnDep = Depends(_own)
"""The task that asked the request in the path."""


def _watched(body: WatchBody, token: TokenDep, work: WorkDep) -> list[Watched]:
    if token.subject == tokens.watch_subject(body.ids):
        return reading.watched(body.ids, work=work)
    return _require_own(body.ids, own_task(token), work)


WatchedDep = Annotated[list[Watched], Depends(_watched)]
"""The requests named in the body, for the triggerer that waits for exactly them or the task that asked."""


def _require_own(approval_ids: Collection[UUID], ti_id: UUID, work: Work) -> list[Watched]:
    """Give those requests if each is the task's own.

    :raises NotAllowed: one belongs to another task instance, or does not exist: which is not said.
    """
    found = reading.watched(approval_ids, work=work)
    if len(found) < len(set(approval_ids)) or any(watched.ti_id != ti_id for watched in found):
        raise NotAllowed("A task's token reaches only its own request.", rule="own_request")
    return found


def _is_maintainer(user: UserIfAnyDep) -> bool:
    return user is not None and is_administrator(user)


IsMaintainerDep = Annotated[bool, Depends(_is_maintainer)]
"""Whether a person who runs the platform asks; everybody else may ask as well."""


def _maintainer(caller: CallerDep) -> None:
    if isinstance(caller, Token):
        own_task(caller)  # of whichever task: the maintenance Dag's
    elif not is_administrator(caller.user):
        raise _not_an_administrator()


MaintainerDep = Depends(_maintainer)
"""A task, or a person who runs the platform: who may edit connections."""
