"""What is written comes back as it was, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import SYSTEM, Actor, Approval, Event, EventType, Verdict
from airflow_approvals.domain.lifecycle import MAX_SUBJECT_LENGTH, decide
from airflow_approvals.domain.policy import MAX_NAME_LENGTH, MAX_TIMEOUT, OnDeny, OnExpiry
from airflow_approvals.domain.status import Status
from airflow_approvals.store import approvals as store
from airflow_approvals.store.tables import ID_LENGTH
from tests.builders import (
    APPROVAL_ID,
    HOUR,
    MANAGER,
    NOW,
    OTHER_MANAGER,
    TICK,
    in_status,
    level,
    opened,
    origin,
    person,
    policy,
    role,
    task,
    user,
)


def written(approval: Approval, *events: Event, session: Session) -> Approval | None:
    """The request as another session reads it."""
    store.add(approval, events or (event(),), session=session)
    session.commit()
    session.expunge_all()
    return store.get(approval.id, session=session)


def event(type_: EventType = EventType.OPENED, actor: Actor = SYSTEM, **detail: Any) -> Event:
    """Any fact."""
    return Event(type=type_, at=NOW, actor=actor, detail=detail)


FULL = replace(
    opened(origin=origin(map_index=3, team_name="red")),
    status=Status.APPROVED,
    level=1,
    escalated_at=NOW + HOUR,
    resolved_at=NOW + HOUR + TICK,
    actor_id=MANAGER.id,
    actor_name=MANAGER.name,
    comment="fine",
    inputs={"amount": 3},
    resumed_at=NOW + HOUR + 2 * TICK,
    version=7,
)
EMPTY = opened(
    origin=origin(task_id=None, try_number=None, ti_id=None),
    policy=policy(level(role("manager"), timeout=None)),
    requested_by=None,
    body="",
)


@pytest.mark.parametrize("approval", [FULL, EMPTY], ids=["every field", "no field that may be empty"])
def test_all_fields(session: Session, approval: Approval) -> None:
    """Full ones and empty ones."""
    assert written(approval, session=session) == approval


@pytest.mark.parametrize("status", Status)
def test_every_status(session: Session, status: Status) -> None:
    """The database accepts what the domain can make."""
    made = in_status(status)
    assert written(replace(made, votes=()), session=session) == replace(made, votes=())


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "ünïcödé 🎉 日本語",
        "'quotes\" and \\ backslash %s :name",
        "two\nlines\tand a tab",
        "<b>&amp;</b>",
    ],
)
def test_any_text(session: Session, text: str) -> None:
    """Nothing in it is code."""
    approval = replace(EMPTY, subject=text, body=text, requested_by=text)
    assert written(approval, session=session) == approval


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"nested": {"list": [1, 2.5, "x", None, True, {"deep": []}]}},
        {"": "empty key", "ключ": "значение", "a.b $c": 1},
        {"big": 2**53, "small": -0.1, "none": None},
        {"html": "</script>", "nul": "a\u0000b"},
    ],
    ids=["empty", "nested", "odd keys", "numbers", "odd text"],
)
def test_any_json(session: Session, value: dict[str, Any]) -> None:
    """In metadata, inputs and the detail of events."""
    approval = replace(EMPTY, metadata=value, inputs=value)
    assert written(approval, event(detail=value), session=session) == approval
    assert [found.detail for found in store.events_of(approval.id, session=session)] == [{"detail": value}]


def test_times_come_back_in_utc_to_the_microsecond(session: Session) -> None:
    """Wherever they came from."""
    elsewhere = timezone(timedelta(hours=-7, minutes=-30))
    moment = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=elsewhere)
    found = written(replace(EMPTY, created_at=moment, expires_at=moment), session=session)
    assert found is not None
    assert found.created_at == found.expires_at == moment
    assert found.created_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "terms",
    [
        policy(level(role("manager"), user("ana"), role("ana")), level(user("bo"), timeout=None)),
        policy(level(role("manager"), timeout=TICK), level(role("x"), timeout=MAX_TIMEOUT)),
        policy(level(role("manager"), timeout=timedelta(days=3649, seconds=86399, microseconds=999999))),
        policy(on_deny=OnDeny.SKIP, on_expiry=OnExpiry.APPROVE, quorum=5),
        policy(*[level(role(f"level {number}")) for number in range(20)]),
    ],
    ids=["kinds", "extreme timeouts", "odd timeout", "outcomes", "many levels"],
)
def test_any_policy(session: Session, terms: Any) -> None:
    """A snapshot is exactly what was agreed."""
    found = written(replace(EMPTY, policy=terms), session=session)
    assert found is not None
    assert found.policy == terms


def test_the_longest_names_fit(session: Session) -> None:
    """The limits of the domain, and of Airflow, are those of the tables."""
    approval = replace(
        opened(
            origin=origin(
                dag_id="d" * ID_LENGTH, run_id="r" * ID_LENGTH, task_id="t" * ID_LENGTH, team_name="x" * 50
            ),
            subject="s" * MAX_SUBJECT_LENGTH,
            policy=policy(level(role("ä" * MAX_NAME_LENGTH))),
            requested_by="n" * MAX_NAME_LENGTH,
        ),
        actor_id="i" * MAX_NAME_LENGTH,
        actor_name="ö" * MAX_NAME_LENGTH,
    )
    assert written(approval, session=session) == approval


def test_votes_come_back_in_the_order_of_time(session: Session) -> None:
    """Whatever the ids of the people."""
    before = opened(policy=policy(level(role("manager")), quorum=3))
    written(before, session=session)
    for number, name in enumerate(("cy", "ana", "bo")):
        current = store.get(before.id, session=session)
        assert current is not None
        actor = person(name, "manager")
        verdict = Verdict.APPROVE
        after, events = decide(current, actor=actor, verdict=verdict, now=NOW + number * TICK, comment=name)
        saved = store.save(current, after, events, session=session)
        session.commit()
        assert store.get(before.id, session=session) == saved
    assert [vote.comment for vote in saved.votes] == ["cy", "ana", "bo"]


def test_events_come_back_in_the_order_they_were_written(session: Session) -> None:
    """Numbered from one, across writes, even at one and the same time."""
    before = opened()
    written(before, event(EventType.OPENED, task()), session=session)
    saved = store.save(
        before, before, (event(EventType.REMINDED), event(EventType.VOTED, MANAGER)), session=session
    )
    store.save(saved, saved, (event(EventType.UPDATED, OTHER_MANAGER),), session=session)
    session.commit()
    assert [found.type for found in store.events_of(before.id, session=session)] == [
        EventType.OPENED,
        EventType.REMINDED,
        EventType.VOTED,
        EventType.UPDATED,
    ]


@pytest.mark.parametrize("actor", [SYSTEM, MANAGER, task()], ids=lambda actor: actor.kind.value)
def test_an_event_says_who(session: Session, actor: Actor) -> None:
    """Kind, id and name; the roles held then are in the detail where they mattered."""
    written(EMPTY, event(actor=actor), session=session)
    (found,) = store.events_of(EMPTY.id, session=session)
    assert found.actor == replace(actor, roles=frozenset(), via={})


def test_a_request_that_is_not_there(session: Session) -> None:
    """Is nothing, and no error."""
    assert store.get(APPROVAL_ID, session=session) is None
    assert store.get(APPROVAL_ID, session=session, lock=True) is None
    assert store.id_of_task_instance(UUID(int=1), session=session) is None
    assert store.events_of(APPROVAL_ID, session=session) == []
