"""Changing and removing rows, and what the database itself refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, event, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Approval, Verdict, Vote
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.edit import Edit, edit
from airflow_approvals.domain.commands.open import open_request
from airflow_approvals.domain.events import Resumed
from airflow_approvals.domain.people import SYSTEM, Approver
from airflow_approvals.store import approvals as store
from airflow_approvals.store import mapping, tables
from airflow_approvals.store.locks import StaleVersion
from tests.builders import (
    APPROVAL_ID,
    MANAGER,
    NOW,
    TI_ID,
    content,
    opening,
    person,
    policy,
    role,
    types,
    user,
    yes,
)


def added(session: Session, **fields: Any) -> Approval:
    """A request in the database; takes the fields of ``Opening``."""
    approval = store.add(open_request(opening(**fields), NOW), session=session)
    session.commit()
    return approval


def changed(approval: Approval) -> Change:
    """A change with a fact, as every written one has."""
    return Change(approval=approval, events=(Resumed(at=NOW, actor=SYSTEM),))


def approvers(session: Session) -> set[tuple[int, str, str]]:
    """All rows of that table."""
    columns = tables.approver.c
    rows = session.execute(select(columns.level, columns.kind, columns.name)).all()
    return {(row.level, row.kind, row.name) for row in rows}


def count(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    return {
        name: session.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in tables.metadata.tables.items()
    }


def test_every_write_counts_the_version(session: Session) -> None:
    """And the facts."""
    before = added(session)
    saved = store.save(before, changed(replace(before, content=content(body="new"))), session=session)
    assert (saved.version, saved.recorded, saved.content.body) == (before.version + 1, 2, "new")
    assert store.get(before.id, session=session) == saved


def test_a_write_based_on_an_older_version_is_refused(session: Session) -> None:
    """And writes nothing: no field, no vote, no event, no approver."""
    before = added(session)
    saved = store.save(before, changed(replace(before, content=content(body="first"))), session=session)
    session.commit()
    rows = count(session)

    change = decide(before, yes(MANAGER), NOW)
    change = replace(change, approval=replace(change.approval, policy=policy(quorum=2)))
    with pytest.raises(StaleVersion):
        store.save(before, change, session=session)
    session.rollback()

    assert store.get(before.id, session=session) == saved
    assert count(session) == rows


def test_a_write_to_a_removed_request_is_refused(session: Session) -> None:
    """As if it had changed."""
    before = added(session)
    store.remove([before.id], session=session)
    with pytest.raises(StaleVersion):
        store.save(before, changed(before), session=session)


def test_approvers_have_rows_of_their_own(session: Session) -> None:
    """Lists are filtered by them; editing replaces them."""
    before = added(session)
    assert approvers(session) == {(0, "role", "manager"), (1, "role", "director")}

    names: tuple[tuple[Approver, ...], ...] = ((user("ana"), role("manager")), (role("board"),))
    change = changed(replace(before, policy=before.policy.with_approvers(names)))
    store.save(before, change, session=session)
    assert approvers(session) == {(0, "user", "ana"), (0, "role", "manager"), (1, "role", "board")}


def test_removing_takes_everything_along_and_leaves_the_rest(session: Session) -> None:
    """Unknown ids are not counted."""
    kept = added(session, id=UUID(int=1), waiter=None)
    rows = count(session)
    removed = [added(session, id=UUID(int=number), waiter=None).id for number in (2, 3)]
    assert store.remove([*removed, APPROVAL_ID], session=session) == 2
    assert store.remove([], session=session) == 0
    assert count(session) == rows
    assert store.get(kept.id, session=session) == kept


def test_one_request_per_try(session: Session) -> None:
    """The database holds it, whatever the code does; requests by hand have no try."""
    added(session)
    with pytest.raises(IntegrityError):
        added(session, id=UUID(int=1))
    session.rollback()
    for number in (2, 3):
        added(session, id=UUID(int=number), waiter=None)
    assert store.id_of_task_instance(TI_ID, session=session) == APPROVAL_ID


def test_one_vote_per_person(session: Session) -> None:
    """The database holds it, whatever the code does."""
    before = added(session)
    vote = Vote(by=person("ana").who, verdict=Verdict.APPROVE, comment=None, level=0, at=NOW)
    with pytest.raises(IntegrityError):
        session.execute(
            insert(tables.vote), mapping.vote_rows(before.id, [vote, replace(vote, comment="again")])
        )


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (tables.approval, "status"),
        (tables.approver, "kind"),
        (tables.vote, "verdict"),
        (tables.event, "actor_kind"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_the_database_refuses_values_the_code_does_not_know(
    session: Session, table: Any, column: str
) -> None:
    """A typing error in a hand-written statement does no harm."""
    before = added(session)
    store.save(before, decide(before, yes(MANAGER), NOW), session=session)
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(update(table).values({column: "unknown"}))


def test_the_database_keeps_no_parts_of_a_removed_request(session: Session) -> None:
    """Even when it is removed by a hand-written statement."""
    before = added(session)
    store.save(before, decide(before, yes(MANAGER), NOW), session=session)
    assert types(store.events_of(before.id, session=session)) == [
        "opened",
        "voted",
        "approved",
    ]
    session.execute(delete(tables.approval))
    assert set(count(session).values()) == {0}


def test_parts_need_a_request(session: Session) -> None:
    """A foreign key ties them to it."""
    row = {"approval_id": APPROVAL_ID, "level": 0, "kind": "role", "name": "manager"}
    with pytest.raises(IntegrityError):
        session.execute(insert(tables.approver).values(row))


def test_a_decision_does_not_write_what_it_leaves_as_it_was(session: Session) -> None:
    """Text, details and terms may be large; only an edit writes them, and terms only if it touched them."""
    before = added(session)
    untouched = {"subject", "body", "metadata", "policy", "dag_id", "created_at"}

    decided = decide(before, yes(MANAGER), NOW)
    written = columns_written(before, decided, session)
    assert written >= {"status", "resolved_at", "version"}
    assert not written & untouched

    edited = edit(before, Edit(actor=MANAGER, subject="New"), NOW)
    assert columns_written(before, edited, session) & untouched == {"subject", "body", "metadata"}

    asked = edit(before, Edit(actor=MANAGER, approvers=((user("ana"),), (user("bo"),))), NOW)
    assert "policy" in columns_written(before, asked, session)


def columns_written(before: Approval, change: Change, session: Session) -> set[str]:
    """What is set in the row of a request; nothing of it is kept."""
    updates: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE approval SET"):
            updates.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        store.save(before, change, session=session)
    finally:
        event.remove(engine, "before_cursor_execute", note)
        session.rollback()
    assignments = [update.removeprefix("UPDATE approval SET ").split(" WHERE ")[0] for update in updates]
    return {assignment.split("=")[0].strip() for assignment in ", ".join(assignments).split(", ")}
