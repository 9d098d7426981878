"""A database that version 0.1.0 filled goes on with this one: nothing is lost, open gates are answered."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from airflow_approvals.config import Settings
from airflow_approvals.domain.approval import Approval, Decided, Lapsed, Verdict, Withdrawn
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.edit import past
from airflow_approvals.domain.events import AnyEvent, Changed, Expired, Updated, Voted
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.rules import Answer
from airflow_approvals.domain.status import Status
from airflow_approvals.service import commands, reading, sweep
from airflow_approvals.service.transaction import Work
from airflow_approvals.store.tables import approval as approval_table
from tests.airflow_rows import AirflowRows
from tests.builders import DIRECTOR, HOUR, MANAGER, MINUTE, NOW, OTHER_MANAGER, role, types, user
from tests.databases import Databases, used_by_airflow

DUMPS = Path(__file__).parent / "data"
JSON_COLUMNS = {"policy", "metadata", "detail", "fields"}
TABLES = ("approval", "approval_approver", "approval_vote", "approval_event")

UNDELIVERED = "approved_undelivered"
OPEN = {
    "pending",
    "escalated",
    "mapped",
    "without_deadline",
    "half_of_a_quorum",
    "silence_fails",
    "silence_skips",
    "silence_approves",
    "silence_denys",
    "denial_skips",
    "edited",
    "second_try",
    "superseded by a newer try",
}


def load_dump(database: str) -> None:
    """Put our tables as 0.1.0 left them into a database without any of ours."""
    url = sa.make_url(database)
    dump = (DUMPS / f"0.1.0-{'sqlite' if url.get_backend_name() == 'sqlite' else 'postgres'}.sql").read_text()
    if url.get_backend_name() == "sqlite":
        with contextlib.closing(sqlite3.connect(str(url.database))) as connection:
            connection.executescript(dump)
        return
    with sa.create_engine(database, poolclass=sa.NullPool).begin() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(dump)


def migrate(to: str) -> None:
    """Go up to ``heads`` or down to a revision, on the database that Airflow uses in this process."""
    from airflow.utils.session import create_session

    from airflow_approvals.store.db_manager import ApprovalsDBManager

    with create_session(scoped=False) as session:
        manager = ApprovalsDBManager(session)
        (manager.upgradedb if to == "heads" else manager.downgrade)(to)


def rows(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Everything in the four tables of revision 0001."""
    return {
        table: sorted(
            (plain(row) for row in session.execute(sa.text(f'SELECT * FROM "{table}"')).mappings()),  # noqa: S608
            key=str,
        )
        for table in TABLES
    }


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its JSON read, which SQLite gives as text; how that is spaced does not matter."""
    return {
        name: json.loads(value) if name in JSON_COLUMNS and isinstance(value, str) else value
        for name, value in row.items()
    }


def work_at(now: datetime) -> Work:
    """What the use cases work with, at a time that stands still."""
    return Work(settings=Settings(settle_seconds=5.0), clock=lambda: now)


@pytest.fixture
def old(databases: Databases) -> Iterator[Session]:
    """A session on a database as 0.1.0 left it, used by the Airflow of this process."""
    from airflow import settings

    database = databases.migrated()
    with used_by_airflow(database):
        migrate("base")
        with settings.NonScopedSession() as session:
            session.execute(sa.text("DROP TABLE alembic_version_approvals"))
            session.commit()
            load_dump(database)
            yield session


@pytest.fixture
def upgraded(old: Session) -> Session:
    """The same, migrated to what this version needs."""
    migrate("heads")
    return old


def test_an_interrupted_upgrade_is_simply_run_again(old: Session) -> None:
    """A half-done migration leaves nothing behind; nor on SQLite, which changes tables by copying them."""
    before = rows(old)
    old.execute(sa.text("CREATE TABLE approval_waiter (in_the_way INTEGER)"))
    old.commit()
    with pytest.raises(sa.exc.DBAPIError, match="approval_waiter"):
        migrate("heads")
    assert rows(old) == before
    old.execute(sa.text("DROP TABLE approval_waiter"))
    old.commit()

    migrate("heads")

    assert len(everything(old)) == len(before["approval"])


def everything(session: Session) -> dict[str, tuple[Approval, list[AnyEvent]]]:
    """All requests with their records, by task; those opened by hand by their number."""
    found: dict[str, tuple[Approval, list[AnyEvent]]] = {}
    query = sa.select(approval_table.c.id).order_by(approval_table.c.id)
    for approval_id in session.execute(query).scalars():
        approval = reading.get(approval_id, work=work_at(NOW))
        record = reading.record(approval_id, work=work_at(NOW))
        by_hand = approval.waiter is None
        name = f"by hand {len(found)}" if by_hand else str(approval.origin.task_id)
        if name in found:
            name += " by a newer try"
        found[name] = (approval, record)
    return found


@pytest.fixture
def waiting(upgraded: Session) -> dict[str, Approval]:
    """The open requests, with their tasks deferred in Airflow's tables as they were before the upgrade."""
    from airflow import settings

    airflow = AirflowRows(settings.NonScopedSession)
    airflow.run()
    found = {name: approval for name, (approval, _) in everything(upgraded).items()}
    for name, approval in found.items():
        if approval.waiter is not None and (approval.is_open or name == UNDELIVERED):
            origin = approval.origin
            airflow.task_instance(
                dag_id=origin.dag_id,
                run_id=origin.run_id,
                task_id=str(origin.task_id),
                map_index=origin.map_index,
                try_number=approval.waiter.try_number,
                ti_id=approval.waiter.ti_id,
                state="deferred",
            )
    return {name: approval for name, approval in found.items() if approval.is_open}


