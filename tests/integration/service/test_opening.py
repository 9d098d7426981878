"""Opening a request: by a task for itself, by a person for a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from airflow_approvals.domain.approval import Withdrawn
from airflow_approvals.domain.errors import ContentDiffers, Invalid, NotAllowed
from airflow_approvals.domain.events import Opened
from airflow_approvals.domain.people import SYSTEM, ActorKind
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.status import Status
from airflow_approvals.domain.waiting import Ends, Waiter, Waits
from airflow_approvals.service import opening, reading
from airflow_approvals.store import tables
from tests.airflow_rows import AirflowRows
from tests.builders import HOUR, MINUTE, NOW, TI_ID, content, level, origin, policy, role, ti_id_of
from tests.integration.service.desk import EDITOR, SOON, Desk, question, work_at
from tests.integration.service.racing import ONLY_POSTGRES


def test_a_running_task_opens_a_request_about_itself(desk: Desk, rows: AirflowRows) -> None:
    """What the request is about comes from Airflow's database, not from the task."""
    rows.dag("release_of_red", team="red")  # an id of its own: Airflow caches the team of a Dag
    ti_id = rows.task_instance(dag_id="release_of_red", map_index=3, try_number=2, started_by="release-team")

    approval, new = opening.open_by_task(ti_id, question(), work=work_at(NOW))

    assert new
    assert approval == desk.read(approval)
    assert approval.origin == origin(dag_id="release_of_red", map_index=3, team_name="red")
    assert approval.waiter == Waiter(ti_id=ti_id, map_index=3, try_number=2, run_cleared=0)
    assert (approval.content, approval.policy) == (content(metadata={"rows": 1200}), policy())
    assert (approval.requested_by, approval.created_at) == ("release-team", NOW)
    assert (approval.status, approval.progress.expires_at) == (Status.PENDING, NOW + HOUR)


def test_the_record_begins_with_the_task_that_asked(desk: Desk, rows: AirflowRows) -> None:
    """The first event names the task by its token, and carries the deadline."""
    ti_id = rows.task_instance()
    (event,) = desk.events(desk.ask(ti_id))
    assert (event.type, event.at) == ("opened", NOW)
    assert (event.actor.kind, event.actor.id, event.actor.name) == (
        ActorKind.TASK,
        f"ti:{ti_id}",
        f"ti:{ti_id}",
    )
    assert isinstance(event, Opened)
    assert event.expires_at == NOW + HOUR


@pytest.mark.parametrize("on_expiry", sorted(set(OnExpiry) - {OnExpiry.FAIL}))
def test_nobody_opens_a_request_whose_silence_never_comes(
    desk: Desk, rows: AirflowRows, on_expiry: OnExpiry
) -> None:
    """Neither a task nor a person: it would wait for ever."""
    terms = policy(level(role("manager"), timeout=None), on_expiry=on_expiry)
    ti_id = rows.task_instance()
    with pytest.raises(Invalid, match="needs expires_in"):
        desk.ask(ti_id, terms=terms)
    with pytest.raises(Invalid, match="needs expires_in"):
        desk.by_hand(terms=terms)


def test_one_that_an_older_version_opened_so_goes_on(desk: Desk, session: Session) -> None:
    """It is read, asked for again by its task, and decided."""
    gate = desk.gate(policy(level(role("manager"), timeout=None)), state="running")
    terms = {**session.execute(select(tables.approval.c.policy)).scalar_one(), "on_expiry": "approve"}
    session.execute(update(tables.approval).values(policy=terms))
    session.commit()

    again = desk.ask(ti_id_of(gate), terms=desk.read(gate).policy)

    assert (again.id, again.policy.on_expiry) == (gate.id, OnExpiry.APPROVE)
    assert desk.decide(gate).status is Status.APPROVED


def test_asking_again_with_the_same_content_gives_the_same_request(desk: Desk, rows: AirflowRows) -> None:
    """A worker that lost the answer may ask again; nothing is written twice."""
    ti_id = rows.task_instance()
    first, _ = opening.open_by_task(ti_id, question(), work=work_at(NOW))

    again, new = opening.open_by_task(ti_id, question(subject=" Release 1.2\n"), work=work_at(SOON))

    assert not new
    assert again == first
    assert desk.trail(first) == ["opened"]


def test_asking_again_after_the_decision_gives_the_closed_request(desk: Desk) -> None:
    """One try has one request, whatever became of it."""
    gate = desk.gate(state="running")
    decided = desk.decide(gate)
    assert desk.ask(ti_id_of(gate), now=NOW + HOUR) == decided


@pytest.mark.parametrize(
    "other",
    [
        {"subject": "Release 1.3"},
        {"body": "Built from another branch."},
        {"terms": policy(level(role("intern")))},
        {"metadata": {"rows": 1}},
        {"waits": Waits(ends=Ends.SERVER)},  # an author's last word in code must not be left out
    ],
    ids=["subject", "body", "policy", "metadata", "waits"],
)
def test_asking_again_with_other_content_is_refused(
    desk: Desk, rows: AirflowRows, other: dict[str, Any]
) -> None:
    """An answer to one question is never taken for an answer to another."""
    ti_id = rows.task_instance()
    first = desk.ask(ti_id)
    with pytest.raises(ContentDiffers):
        desk.ask(ti_id, **other)
    assert desk.read(first) == first


@pytest.mark.parametrize("state", ["queued", "deferred", "success", "failed", None])
def test_a_task_that_does_not_run_cannot_open_a_request(
    desk: Desk, rows: AirflowRows, state: str | None
) -> None:
    """A token that outlived its task opens nothing."""
    ti_id = rows.task_instance(state=state)
    with pytest.raises(NotAllowed) as refused:
        desk.ask(ti_id)
    assert refused.value.rule == "task_is_running"


