"""A worker is lost between the decision and its task: the next try of the same run has the decision."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.models.dagrun import DagRun
from airflow.providers.standard.operators.empty import EmptyOperator
from sqlalchemy import select, update

from airflow_approvals import ApprovalExtOperator
from airflow_approvals.domain.approval import Approval, Decided, Verdict
from airflow_approvals.domain.policy import OnDeny
from airflow_approvals.domain.status import Status
from airflow_approvals.service import commands
from airflow_approvals.service.commands import ByTask
from airflow_approvals.store import tables
from tests.airflow_rows import AirflowRows
from tests.builders import HOUR, MANAGER, NOW, level, policy, role, ti_id_of
from tests.integration.service.desk import SOON, Desk, work_at
from tests.integration.service.stored_dags import running, stored

LATER = NOW + HOUR


def next_try(desk: Desk, rows: AirflowRows, earlier: Approval, **fields: Any) -> Approval:
    """The gate's worker is lost while it runs, and Airflow retries."""
    ti_id = rows.next_try(ti_id_of(earlier))
    rows.set_state(ti_id, "running")
    return desk.ask(ti_id, now=LATER, **fields)


@pytest.mark.parametrize("verdict", Verdict)
def test_the_next_try_has_what_people_decided(desk: Desk, rows: AirflowRows, verdict: Verdict) -> None:
    """Woken, and lost: nobody is asked again, and the record tells of both tries."""
    earlier = desk.decide(desk.gate(), verdict)
    assert desk.trail(earlier)[-1] == "resumed"

    again = next_try(desk, rows, earlier)

    assert again == desk.read(again)
    assert again.status is earlier.status
    assert again.resolution == Decided(verdict=verdict, by=MANAGER.who, comment=None, at=LATER)
    assert [vote.by for vote in again.votes] == [MANAGER.who]
    assert desk.trail(again) == ["opened", "carried"]


def test_one_answered_before_it_parked_is_carried_over_too(desk: Desk, rows: AirflowRows) -> None:
    """Its worker was lost while a notifier ran: it never even waited."""
    earlier = desk.decide(desk.gate(state="running"))
    assert next_try(desk, rows, earlier).status is Status.APPROVED


def test_a_decision_that_the_task_took_is_not(desk: Desk, rows: AirflowRows) -> None:
    """What failed then is the author's code, and its next try asks anew."""
    earlier = desk.decide(desk.gate())
    rows.set_state(ti_id_of(earlier), "running")
    commands.bring_up_to_date(earlier.id, by_task=ByTask.TAKES, work=work_at(SOON))
    commands.bring_up_to_date(earlier.id, by_task=ByTask.TAKES, work=work_at(SOON))
    assert desk.trail(earlier)[-2:] == ["resumed", "taken"]
    assert next_try(desk, rows, earlier).is_open


@pytest.mark.parametrize("by_task", [None, ByTask.LOOKS])
def test_a_look_is_no_taking(desk: Desk, rows: AirflowRows, by_task: ByTask | None) -> None:
    """Whoever looks, the task's trigger among them."""
    earlier = desk.decide(desk.gate())
    rows.set_state(ti_id_of(earlier), "running")
    commands.bring_up_to_date(earlier.id, by_task=by_task, work=work_at(SOON))
    assert next_try(desk, rows, earlier).status is Status.APPROVED


def test_a_task_that_waits_takes_nothing(desk: Desk, rows: AirflowRows) -> None:
    """Only one that runs does."""
    earlier = desk.decide(desk.gate(state="deferred", parked_at=NOW))
    commands.bring_up_to_date(earlier.id, by_task=ByTask.TAKES, work=work_at(NOW))
    assert next_try(desk, rows, earlier).status is Status.APPROVED


def test_whoever_clears_wants_to_be_asked(desk: Desk, rows: AirflowRows) -> None:
    """Anything of the run: what the decision was about may have changed with it."""
    earlier = desk.decide(desk.gate())
    with desk.sessions.begin() as session:
        session.execute(update(DagRun).values(clear_number=DagRun.clear_number + 1))
    assert next_try(desk, rows, earlier).is_open


def test_another_content_is_another_question(desk: Desk, rows: AirflowRows) -> None:
    """The task asks something else now."""
    earlier = desk.decide(desk.gate())
    assert next_try(desk, rows, earlier, subject="Release 1.3").is_open


def test_the_newest_try_counts(desk: Desk, rows: AirflowRows) -> None:
    """What was decided for the first one is no matter of the third, whose second one asked anew."""
    first = desk.decide(desk.gate())
    second = next_try(desk, rows, first, subject="Release 1.3")
    third = next_try(desk, rows, second)
    assert third.is_open
    assert desk.read(second).status is Status.CANCELLED


def test_it_is_carried_on_from_try_to_try(desk: Desk, rows: AirflowRows) -> None:
    """As long as none of them had it."""
    second = next_try(desk, rows, desk.decide(desk.gate()))
    assert next_try(desk, rows, second).status is Status.APPROVED


def test_a_decision_of_another_map_index_is_not_taken(desk: Desk, rows: AirflowRows) -> None:
    """Each mapped task asks for itself."""
    desk.decide(desk.gate(map_index=0))
    assert desk.gate(map_index=1).is_open


def test_a_carried_over_denial_skips_all_that_is_downstream(desk: Desk, rows: AirflowRows) -> None:
    """Airflow forgot what the earlier try had it skip when the next one began."""
    with stored(rows):
        gate = ApprovalExtOperator(task_id="gate", subject="s", approver_role="m")
        gate >> EmptyOperator(task_id="next", trigger_rule="all_done")
    terms = policy(level(role("manager")), on_deny=OnDeny.SKIP)
    asked = desk.ask(running(rows), terms=terms)
    rows.set_state(ti_id_of(asked), "deferred")
    earlier = desk.decide(asked, Verdict.DENY)
    following = running(rows, task_id="next", state=None)
    again = next_try(desk, rows, earlier, terms=terms)
    assert again.status is Status.DENIED
    assert rows.look(following).state == "skipped"


def test_who_is_asked_is_stored_for_both(desk: Desk, rows: AirflowRows) -> None:
    """So those who see the one see the other."""
    again = next_try(desk, rows, desk.decide(desk.gate()))
    with desk.sessions() as session:
        query = select(tables.approver.c.name).where(tables.approver.c.approval_id == again.id)
        assert set(session.execute(query).scalars()) == {"manager", "director"}
