"""What people read: kept once, however often it changes, and what an answer is to."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Verdict
from airflow_approvals.domain.commands.edit import MAX_EDITS
from airflow_approvals.domain.errors import (
    AlreadyClosed,
    ContentChanged,
    ContentDiffers,
    NotAllowed,
    NotFound,
    TooManyEdits,
    VersionDiffers,
)
from airflow_approvals.domain.status import Status
from airflow_approvals.service import opening, reading
from airflow_approvals.store import tables
from tests.airflow_rows import AirflowRows
from tests.builders import HOUR, MANAGER, MINUTE, NOW, OTHER_MANAGER, content, person, policy, role, user
from tests.integration.service.desk import EDITOR, SOON, Desk, question, work_at


def test_an_answer_to_another_text_is_refused_and_changes_nothing(desk: Desk) -> None:
    """The editor was faster than the click; read anew, it counts."""
    gate = desk.gate()
    edited = desk.edit(gate, body="Pay twice.")
    with pytest.raises(ContentChanged) as conflict:
        desk.decide(gate, fingerprint=gate.content.fingerprint)
    assert (conflict.value.changed, conflict.value.fingerprint) == (("body",), edited.content.fingerprint)
    assert desk.read(gate) == edited
    assert desk.decide(gate, fingerprint=edited.content.fingerprint).status is Status.APPROVED


def test_a_late_answer_hears_who_was_first_not_what_changed(desk: Desk) -> None:
    """Closed comes before everything an answer must have."""
    gate = desk.gate()
    desk.edit(gate, body="Pay twice.")
    desk.decide(gate)
    with pytest.raises(AlreadyClosed):
        desk.decide(gate, actor=OTHER_MANAGER, fingerprint=gate.content.fingerprint)


def test_an_edit_voids_the_answers_in_the_database_too(desk: Desk, session: Session) -> None:
    """Who answered answers again, and needs no other place in the table of votes."""
    gate = desk.gate(policy(quorum=2))
    desk.decide(gate)
    desk.edit(gate, body="Pay twice.")
    assert session.execute(select(func.count()).select_from(tables.vote)).scalar_one() == 0
    session.rollback()
    assert desk.decide(gate).status is Status.PENDING
    assert desk.decide(gate, actor=OTHER_MANAGER).status is Status.APPROVED
    assert [vote.by.name for vote in desk.read(gate).votes] == [MANAGER.name, OTHER_MANAGER.name]


def test_who_edited_is_remembered_from_the_record(desk: Desk) -> None:
    """Read back from the database, by whichever channel they come."""
    gate = desk.gate()
    desk.edit(gate, actor=MANAGER, expires_at=NOW + 3 * HOUR)
    for actor in (MANAGER, person(MANAGER.name, "manager", id="another-id", os_user="ops")):
        with pytest.raises(NotAllowed) as refusal:
            desk.decide(gate, actor=actor)
        assert refusal.value.rule == "not_own_edit"
    assert desk.decide(gate, Verdict.DENY).status is Status.DENIED


def test_old_contents_can_be_read_and_each_is_kept_once(desk: Desk, session: Session) -> None:
    """There and back a hundred times is two contents; the present one is not kept twice."""
    gate = desk.gate()
    one, other = gate.content, content(metadata={"rows": 1200}, body="x" * 100_000)
    for number in range(MAX_EDITS):
        desk.edit(gate, body=(other, one)[number % 2].body)
    kept = session.execute(select(tables.content.c.fingerprint)).scalars().all()
    assert sorted(kept) == sorted([one.fingerprint, other.fingerprint])
    session.rollback()
    for known in (one, other):
        assert reading.content(desk.read(gate), known.fingerprint, work=work_at(SOON)) == known
    with pytest.raises(NotFound):
        reading.content(desk.read(gate), "0" * 64, work=work_at(SOON))


def test_another_requests_content_is_not_found(desk: Desk) -> None:
    """Whoever knows its fingerprint."""
    secret = desk.gate(task_id="secret")
    old = desk.edit(secret, body="the old secret")
    desk.edit(secret, body="the new secret")
    gate = desk.gate(task_id="another")
    with pytest.raises(NotFound):
        reading.content(gate, old.content.fingerprint, work=work_at(SOON))


def test_the_record_of_many_large_edits_stays_small(desk: Desk, session: Session) -> None:
    """It names contents and does not repeat them, and has an end."""
    gate = desk.gate()
    for number in range(MAX_EDITS):
        desk.edit(gate, body=f"{number} " + "x" * 50_000)
    with pytest.raises(TooManyEdits):
        desk.edit(gate, body="one more")
    stored = session.execute(select(tables.event.c.fields)).scalars().all()
    assert len(json.dumps(list(stored))) < 300 * len(stored)
    session.rollback()
    first = reading.record(gate.id, limit=10, work=work_at(SOON))
    rest = reading.record(gate.id, limit=1000, offset=10, work=work_at(SOON))
    assert (len(first), first + rest) == (10, desk.events(gate))


def test_an_edit_of_an_older_version_is_refused(desk: Desk) -> None:
    """Two editors have the same page open; the second one is told."""
    gate = desk.gate()
    desk.edit(gate, body="Pay twice.", version=gate.version)
    with pytest.raises(VersionDiffers) as refusal:
        desk.edit(gate, body="Pay three times.", version=gate.version)
    assert refusal.value.version == 2
    assert desk.read(gate).content.body == "Pay twice."


def test_an_edit_of_what_has_escalated_meanwhile_is_refused(desk: Desk) -> None:
    """The editor has seen the first level, whose deadline is what they change; the escalation stays."""
    gate = desk.gate()
    with pytest.raises(VersionDiffers) as refusal:
        desk.edit(gate, expires_at=NOW + 9 * HOUR, version=gate.version, now=NOW + HOUR)
    escalated = desk.read(gate)
    assert (refusal.value.version, escalated.version) == (2, 2)
    assert desk.trail(gate) == ["opened", "escalated"]
    edited = desk.edit(gate, expires_at=NOW + 9 * HOUR, version=escalated.version, now=NOW + HOUR + MINUTE)
    assert edited.progress.expires_at == NOW + 9 * HOUR


def test_only_a_replaced_content_is_kept(desk: Desk, session: Session) -> None:
    """Neither another deadline nor other approvers copy the text, nor does repeating it."""
    gate = desk.gate()
    desk.edit(gate, expires_at=NOW + 9 * HOUR)
    desk.edit(gate, approvers=((user("ana"),), (role("board"),)), body=gate.content.body)
    assert session.execute(select(func.count()).select_from(tables.content)).scalar_one() == 0
    session.rollback()
    desk.edit(gate, body="Pay twice.")
    assert session.execute(select(tables.content.c.body)).scalars().all() == [gate.content.body]


def test_a_fingerprint_is_computed_when_the_content_is_written(desk: Desk, session: Session) -> None:
    """And read from then on; of a request that an older version opened it is computed."""
    gate = desk.gate()
    stored = tables.approval.c.fingerprint
    assert session.execute(select(stored)).scalar_one() == gate.content.fingerprint
    session.rollback()
    edited = desk.edit(gate, body="Pay twice.")
    assert session.execute(select(stored)).scalar_one() == edited.content.fingerprint
    session.execute(update(tables.approval).values(fingerprint="stored"))
    session.commit()
    assert desk.read(gate).content.fingerprint == "stored"
    session.execute(update(tables.approval).values(fingerprint=None))
    session.commit()
    assert desk.read(gate).content.fingerprint == edited.content.fingerprint


@pytest.mark.parametrize("old", [1, True, 1.0, [1], {"a": 1}])
@pytest.mark.parametrize("new", [1, True, 1.0, [1.0], {"a": True}])
def test_no_change_of_details_is_lost(desk: Desk, old: object, new: object) -> None:
    """What Python takes for equal, JSON does not."""
    gate = desk.gate()
    desk.edit(gate, metadata={"n": old})
    edited = desk.edit(gate, metadata={"n": new})
    assert json.dumps(desk.read(gate).content.metadata) == json.dumps({"n": new})
    assert edited.version == (3 if json.dumps(old) != json.dumps(new) else 2)


def ask_again(desk: Desk, ti_id: UUID, **fields: object) -> UUID:
    """The task opens its request once more, as when the first answer was lost."""
    return opening.open_by_task(ti_id, question(**fields), work=work_at(SOON))[0].id  # type: ignore[arg-type]


def test_asking_again_after_edits_gives_the_same_request(desk: Desk, rows: AirflowRows) -> None:
    """Whatever people changed meanwhile; what was asked first is what is compared."""
    ti_id = rows.task_instance()
    gate = desk.ask(ti_id)
    desk.edit(gate, subject="Release 1.3")
    desk.edit(gate, metadata={}, expires_at=NOW + 3 * HOUR)
    desk.edit(gate, approvers=((user("ana"),), (role("board"),)))
    assert ask_again(desk, ti_id) == gate.id
    with pytest.raises(ContentDiffers):
        ask_again(desk, ti_id, subject="Release 1.3")
    with pytest.raises(ContentDiffers):
        ask_again(desk, ti_id, terms=policy(quorum=2))


def test_asking_again_after_an_edit_whose_text_is_lost(
    desk: Desk, rows: AirflowRows, session: Session
) -> None:
    """As where the upgrade was printed as SQL: nobody knows what was asked first, so the gate goes on."""
    ti_id = rows.task_instance()
    gate = desk.ask(ti_id)
    desk.edit(gate, subject="Release 1.3")
    older = {"changed": {"subject": {"from": gate.content.subject, "to": "Release 1.3"}}}
    session.execute(update(tables.event).where(tables.event.c.type == "updated").values(fields=older))
    session.commit()
    assert ask_again(desk, ti_id) == gate.id


def test_a_slow_clock_does_not_turn_the_record_round(desk: Desk) -> None:
    """Another API server's clock is a minute behind; what comes later stands later, votes included."""
    gate = desk.gate(policy(quorum=3))
    desk.decide(gate, now=SOON + MINUTE)
    desk.decide(gate, actor=OTHER_MANAGER, now=SOON)
    desk.edit(gate, actor=EDITOR, expires_at=NOW + 3 * HOUR, now=NOW)
    times = [event.at for event in desk.events(gate)]
    assert times == sorted(set(times))
    assert [vote.by.name for vote in desk.read(gate).votes] == [MANAGER.name, OTHER_MANAGER.name]