def test_an_unknown_or_superseded_try_cannot_open_a_request(desk: Desk, rows: AirflowRows) -> None:
    """The id of an older try is as good as one that never was."""
    older = rows.task_instance()
    rows.set_state(rows.next_try(older), "running")
    for ti_id in (older, TI_ID):
        with pytest.raises(NotAllowed) as refused:
            desk.ask(ti_id)
        assert refused.value.rule == "task_is_running"


def test_a_new_try_supersedes_the_open_request_of_the_older_one(desk: Desk, rows: AirflowRows) -> None:
    """Nobody answers for a try that is over."""
    gate = desk.gate()
    newer = rows.next_try(ti_id_of(gate))
    rows.set_state(newer, "running")

    second = desk.ask(newer, now=SOON)

    older = desk.read(gate)
    assert older.resolution == Withdrawn(by=SYSTEM.who, reason="superseded", at=SOON)
    assert desk.trail(gate) == ["opened", "cancelled"]
    assert (second.status, second.waiter) == (
        Status.PENDING,
        Waiter(ti_id=newer, map_index=-1, try_number=2, run_cleared=0),
    )


def test_a_new_try_leaves_all_other_requests_alone(desk: Desk, rows: AirflowRows) -> None:
    """Closed ones, those of other map indexes, tasks and runs, and those opened by hand stay as they are."""
    older = desk.gate()
    desk.decide(older)
    others = [
        older,
        desk.gate(map_index=1),
        desk.gate(task_id="another_gate"),
        desk.gate(run_id="another_run"),
        desk.by_hand(task_id="gate"),
    ]
    before = [desk.read(other) for other in others]
    newer = rows.next_try(ti_id_of(older))
    rows.set_state(newer, "running")

    desk.ask(newer, now=SOON)

    assert [desk.read(other) for other in others] == before


def test_a_request_that_is_refused_supersedes_nothing(desk: Desk, rows: AirflowRows) -> None:
    """Cancelling the older request and opening the newer one happen together or not at all."""
    gate = desk.gate()
    newer = rows.next_try(ti_id_of(gate))
    rows.set_state(newer, "running")
    with pytest.raises(Invalid):
        desk.ask(newer, subject=" ")
    assert desk.read(gate) == gate


def test_a_person_opens_a_request_for_a_run(desk: Desk, rows: AirflowRows) -> None:
    """It is theirs, and belongs to no task instance."""
    rows.run()
    approval = desk.by_hand()
    assert approval == desk.read(approval)
    assert (approval.origin, approval.waiter) == (origin(task_id=None), None)
    assert (approval.requested_by, approval.progress.expires_at) == (EDITOR.name, NOW + HOUR)
    (event,) = desk.events(approval)
    assert (event.type, event.actor.id) == ("opened", EDITOR.id)


def test_a_person_may_set_the_first_deadline(desk: Desk, rows: AirflowRows) -> None:
    """It stands in place of the level's own timeout."""
    rows.run()
    assert desk.by_hand(expires_at=NOW + MINUTE).progress.expires_at == NOW + MINUTE


def test_a_person_may_ask_twice_about_the_same_task(desk: Desk, rows: AirflowRows) -> None:
    """Only tasks have one request per try."""
    rows.task_instance()
    assert desk.by_hand(task_id="gate").id != desk.by_hand(task_id="gate").id


@pytest.mark.parametrize(
    "wrong",
    [
        {"dag_id": "unknown"},
        {"run_id": "unknown"},
        {"task_id": "unknown"},
        {"task_id": "gate", "map_index": 7},
        {"expires_at": NOW},
        {"expires_at": NOW - timedelta(days=1)},
    ],
    ids=["dag", "run", "task", "map_index", "deadline now", "deadline past"],
)
def test_a_request_by_hand_must_make_sense(desk: Desk, rows: AirflowRows, wrong: dict[str, Any]) -> None:
    """What it is about exists, and there is time to answer."""
    rows.task_instance()
    with pytest.raises(Invalid):
        desk.by_hand(**wrong)
    assert reading.teams_of_dags(work=work_at(NOW)) == {}


def test_the_decision_on_a_request_by_hand_resumes_nothing(desk: Desk, rows: AirflowRows) -> None:
    """Not even the task it is about, should that happen to wait for something."""
    ti_id: UUID = rows.task_instance(state="deferred")
    decided = desk.decide(desk.by_hand(task_id="gate"))
    assert (decided.status, decided.waiter) == (Status.APPROVED, None)
    assert desk.trail(decided) == ["opened", "voted", "approved"]
    assert rows.look(ti_id).state == "deferred"


@ONLY_POSTGRES
def test_an_older_request_that_is_deleted_meanwhile_is_in_nobodys_way(desk: Desk, rows: AirflowRows) -> None:
    """A new try asks while an editor closes and deletes what older tries left open."""
    first, second = desk.gate(), desk.gate(task_id="another")
    with desk.sessions() as session:  # two tries left theirs open
        session.execute(
            update(tables.approval).where(tables.approval.c.id == second.id).values(task_id="gate")
        )
        session.commit()
    ti_id = rows.next_try(ti_id_of(first))
    rows.set_state(ti_id, "running")
    rows.set_state(ti_id_of(second), "failed")

    left = [second]

    def clock() -> datetime:
        while left:  # at first, when the older one is about to be cancelled
            desk.advance(left[0])
            desk.delete(left.pop())
        return SOON

    asked, new = opening.open_by_task(ti_id, question(), work=replace(work_at(SOON), clock=clock))

    assert new
    assert asked.is_open
    assert desk.read(first).status is Status.CANCELLED
