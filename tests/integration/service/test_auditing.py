"""Airflow's own audit log has every deed and every refusal, with the person."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from airflow.models.log import Log
from sqlalchemy import select
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Verdict
from airflow_approvals.domain.errors import ApprovalError
from tests.airflow_rows import AirflowRows
from tests.builders import MANAGER, STRANGER
from tests.integration.service.desk import ADMINISTRATOR, EDITOR, SOON, Desk


def lines(session: Session) -> list[tuple[str, str, str | None]]:
    """Each line: event, who, and why it was refused."""
    session.rollback()
    found = session.execute(select(Log.event, Log.owner, Log.extra).order_by(Log.id))
    return [(row.event, row.owner, json.loads(row.extra).get("refused")) for row in found]


def tried(deed: Any, *arguments: Any, **named: Any) -> None:
    """Do it, or be refused."""
    with pytest.raises(ApprovalError):
        deed(*arguments, **named)


@pytest.mark.parametrize("verdict", Verdict)
def test_an_answer_is_noted(desk: Desk, session: Session, verdict: Verdict) -> None:
    """Under its own name."""
    desk.decide(desk.gate(), verdict)
    assert lines(session) == [(f"approval_{verdict.value}", MANAGER.name, None)]


def test_a_refused_answer_is_noted_with_the_reason(desk: Desk, session: Session) -> None:
    """The rule for who may not, the code for what may not be."""
    gate = desk.gate()
    tried(desk.decide, gate, actor=STRANGER)
    tried(desk.decide, gate, fingerprint="0" * 64)
    desk.decide(gate)
    tried(desk.decide, gate, Verdict.DENY)
    assert lines(session) == [
        ("approval_approve_refused", STRANGER.name, "approver_of_reached_level"),
        ("approval_approve_refused", MANAGER.name, "content_changed"),
        ("approval_approve", MANAGER.name, None),
        ("approval_deny_refused", MANAGER.name, "already_closed"),
    ]


def test_edits_cancellations_and_deletions_are_noted(desk: Desk, session: Session) -> None:
    """Done or not; an edit without a difference is none."""
    gate = desk.gate()
    desk.edit(gate, subject="Release 1.3")
    desk.edit(gate, subject="Release 1.3")
    tried(desk.delete, gate)
    desk.cancel(gate)
    tried(desk.edit, gate, subject="Release 1.4")
    tried(desk.cancel, gate)
    desk.finish(gate)
    tried(desk.delete, gate, now=SOON)
    desk.delete(gate)
    assert lines(session) == [
        ("approval_edit", EDITOR.name, None),
        ("approval_delete_refused", ADMINISTRATOR.name, "still_open"),
        ("approval_cancel", EDITOR.name, None),
        ("approval_edit_refused", EDITOR.name, "already_closed"),
        ("approval_cancel_refused", EDITOR.name, "already_closed"),
        ("approval_delete_refused", ADMINISTRATOR.name, "kept"),
        ("approval_delete", ADMINISTRATOR.name, None),
    ]


def test_a_line_says_where_it_belongs(desk: Desk, session: Session) -> None:
    """So that it is found beside everything else about the task, and the request by its id."""
    gate = desk.decide(desk.gate())
    session.rollback()
    line = session.execute(select(Log)).scalar_one()
    origin = gate.origin
    assert (line.dag_id, line.run_id, line.task_id, line.map_index) == (
        origin.dag_id,
        origin.run_id,
        origin.task_id,
        origin.map_index,
    )
    assert json.loads(line.extra or "") == {"approval_id": str(gate.id), "actor_id": MANAGER.id}
    assert line.owner_display_name == MANAGER.name
    assert line.dttm is not None


def test_a_line_from_a_shell_says_whose_shell(desk: Desk, session: Session) -> None:
    """The approver's name is what somebody typed."""
    desk.decide(desk.gate(), actor=replace(MANAGER, os_user="root"))
    session.rollback()
    line = session.execute(select(Log)).scalar_one()
    assert (line.owner, json.loads(line.extra or "")["os_user"]) == (MANAGER.name, "root")


def test_a_refused_deletion_belongs_to_the_task(desk: Desk, session: Session) -> None:
    """As a line about the deed would."""
    gate = desk.gate()
    tried(desk.delete, gate)
    session.rollback()
    line = session.execute(select(Log)).scalar_one()
    assert (line.task_id, line.map_index) == (gate.origin.task_id, gate.origin.map_index)


def test_opening_by_hand_is_noted(desk: Desk, rows: AirflowRows, session: Session) -> None:
    """Somebody asked, and the log says who."""
    rows.run()
    desk.by_hand()
    assert lines(session) == [("approval_open", EDITOR.name, None)]


def test_what_no_person_did_is_no_line(desk: Desk, session: Session) -> None:
    """A task that asks, and time that passes, stand in the request's own record."""
    desk.let_deadline_pass(desk.let_deadline_pass(desk.gate()))
    assert lines(session) == []