def test_every_fact_is_still_in_the_record(old: Session) -> None:
    """As many requests, votes, approvers and events as before, each with its time and its actor."""
    before = rows(old)
    old.commit()
    migrate("heads")
    after = rows(old)
    for table in TABLES:
        assert len(after[table]) == len(before[table]) > 0
    assert [(e["approval_id"], e["seq"], str(e["at"]), e["actor_id"]) for e in after["approval_event"]] == [
        (e["approval_id"], e["seq"], str(e["at"]), e["actor_id"]) for e in before["approval_event"]
    ]
    for approval, record in everything(old).values():
        assert approval.recorded == len(record)


def test_a_closed_request_still_says_how_it_ended(upgraded: Session) -> None:
    """By whom, with which words; silence is one fact, whatever it led to."""
    found = everything(upgraded)
    end = found["approved"][0].resolution
    assert isinstance(end, Decided)
    assert (end.by, end.comment) == (MANAGER.who, "Checked.")
    withdrawn = found["cancelled"][0].resolution
    assert isinstance(withdrawn, Withdrawn)
    assert withdrawn.reason == "The release was called off."
    for word, status in (
        (OnExpiry.FAIL, Status.EXPIRED),
        (OnExpiry.SKIP, Status.EXPIRED),
        (OnExpiry.APPROVE, Status.APPROVED),
        (OnExpiry.DENY, Status.DENIED),
    ):
        approval, record = found[f"passed_{word.value}"]
        assert approval.status is status
        assert isinstance(approval.resolution, Lapsed)
        assert types(record) == ["opened", "expired", "resumed"]
        assert isinstance(record[1], Expired)
        assert record[1].on_expiry is word


def test_what_was_said_and_changed_is_still_read(upgraded: Session) -> None:
    """Comments, the role that counted, the command line's user, and every edit with old and new."""
    found = everything(upgraded)
    voted = found["from_a_shell"][1][1]
    assert isinstance(voted, Voted)
    assert (voted.comment, voted.counted_as, voted.actor.os_user) == (
        "From the shell.",
        (role("manager"),),
        "airflow",
    )
    updated = found["edited"][1][1]
    assert isinstance(updated, Updated)
    assert updated.expires_at == Changed(before=NOW + HOUR, after=NOW + 3 * HOUR)
    assert updated.approvers is not None
    assert updated.approvers.after == ((role("manager"), user("ana")), (role("director"),))
    assert updated.content is not None
    assert "metadata" in updated.fields
    texts = [
        reading.content(found["edited"][0], mark, work=work_at(NOW)).metadata
        for mark in (updated.content.before, updated.content.after)
    ]
    assert texts == [{"rows": 1200}, {"rows": 1300, "checks": [{"name": "unit", "ok": True}, None]}]
    assert found["edited"][0].edits == (past(updated),)


def test_every_kind_of_open_request_can_be_approved(waiting: dict[str, Approval]) -> None:
    """Its task goes on with the decision; one that nobody waits for is simply approved."""
    from airflow import settings

    airflow = AirflowRows(settings.NonScopedSession)
    assert {name for name in waiting if not name.startswith("by hand")} == OPEN
    for name, approval in waiting.items():
        now = approval.progress.asked_at + MINUTE
        approved = commands.run(approval.id, decide, yes_of(approval, MANAGER), work=work_at(now))
        assert approved.status is Status.APPROVED, name
        if approval.waiter is not None:
            task = airflow.look(approval.waiter.ti_id)
            assert (task.state, task.next_kwargs["event"]["status"]) == ("scheduled", "approved"), name
            assert approved.waiter is not None
            assert approved.waiter.ended_at == now


def yes_of(approval: Approval, actor: Actor) -> Answer:
    """An approval by somebody who has not answered yet and is asked."""
    if approval.votes:
        actor = OTHER_MANAGER
    if approval.progress.level:
        actor = DIRECTOR
    return Answer(actor=actor, verdict=Verdict.APPROVE)


def test_silence_means_what_was_agreed(waiting: dict[str, Approval]) -> None:
    """Deadlines and terms of open requests are those from before the upgrade."""
    expected = {
        "silence_fails": Status.EXPIRED,
        "silence_skips": Status.EXPIRED,
        "silence_approves": Status.APPROVED,
        "silence_denys": Status.DENIED,
        "pending": Status.ESCALATED,
        "escalated": Status.EXPIRED,
        "edited": Status.PENDING,
        "without_deadline": Status.PENDING,
    }
    for name, status in expected.items():
        approval = waiting[name]
        at_deadline = approval.progress.asked_at + HOUR
        assert commands.bring_up_to_date(approval.id, work=work_at(at_deadline)).approval.status is status


def test_a_decision_that_had_not_arrived_is_delivered(
    upgraded: Session, waiting: dict[str, Approval]
) -> None:
    """The next sweep wakes the task of a request that was decided just before the upgrade."""
    from airflow import settings

    undelivered, record = everything(upgraded)[UNDELIVERED]
    assert types(record) == ["opened", "voted", "approved"]
    sweep.sweep(work=work_at(NOW + 2 * MINUTE))
    assert undelivered.waiter is not None
    assert AirflowRows(settings.NonScopedSession).look(undelivered.waiter.ti_id).state == "scheduled"
