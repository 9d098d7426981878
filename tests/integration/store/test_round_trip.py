"""What is written comes back as it was, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Approval, Progress, Withdrawn
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.content import MAX_SUBJECT_LENGTH
from airflow_approvals.domain.events import AnyEvent, Opened, Resumed, Unknown
from airflow_approvals.domain.people import MAX_NAME_LENGTH, SYSTEM, Actor, ActorKind, Who
from airflow_approvals.domain.policy import MAX_TIMEOUT, OnDeny, OnExpiry
from airflow_approvals.domain.status import Status
from airflow_approvals.store import approvals as store
from airflow_approvals.store import tables
from airflow_approvals.store.tables import ID_LENGTH
from airflow_approvals.wire.events import shape_of
from tests.builders import (
    APPROVAL_ID,
    MANAGER,
    NOW,
    TICK,
    content,
    in_status,
    level,
    opened,
    origin,
    person,
    policy,
    role,
    task,
    user,
    yes,
)

OPENED = Opened(at=NOW, actor=SYSTEM, expires_at=None)
EMPTY = opened(
    origin=origin(task_id=None),
    waiter=None,
    policy=policy(level(role("manager"), timeout=None)),
    requested_by=None,
    content=content(body=""),
)


def written(approval: Approval, *events: AnyEvent, session: Session) -> Approval | None:
    """The request as another session reads it, without its count of events."""
    store.add(Change(approval=approval, events=events or (OPENED,)), session=session)
    session.commit()
    session.expunge_all()
    found = store.get(approval.id, session=session)
    return found and replace(found, recorded=approval.recorded)


@pytest.mark.parametrize("status", Status)
def test_every_status(session: Session, status: Status) -> None:
    """The database accepts what the domain can make."""
    made = replace(in_status(status), votes=())
    assert written(made, session=session) == made


def test_a_request_with_nothing_that_may_be_left_out(session: Session) -> None:
    """No task, no asker, no deadline, no text."""
    assert written(EMPTY, session=session) == EMPTY


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
    asked = replace(EMPTY.content, subject=text, body=text)
    approval = replace(EMPTY, content=asked, requested_by=text)
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
    """In metadata, and in facts that this version does not know."""
    approval = replace(EMPTY, content=content(metadata=value))
    fact = Unknown(at=NOW, actor=SYSTEM, name="a_new_fact", fields=value)
    assert written(approval, fact, session=session) == approval
    assert store.events_of(approval.id, session=session) == [fact]


def test_times_come_back_in_utc_to_the_microsecond(session: Session) -> None:
    """Wherever they came from."""
    elsewhere = timezone(timedelta(hours=-7, minutes=-30))
    moment = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=elsewhere)
    progress = Progress(asked_at=moment, expires_at=moment)
    found = written(replace(EMPTY, created_at=moment, progress=progress), session=session)
    assert found is not None
    assert found.created_at == found.progress.asked_at == found.progress.expires_at == moment
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
    longest = Who(kind=ActorKind.PERSON, id="i" * MAX_NAME_LENGTH, name="ö" * MAX_NAME_LENGTH)
    approval = replace(
        opened(
            origin=origin(
                dag_id="d" * ID_LENGTH, run_id="r" * ID_LENGTH, task_id="t" * ID_LENGTH, team_name="x" * 50
            ),
            content=content(subject="s" * MAX_SUBJECT_LENGTH),
            policy=policy(level(role("ä" * MAX_NAME_LENGTH))),
            requested_by="n" * MAX_NAME_LENGTH,
        ),
        resolution=Withdrawn(by=longest, reason="r" * 1000, at=NOW),
    )
    assert written(approval, session=session) == approval


def test_votes_come_back_in_the_order_of_time(session: Session) -> None:
    """Whatever the ids of the people."""
    before = opened(policy=policy(level(role("manager")), quorum=4))
    written(before, session=session)
    for number, name in enumerate(("cy", "ana", "bo")):
        current = store.get(before.id, session=session)
        assert current is not None
        change = decide(current, yes(person(name, "manager"), comment=name), NOW + number * TICK)
        saved = store.save(current, change, session=session)
        session.commit()
        assert store.get(before.id, session=session) == saved
    assert [vote.comment for vote in saved.votes] == ["cy", "ana", "bo"]


def test_facts_come_back_in_the_order_they_were_written(session: Session) -> None:
    """Numbered from one, across writes, even at one and the same time."""
    approval = opened()
    facts = [Unknown(at=NOW, actor=task(), name=f"fact_{number}", fields={}) for number in range(6)]
    current = store.add(Change(approval=approval, events=(facts[0],)), session=session)
    current = store.save(current, Change(approval=current, events=tuple(facts[1:4])), session=session)
    current = store.save(current, Change(approval=current, events=tuple(facts[4:])), session=session)
    session.commit()
    assert store.events_of(approval.id, session=session) == facts
    assert current.recorded == len(facts)


def test_a_fact_that_a_newer_version_wrote_is_read_whole(session: Session) -> None:
    """As unknown, whatever it says, among facts that are known; and it stays in the database as it was."""
    asked = store.add(Change(approval=opened(), events=(OPENED,)), session=session)
    name = "n" * tables.TYPE_LENGTH
    fields = {"os_user": "root", "nested": {"list": [1, None, "ü"]}, "type": "x", "name": "y", "at": "z"}
    newer = {
        "approval_id": asked.id,
        "seq": 2,
        "at": NOW,
        "type": name,
        "actor_kind": "person",
        "actor_id": "id-ana",
        "actor_name": "ana",
        "fields": fields,
    }
    session.execute(insert(tables.event), [newer])
    known = Resumed(at=NOW, actor=task())
    asked = replace(asked, recorded=2)
    store.save(asked, Change(approval=asked, events=(known,)), session=session)
    session.commit()

    unknown = Unknown(at=NOW, actor=person("ana", os_user="root"), name=name, fields=fields)
    assert store.events_of(asked.id, session=session) == [OPENED, unknown, known]
    document = shape_of(unknown).model_dump(mode="json")
    assert (document["type"], document["name"], document["fields"]) == ("unknown", name, fields)
    stored = tables.event.c
    query = select(stored.type, stored.fields).where(stored.seq == 2)
    assert session.execute(query).one() == (name, fields)


@pytest.mark.parametrize(
    "actor", [SYSTEM, MANAGER, task(), person("ana", os_user="root")], ids=lambda actor: actor.name
)
def test_a_fact_says_who(session: Session, actor: Actor) -> None:
    """Kind, id, name and the user of a command line; the roles held then are not kept with it."""
    written(EMPTY, Resumed(at=NOW, actor=actor), session=session)
    (found,) = store.events_of(EMPTY.id, session=session)
    assert found.actor == replace(actor, roles=frozenset())


def test_a_request_that_is_not_there(session: Session) -> None:
    """Is nothing, and no error."""
    assert store.get(APPROVAL_ID, session=session) is None
    assert store.get(APPROVAL_ID, session=session, lock=True) is None
    assert store.id_of_task_instance(UUID(int=1), session=session) is None
    assert store.events_of(APPROVAL_ID, session=session) == []
