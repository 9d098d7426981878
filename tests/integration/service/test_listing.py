"""Lists: what is in them, in which order, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.errors import NewerVersion
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.search import Cut, Filters, Order, Viewer
from airflow_approvals.domain.status import OPEN, Status
from airflow_approvals.service import reading
from airflow_approvals.store import tables
from airflow_approvals.store.policies import policy_json
from tests.airflow_rows import AirflowRows
from tests.builders import (
    DIRECTOR,
    HOUR,
    MANAGER,
    MINUTE,
    NOW,
    OTHER_MANAGER,
    TICK,
    level,
    person,
    policy,
    role,
    ti_id_of,
    user,
)
from tests.integration.service.desk import Desk, work_at

READER = Viewer(actor=person("reader"), readable_dag_ids=frozenset({"release", "payroll"}))


def page(
    desk: Desk,
    viewer: Viewer = READER,
    *,
    now: Any = NOW + MINUTE,
    order: Order = Order.CREATED_AT,
    limit: int = 100,
    offset: int = 0,
    **filters: Any,
) -> tuple[list[Approval], int]:
    """One page of a list."""
    cut = Cut(order=order, limit=limit, offset=offset)
    found = reading.page(Filters(**filters), viewer=viewer, cut=cut, now=now, work=work_at(now))
    return found.approvals, found.total.number


def assert_listed(desk: Desk, expected: Sequence[Approval], viewer: Viewer = READER, **terms: Any) -> None:
    """The list holds exactly these, in this order, and counts them."""
    found, total = page(desk, viewer, **terms)
    assert [approval.id for approval in found] == [approval.id for approval in expected]
    assert found == [desk.read(approval) for approval in expected]
    assert total == len(expected)


def looking(actor: Actor, *dag_ids: str) -> Viewer:
    """Somebody who may read these Dags."""
    return Viewer(actor=actor, readable_dag_ids=frozenset(dag_ids))


@pytest.fixture
def gates(desk: Desk) -> dict[str, Approval]:
    """Four requests that differ in all that one can filter by, in order of opening."""

    def gate(number: int, **fields: Any) -> Approval:
        terms = fields.pop("terms")
        ti_id = desk.rows.task_instance(**fields)
        return desk.ask(ti_id, now=NOW + number * TICK, subject=f"gate {number}", terms=terms)

    return {
        "first": gate(1, terms=policy(), started_by="bo"),
        "mapped": gate(2, terms=policy(), map_index=1),
        "payroll": gate(
            3, terms=policy(level(role("board"))), dag_id="payroll", run_id="monthly", started_by="cy"
        ),
        "by name": gate(4, terms=policy(level(user("ana"), timeout=None)), task_id="another_gate"),
    }


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["first", "mapped", "payroll", "by name"]),
        ({"dag_id": ("payroll",)}, ["payroll"]),
        ({"dag_id": ("payroll", "release")}, ["first", "mapped", "payroll", "by name"]),
        ({"dag_id": ("unknown",)}, []),
        ({"run_id": ("monthly",)}, ["payroll"]),
        ({"task_id": ("another_gate",)}, ["by name"]),
        ({"map_index": (1,)}, ["mapped"]),
        ({"map_index": (-1,)}, ["first", "payroll", "by name"]),
        ({"requested_by": ("bo",)}, ["first", "mapped", "by name"]),
        ({"requested_by": ("bo", "cy")}, ["first", "mapped", "payroll", "by name"]),
        ({"approver_role": ("manager",)}, ["first", "mapped"]),
        ({"approver_role": ("director",)}, ["first", "mapped"]),
        ({"approver_role": ("director", "board")}, ["first", "mapped", "payroll"]),
        ({"approver_role": ("ana",)}, []),
        ({"status": (Status.PENDING,)}, ["first", "mapped", "payroll", "by name"]),
        ({"status": (Status.APPROVED, Status.DENIED)}, []),
        ({"dag_id": ("release",), "map_index": (1,), "approver_role": ("manager",)}, ["mapped"]),
        ({"dag_id": ("payroll",), "map_index": (1,)}, []),
    ],
    ids=str,
)
def test_filters(
    desk: Desk, gates: dict[str, Approval], filters: dict[str, Any], expected: list[str]
) -> None:
    """All filters must hold; of one filter's values, any."""
    assert_listed(desk, [gates[name] for name in expected], **filters)


