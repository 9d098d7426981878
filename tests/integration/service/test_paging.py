"""Lists in order and page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.search import After, Cut, Filters, Order, Page, Total, Viewer
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from airflow_approvals.service import reading
from tests.builders import HOUR, MINUTE, NOW, TICK, level, person, policy, role
from tests.integration.service.desk import Desk, work_at
from tests.integration.service.test_listing import gates, page

__all__ = ["gates"]


def ordered(desk: Desk, order: Order) -> list[str]:
    """The subjects of all requests in that order."""
    return [approval.content.subject for approval in page(desk, order=order)[0]]


def test_orders(desk: Desk) -> None:
    """Both directions; what has no such time comes last in either."""

    def gate(subject: str, opened: int, timeout: timedelta | None) -> Approval:
        ti_id = desk.rows.task_instance(task_id=subject)
        terms = policy(level(role("manager"), timeout=timeout))
        return desk.ask(ti_id, now=NOW + opened * TICK, subject=subject, terms=terms)

    a = gate("a", 0, 3 * HOUR)
    b = gate("b", 1, None)
    gate("c", 2, 2 * HOUR)
    d = gate("d", 3, HOUR)
    for place, request in enumerate((d, a, b)):
        desk.decide(request, now=NOW + MINUTE + place * TICK)

    assert ordered(desk, Order.CREATED_AT) == ["a", "b", "c", "d"]
    assert ordered(desk, Order.CREATED_AT_DESC) == ["d", "c", "b", "a"]
    assert ordered(desk, Order.EXPIRES_AT) == ["d", "c", "a", "b"]
    assert ordered(desk, Order.EXPIRES_AT_DESC) == ["a", "c", "d", "b"]
    assert ordered(desk, Order.RESOLVED_AT) == ["d", "a", "b", "c"]
    assert ordered(desk, Order.RESOLVED_AT_DESC) == ["b", "a", "d", "c"]


@pytest.mark.parametrize("order", Order)
def test_pages_together_are_the_list(desk: Desk, order: Order) -> None:
    """Each request once, even where many share a time or have none."""
    gates = [desk.gate(policy(level(role("manager"), timeout=None)), map_index=i) for i in range(5)]
    whole, _ = page(desk, order=order)
    pages = [page(desk, order=order, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [len(found) for found, _ in pages] == [2, 2, 1, 0]
    assert {total for _, total in pages} == {5}
    assert list(chain.from_iterable(found for found, _ in pages)) == whole
    assert sorted(whole, key=lambda gate: gate.id) == gates


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("status", [(), tuple(OPEN), tuple(TERMINAL)], ids=["all", "open", "closed"])
def test_each_page_begins_where_the_one_before_ended(
    desk: Desk, order: Order, status: tuple[Status, ...]
) -> None:
    """Also where times are shared or missing, for one who sees some because of a Dag and some as asked."""
    for number in range(4):
        for timeout in (HOUR, None):
            terms = policy(level(role("manager" if number % 2 else "board"), timeout=timeout))
            dag_id = "release" if number < 3 else "payroll"
            task = f"{number} {timeout}"
            gate = desk.gate(terms, dag_id=dag_id, task_id=task, now=NOW + number // 2 * TICK)
            if number in {1, 2}:
                desk.cancel(gate, now=NOW + MINUTE)
    viewer = Viewer(actor=person("ana", "manager"), readable_dag_ids=frozenset({"release"}))

    def cut(limit: int, after: After | None = None, offset: int = 0) -> Page:
        part = Cut(order=order, limit=limit, after=after, offset=offset)
        filters = Filters(status=status)
        return reading.page(filters, viewer=viewer, cut=part, now=NOW + MINUTE, work=work_at(NOW))

    whole = [gate.id for gate in cut(100).approvals]
    assert len(whole) == (4 if status else 8)
    found = cut(3)
    walked = [gate.id for gate in found.approvals]
    while found.next_after is not None:
        found = cut(3, found.next_after)
        assert found.total == Total(len(whole))
        walked += [gate.id for gate in found.approvals]
    assert walked == whole
    first = cut(1)
    assert [gate.id for gate in cut(2, first.next_after, offset=1).approvals] == whole[2:4]


def test_a_page_of_nothing_still_counts(desk: Desk, gates: dict[str, Approval]) -> None:
    """A badge needs the number only."""
    assert page(desk, limit=0) == ([], len(gates))


def test_a_list_shows_the_votes(desk: Desk) -> None:
    """Of each request its own, in the order they came."""
    gate = desk.gate(policy(level(role("manager")), quorum=3))
    other = desk.gate(policy(level(role("manager")), quorum=3), map_index=1, now=NOW + TICK)
    people = [person(name, "manager") for name in ("cy", "ana", "bo")]
    for place, actor in enumerate(people[:2]):
        desk.decide(gate, actor=actor, now=NOW + MINUTE + place * TICK)
    desk.decide(other, actor=people[2])

    found, _ = page(desk)
    assert [[vote.by.name for vote in request.votes] for request in found] == [["cy", "ana"], ["bo"]]
    assert replace(found[0], votes=(), version=1, recorded=1) == gate


@pytest.mark.parametrize("order", Order)
def test_what_shares_a_time_is_listed_by_id_however_it_lies_in_the_table(desk: Desk, order: Order) -> None:
    """Or a page could repeat a request, and another never show it."""
    gates = [desk.gate(policy(level(role("manager"))), map_index=i) for i in range(8)]
    for gate in (
        gates[5],
        gates[0],
        gates[6],
        gates[2],
    ):
        desk.edit(gate, body="changed", now=NOW)
    if order.value.endswith("resolved_at"):
        for gate in reversed(gates):
            desk.decide(gate, now=NOW)
    pages = [page(desk, order=order, limit=3, offset=offset)[0] for offset in (0, 3, 6)]
    listed = [gate.id for found in pages for gate in found]
    assert listed == sorted((gate.id for gate in gates), reverse=order.is_down)
