"""What is read of requests. Each function opens a session and ends it; none changes anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from airflow_approvals.airflow_core import facts
from airflow_approvals.domain import rules
from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.errors import ApprovalError, NotFound
from airflow_approvals.domain.events import AnyEvent
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.rules import Answer
from airflow_approvals.domain.search import Cut, Filters, Page, Place, Total, Viewer, Watched
from airflow_approvals.service.transaction import Work
from airflow_approvals.store import approvals as store
from airflow_approvals.store import listing


def get(approval_id: UUID, *, work: Work) -> Approval:
    """Read one request. The caller has established that it may be read.

    :raises NotFound: there is none.
    """
    with work.sessions() as session:
        approval = store.get(approval_id, session=session)
    if approval is None:
        raise NotFound
    return approval


def record(approval_id: UUID, *, limit: int | None = None, offset: int = 0, work: Work) -> list[AnyEvent]:
    """Give what happened to a request, oldest first. The caller has established that it may be read.

    :param limit: at most this many facts, after the first ``offset``; None: all.
    """
    with work.sessions() as session:
        return store.events_of(approval_id, limit=limit, offset=offset, session=session)


def content(approval: Approval, fingerprint: str, *, work: Work) -> Content:
    """Give a content that the request has or had. The caller has established that it may be read.

    :raises NotFound: it never had such a one.
    """
    if fingerprint == approval.content.fingerprint:
        return approval.content
    with work.sessions() as session:
        found = store.past_content(approval.id, fingerprint, session=session)
    if found is None:
        raise NotFound
    return found


def watched(approval_ids: Collection[UUID], *, work: Work) -> list[Watched]:
    """Read the little that triggers need of many requests; those that are missing do not exist."""
    with work.sessions() as session:
        return listing.watched(approval_ids, session=session)


def place_of(approval_id: UUID, actor: Actor, *, work: Work) -> Place:
    """Give what decides whether this person may see a request.

    :raises NotFound: there is no such request.
    """
    with work.sessions() as session:
        place = listing.place_of(approval_id, actor, session=session)
    if place is None:
        raise NotFound
    return place


def team_of(dag_id: str, *, gone: str | None = None, work: Work) -> str | None:
    """Give the team of a Dag, if it has one.

    :param gone: its team if Airflow does not know the Dag any more.
    """
    with work.sessions() as session:
        return facts.team_names([dag_id], session=session).get(dag_id, gone)


def teams_of_dags(
    dag_ids: Collection[str] | None = None, *, work: Work
) -> Mapping[str, Collection[str | None]]:
    """Give the Dags that have requests, each with its team, if it has one.

    A Dag that is gone has every team in which requests of it were opened: who may read it in all of them may
    read all of its requests.

    :param dag_ids: only those of them; None, or none: every Dag.
    """
    with work.sessions() as session:
        asked = listing.dags_with_requests(session=session)
        asked &= set(dag_ids or asked)
        known = facts.team_names(asked, session=session)
        gone = listing.dag_teams(asked - known.keys(), session=session)
    return {**gone, **{dag_id: {team_name} for dag_id, team_name in known.items()}}


def page(filters: Filters, *, viewer: Viewer, cut: Cut, now: datetime, work: Work) -> Page:
    """List visible requests."""
    with work.sessions() as session:
        return listing.page(filters, viewer, now=now, cut=cut, session=session)


def count_waiting(viewer: Viewer, *, now: datetime, work: Work) -> Total:
    """Count what the viewer may decide now: the total of the list with ``assigned_to_me``."""
    with work.sessions() as session:
        return listing.count(Filters(assigned_to_me=True), viewer, now=now, session=session)


def choices(viewer: Viewer, *, limit: int, work: Work) -> tuple[list[str], list[str]]:
    """Give Dags and roles that occur in visible requests, at most ``limit`` of each, sorted."""
    with work.sessions() as session:
        return listing.choices(viewer, limit=limit, now=work.clock(), session=session)


def why_not_answer(
    approval: Approval, actor: Actor, verdict: Verdict, *, now: datetime
) -> ApprovalError | None:
    """Say why this person could not give this answer now, judged as the decision would be; None: can."""
    return rules.why_not(advance(approval, now).approval, Answer(actor=actor, verdict=verdict))
