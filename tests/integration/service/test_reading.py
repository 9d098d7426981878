"""Reading single requests, and who may see them."""

from __future__ import annotations

from uuid import UUID

import pytest
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from sqlalchemy import delete
from sqlalchemy.orm import Session

from airflow_approvals.domain.errors import NotFound
from airflow_approvals.domain.search import Cut, Filters, Viewer
from airflow_approvals.service import reading
from airflow_approvals.wire.watching import WatchedShape
from tests.airflow_rows import AirflowRows
from tests.builders import APPROVAL_ID, HOUR, NOW, level, person, policy, role, ti_id_of, user
from tests.integration.service.desk import SOON, Desk, work_at

WORK = work_at(SOON)


def test_reading_several_leaves_out_what_does_not_exist(desk: Desk) -> None:
    """The watcher asks for many at once, and is told the little it needs."""
    gates = [desk.gate(map_index=index) for index in range(2)]
    by_hand = desk.by_hand()
    decided = desk.decide(gates[1])

    found = reading.watched([by_hand.id, APPROVAL_ID, gates[1].id, gates[0].id], work=WORK)

    assert [WatchedShape.model_validate(watched) for watched in found] == [
        WatchedShape.of(approval) for approval in (gates[0], decided, by_hand)
    ]
    assert [watched.ti_id for watched in found] == [ti_id_of(gates[0]), ti_id_of(gates[1]), None]
    assert reading.watched([], work=WORK) == []


def test_the_dags_that_have_requests(desk: Desk, rows: AirflowRows) -> None:
    """Each once; a Dag without requests is not among them."""
    rows.run("quiet")
    for dag_id in ("release", "release", "payroll"):
        rows.run(dag_id)
        gate = desk.by_hand(dag_id=dag_id)
    assert set(reading.teams_of_dags(work=WORK)) == {"release", "payroll"}
    assert set(reading.teams_of_dags(["payroll", "quiet"], work=WORK)) == {"payroll"}
    assert reading.place_of(gate.id, person("x"), work=WORK).dag_id == "payroll"


def test_a_dag_that_is_gone_keeps_its_team(desk: Desk, rows: AirflowRows, session: Session) -> None:
    """For permissions: a request of a team does not become everybody's because its Dag was deleted."""
    rows.dag("release_of_blue", team="blue")
    gate = desk.gate(dag_id="release_of_blue")
    assert reading.team_of("release_of_blue", work=WORK) == "blue"
    session.execute(delete(DagModel).where(DagModel.dag_id == "release_of_blue"))
    session.commit()
    place = reading.place_of(gate.id, person("x"), work=WORK)
    assert reading.team_of("release_of_blue", gone=place.team_name, work=WORK) == "blue"
    assert reading.teams_of_dags(work=WORK) == {"release_of_blue": {"blue"}}


def test_a_dag_that_is_gone_has_all_the_teams_its_requests_were_opened_in(
    desk: Desk, rows: AirflowRows, session: Session
) -> None:
    """Nobody reads another team's requests in a list because the Dag was theirs once as well."""
    for team in ("alpha", "zeta"):
        rows.dag("moving", team=team)
        desk.gate(dag_id="moving", run_id=f"in_{team}")
        session.execute(delete(DagRun).where(DagRun.dag_id == "moving"))
        session.execute(delete(DagModel).where(DagModel.dag_id == "moving"))
        session.commit()
    assert reading.teams_of_dags(work=WORK) == {"moving": {"alpha", "zeta"}}


NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [
        (Viewer(actor=person("x"), readable_dag_ids=frozenset({"release"})), True),
        (Viewer(actor=person("x"), readable_dag_ids=frozenset({"payroll"})), False),
        (Viewer(actor=person("x", "manager"), readable_dag_ids=NOBODY), True),
        (Viewer(actor=person("x", "director"), readable_dag_ids=NOBODY), True),
        (Viewer(actor=person("ana"), readable_dag_ids=NOBODY), True),
        (Viewer(actor=person("x", "Manager"), readable_dag_ids=NOBODY), False),
        (Viewer(actor=person("Ana"), readable_dag_ids=NOBODY), False),
        (Viewer(actor=person("manager"), readable_dag_ids=NOBODY), False),
        (Viewer(actor=person("x", "ana"), readable_dag_ids=NOBODY), False),
        (Viewer(actor=person("x", id="ana"), readable_dag_ids=NOBODY), False),
        (Viewer(actor=person("x"), readable_dag_ids=NOBODY), False),
    ],
    ids=[
        "may read the Dag",
        "may read another Dag",
        "holds the role asked first",
        "holds a role not asked yet",
        "is asked by name",
        "role in other letters",
        "name in other letters",
        "is called like a role",
        "holds a role called like a user",
        "has the id of a user",
        "nobody",
    ],
)
def test_who_sees_a_request(desk: Desk, viewer: Viewer, sees: bool) -> None:
    """Readers of its Dag and its approvers at any level, by exact names."""
    gate = desk.gate(policy(level(role("manager"), user("ana")), level(role("director"))))
    place = reading.place_of(gate.id, viewer.actor, work=WORK)
    assert (place.is_approver or place.dag_id in viewer.readable_dag_ids) is sees
    listed = reading.page(Filters(), viewer=viewer, cut=Cut(limit=10), now=NOW, work=WORK)
    assert [approval.id for approval in listed.approvals] == ([gate.id] if sees else [])
    assert listed.total.number == sees


def test_a_request_that_does_not_exist_has_no_place(desk: Desk) -> None:
    """The caller answers as to somebody who may not see it."""
    with pytest.raises(NotFound):
        reading.place_of(APPROVAL_ID, person("x"), work=WORK)


def test_a_closed_request_is_seen_by_the_same_people(desk: Desk) -> None:
    """What one could decide, one may look back at."""
    gate = desk.gate()
    desk.decide(gate)
    for name in ("manager", "director"):
        assert desk.visible(gate, person("x", name))


def test_the_record_outlives_the_run(desk: Desk, rows: AirflowRows) -> None:
    """No foreign key ties it to Airflow's tables."""
    gate = desk.gate()
    decided = desk.decide(gate)
    trail = desk.events(gate)
    rows.remove_run()
    assert desk.read(gate) == decided
    assert desk.events(gate) == trail


def test_an_unknown_request_has_no_events(desk: Desk) -> None:
    """The caller has looked whether it exists."""
    assert reading.record(APPROVAL_ID, work=WORK) == []


def test_ids_sort_by_time_of_opening(desk: Desk) -> None:
    """UUIDv7: the primary key grows at its end."""
    opened: list[UUID] = [desk.gate(map_index=index, now=NOW + index * HOUR).id for index in range(3)]
    assert opened == sorted(opened)
    assert all(approval_id.version == 7 for approval_id in opened)
