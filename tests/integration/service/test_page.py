"""What the Approvals page asks beyond the public API: how many wait, may I decide, what to filter by."""

from __future__ import annotations

from airflow_approvals.domain.approval import Verdict
from airflow_approvals.domain.search import Cut, Filters, Order, Total, Viewer
from airflow_approvals.domain.status import Status
from airflow_approvals.service import reading
from airflow_approvals.wire.words import words
from tests.builders import DIRECTOR, HOUR, MANAGER, MINUTE, NOW, TICK, level, person, policy, role
from tests.integration.service.desk import SOON, Desk, work_at

WORK = work_at(SOON)


def _eyes(name: str, *roles: str, dag_ids: tuple[str, ...] = ()) -> Viewer:
    return Viewer(actor=person(name, *roles), readable_dag_ids=frozenset(dag_ids))


def test_the_count_of_what_waits_is_the_total_of_the_list(desk: Desk) -> None:
    """Badge and list cannot differ: open, asked now, not answered by this person."""
    for number, status in enumerate(Status):
        desk.in_status(status, map_index=number)
    manager = _eyes("ana", "manager")
    for viewer in (manager, _eyes("di", "director"), _eyes("reader", dag_ids=("release",))):
        cut = Cut(order=Order.EXPIRES_AT, limit=1)
        listed = reading.page(Filters(assigned_to_me=True), viewer=viewer, cut=cut, now=SOON, work=WORK)
        assert reading.count_waiting(viewer, now=SOON, work=WORK) == listed.total
    assert reading.count_waiting(manager, now=SOON, work=WORK) == Total(2)


def test_choices_name_only_what_is_visible(desk: Desk) -> None:
    """Dags and roles of requests one may not see are not even named."""
    desk.gate(policy())
    desk.gate(policy(level(role("board"))), dag_id="payroll")
    assert reading.choices(_eyes("reader", dag_ids=("release",)), limit=10, work=WORK) == (
        ["release"],
        ["director", "manager"],
    )
    assert reading.choices(_eyes("bo", "board"), limit=10, work=WORK) == (["payroll"], ["board"])
    assert reading.choices(_eyes("nobody"), limit=10, work=WORK) == ([], [])
    both = _eyes("reader", dag_ids=("release", "payroll"))
    dag_ids, roles = reading.choices(both, limit=1, work=WORK)
    assert (len(dag_ids), len(roles)) == (1, 1)


def test_why_not_is_what_a_decision_would_be_told(desk: Desk) -> None:
    """Judged by the state the decision would meet, even where no sweep has been yet."""
    gate = desk.gate(policy())
    late = NOW + HOUR + TICK
    assert reading.why_not_answer(gate, MANAGER, Verdict.DENY, now=NOW + MINUTE) is None
    refusal = reading.why_not_answer(gate, DIRECTOR, Verdict.DENY, now=NOW + MINUTE)
    assert refusal is not None
    assert "decided by role manager" in words(refusal)
    assert reading.why_not_answer(gate, DIRECTOR, Verdict.DENY, now=late) is None, (
        "by then it is the director's turn"
    )
    last = desk.gate(policy(level(role("manager"))), map_index=1)
    assert reading.why_not_answer(last, MANAGER, Verdict.DENY, now=NOW + MINUTE) is None
    closed = reading.why_not_answer(last, MANAGER, Verdict.DENY, now=late)
    assert closed is not None
    assert "closed: expired" in words(closed)
