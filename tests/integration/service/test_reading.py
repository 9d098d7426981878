"""Reading single requests, and who may see them."""

from __future__ import annotations

from uuid import UUID

import pytest

from airflow_approvals.domain.errors import NotAllowed, NotFound
from airflow_approvals.domain.search import Viewer
from airflow_approvals.service import approvals
from tests.airflow_rows import AirflowRows
from tests.builders import APPROVAL_ID, HOUR, NOW, level, person, policy, role, user
from tests.integration.service.desk import Desk


def test_a_task_reads_its_own_request(desk: Desk) -> None:
    """And no other; that one exists and another does not is not told apart."""
    gate, other = desk.gate(), desk.gate(map_index=1)
    assert gate.origin.ti_id is not None
    assert desk.call(approvals.get_own, gate.id, gate.origin.ti_id) == gate

    refusals = []
    for approval_id in (other.id, APPROVAL_ID):
        with pytest.raises(NotAllowed) as refused:
            desk.call(approvals.get_own, approval_id, gate.origin.ti_id)
        refusals.append((refused.value.rule, refused.value.detail))
    assert refusals[0] == refusals[1]
    assert refusals[0][0] == "own_request"


def test_a_request_by_hand_is_no_tasks_own(desk: Desk, rows: AirflowRows) -> None:
    """Not even of the task it is about."""
    ti_id = rows.task_instance()
    request = desk.by_hand(task_id="gate")
    with pytest.raises(NotAllowed):
        desk.call(approvals.get_own, request.id, ti_id)


def test_reading_several_leaves_out_what_does_not_exist(desk: Desk) -> None:
    """The watcher asks for many at once; votes come along."""
    terms = policy(level(role("manager")), quorum=2)
    gates = [desk.gate(terms, map_index=index) for index in range(3)]
    voted = desk.decide(gates[1])

    found = desk.call(approvals.by_ids, [gates[2].id, APPROVAL_ID, gates[0].id, gates[1].id])

    assert found == sorted([gates[0], voted, gates[2]], key=lambda approval: approval.id)
    assert desk.call(approvals.by_ids, []) == []


def test_the_dags_that_have_requests(desk: Desk, rows: AirflowRows) -> None:
    """Each once; a Dag without requests is not among them."""
    rows.run("quiet")
    for dag_id in ("release", "release", "payroll"):
        rows.run(dag_id)
        gate = desk.by_hand(dag_id=dag_id)
    assert desk.call(approvals.dag_ids) == {"release", "payroll"}
    assert desk.call(approvals.dag_id_of, gate.id) == "payroll"
    assert desk.call(approvals.dag_id_of, APPROVAL_ID) is None


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
    if sees:
        desk.call(approvals.require_visible, gate.id, viewer=viewer)
    else:
        with pytest.raises(NotFound) as refused:
            desk.call(approvals.require_visible, gate.id, viewer=viewer)
        with pytest.raises(NotFound) as unknown:
            desk.call(approvals.require_visible, APPROVAL_ID, viewer=viewer)
        assert refused.value.detail == unknown.value.detail


def test_a_closed_request_is_seen_by_the_same_people(desk: Desk) -> None:
    """What one could decide, one may look back at."""
    gate = desk.gate()
    desk.decide(gate)
    for name in ("manager", "director"):
        viewer = Viewer(actor=person("x", name), readable_dag_ids=NOBODY)
        desk.call(approvals.require_visible, gate.id, viewer=viewer)


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
    assert desk.call(approvals.events, APPROVAL_ID) == []


def test_ids_sort_by_time_of_opening(desk: Desk) -> None:
    """UUIDv7: the primary key grows at its end."""
    opened: list[UUID] = [desk.gate(map_index=index, now=NOW + index * HOUR).id for index in range(3)]
    assert opened == sorted(opened)
    assert all(approval_id.version == 7 for approval_id in opened)