def test_filter_by_task_instance(desk: Desk, gates: dict[str, Approval]) -> None:
    """By the id of a try."""
    wanted = gates["mapped"], gates["payroll"]
    ids = tuple(ti_id_of(gate) for gate in wanted)
    assert_listed(desk, wanted, ti_id=ids)


def test_filter_by_status(desk: Desk) -> None:
    """Every status by itself, and several at once."""
    made = {
        status: desk.in_status(status, map_index=number, now=NOW + number * TICK)
        for number, status in enumerate(Status)
    }
    for status, request in made.items():
        assert_listed(desk, [request], status=(status,))
    assert_listed(desk, [made[status] for status in Status if status in OPEN], status=tuple(OPEN))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gate 1", ["first"]),
        ("GATE 1", ["first"]),
        ("pay", ["payroll"]),
        ("MONTH", ["payroll"]),
        ("another", ["by name"]),
        ("gate", ["first", "mapped", "payroll", "by name"]),
        ("%", []),
        ("gate_1", []),
        ("\\", []),
        ("'; DROP TABLE approval; --", []),
        ("", ["first", "mapped", "payroll", "by name"]),
    ],
)
def test_search(desk: Desk, gates: dict[str, Approval], text: str, expected: list[str]) -> None:
    """In subject, Dag, run and task, whatever the case; no character has a meaning of its own."""
    assert_listed(desk, [gates[name] for name in expected], search=text)


def test_search_finds_what_has_no_task(desk: Desk, rows: AirflowRows) -> None:
    """A request by hand may be about the whole run."""
    rows.run()
    assert_listed(desk, [desk.by_hand()], search="release 1")


def test_overdue(desk: Desk) -> None:
    """Open with a deadline in the past; closed ones and those without a deadline never are."""
    requests = [
        desk.gate(policy(level(role("manager"))), map_index=0, now=NOW),
        desk.gate(policy(level(role("manager"))), map_index=1, now=NOW + TICK),
        desk.gate(policy(level(role("manager"), timeout=None)), map_index=2, now=NOW + 2 * TICK),
        desk.in_status(Status.APPROVED, map_index=3, now=NOW + 3 * TICK),
        desk.in_status(Status.ESCALATED, map_index=4, now=NOW + 4 * TICK),
    ]
    late, just_in_time, endless, closed, escalated = requests
    assert_listed(desk, [late], overdue=True, now=NOW + HOUR)
    assert_listed(desk, [just_in_time, endless, closed, escalated], overdue=False, now=NOW + HOUR)
    assert_listed(desk, [late, just_in_time, escalated], overdue=True, now=NOW + 3 * HOUR)


def test_assigned_to_me_is_what_i_may_decide_now(desk: Desk, gates: dict[str, Approval]) -> None:
    """Open, asked at a level that is reached, and not answered by me yet."""
    ana = looking(person("ana"))
    manager, director = looking(MANAGER), looking(DIRECTOR)
    assert_listed(desk, [gates["by name"]], ana, assigned_to_me=True)
    assert_listed(desk, [gates["first"], gates["mapped"]], manager, assigned_to_me=True)
    assert_listed(desk, [], director, assigned_to_me=True)
    assert_listed(desk, [gates["first"], gates["mapped"]], director, assigned_to_me=False)

    desk.advance(gates["first"], NOW + HOUR + MINUTE)
    assert_listed(desk, [gates["first"]], director, assigned_to_me=True)
    desk.decide(gates["mapped"])
    assert_listed(desk, [gates["first"]], manager, assigned_to_me=True)
    assert_listed(desk, [gates["mapped"]], manager, assigned_to_me=False)

    everything = looking(MANAGER, "release", "payroll")
    others = [gates["mapped"], gates["payroll"], gates["by name"]]
    assert_listed(desk, others, everything, assigned_to_me=False)


def test_what_i_have_answered_is_not_assigned_to_me_any_more(desk: Desk) -> None:
    """Though it waits for another approver."""
    gate = desk.gate(policy(level(role("manager")), quorum=2))
    desk.decide(gate, Verdict.APPROVE)
    assert_listed(desk, [], looking(MANAGER), assigned_to_me=True)
    assert_listed(desk, [gate], looking(MANAGER), assigned_to_me=False)
    assert_listed(desk, [gate], looking(OTHER_MANAGER), assigned_to_me=True)


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        (looking(person("x")), []),
        (looking(person("x"), "payroll"), ["payroll"]),
        (looking(person("x", "board")), ["payroll"]),
        (looking(person("x", "board"), "release"), ["first", "mapped", "payroll", "by name"]),
        (looking(person("ana")), ["by name"]),
        (looking(person("ana", "director")), ["first", "mapped", "by name"]),
        (looking(person("x", "boar")), []),
    ],
    ids=["nobody", "reader", "approver", "both", "by name", "by name and role", "other role"],
)
def test_a_list_holds_what_its_reader_may_see(
    desk: Desk, gates: dict[str, Approval], viewer: Viewer, expected: list[str]
) -> None:
    """And counts nothing else; single reads agree with it."""
    assert_listed(desk, [gates[name] for name in expected], viewer)
    for name, gate in gates.items():
        seen = desk.visible(gate, viewer.actor) or gate.origin.dag_id in viewer.readable_dag_ids
        assert seen is (name in expected)


def test_filters_never_widen_what_one_sees(desk: Desk, gates: dict[str, Approval]) -> None:
    """The ids of an invisible request bring nothing to light."""
    hidden = gates["payroll"]
    for filters in (
        {"dag_id": (hidden.origin.dag_id,)},
        {"ti_id": (ti_id_of(hidden),)},
        {"run_id": (hidden.origin.run_id,)},
        {"approver_role": ("board",)},
        {"search": hidden.content.subject},
        {"assigned_to_me": False, "dag_id": ("payroll",)},
        {"overdue": False, "dag_id": ("payroll",)},
    ):
        assert_listed(desk, [], looking(MANAGER), **filters)


def test_a_request_that_cannot_be_read_hides_no_other(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """One opened by a newer version, before the package was set back: left out, logged, and deletable."""
    readable, newer = desk.gate(), of_a_newer_version(desk)

    found, total = page(desk)

    assert ([approval.id for approval in found], total) == ([readable.id], 2)
    assert str(newer.id) in caplog.text
    for command in (desk.read, desk.decide, desk.cancel):
        with pytest.raises(NewerVersion):
            command(newer)
    desk.delete(newer)
    assert page(desk)[1] == 1


def test_reading_what_cannot_be_read_leaves_no_connection_in_the_past(desk: Desk) -> None:
    """On SQLite a result that is not read to its end keeps its connection at what was there then."""
    newer = of_a_newer_version(desk)
    assert seen_by_five(desk) == [[newer.id]] * 5
    kept = []
    for command in (desk.read, desk.decide, desk.cancel):
        with pytest.raises(NewerVersion) as error:
            command(newer)
        kept.append(error)  # and with it everything that was at hand

    desk.delete(newer)

    assert seen_by_five(desk) == [[]] * 5


def seen_by_five(desk: Desk) -> list[list[UUID]]:
    """The requests there are, as each of five connections sees it."""
    with ExitStack() as at_once:
        sessions = [at_once.enter_context(desk.sessions()) for _ in range(5)]
        return [list(session.execute(select(tables.approval.c.id)).scalars()) for session in sessions]


def of_a_newer_version(desk: Desk) -> Approval:
    """A closed request whose terms this version does not know."""
    newer = desk.decide(desk.gate(task_id="another"))
    desk.finish(newer)
    with desk.sessions() as session:
        terms = {**policy_json(newer.policy), "version": 99}
        session.execute(update(tables.approval).where(tables.approval.c.id == newer.id).values(policy=terms))
        session.commit()
    return newer
