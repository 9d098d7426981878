"""Whose turn it is: the list, the badge and the rules say the same of every request at every moment."""

from __future__ import annotations

from itertools import product

import pytest

from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.search import Cut, Filters, Viewer
from airflow_approvals.service import reading
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
    user,
)
from tests.integration.service.desk import SOON, Desk, work_at

TERMS = {
    "one level": policy(level(role("manager"))),
    "two levels": policy(),
    "second level waits for ever": policy(level(role("manager")), level(role("director"), timeout=None)),
    "waits for ever": policy(level(role("manager"), user("ana"), timeout=None)),
    "two needed": policy(level(role("manager")), level(user("ana")), quorum=2),
    "silence denies": policy(level(role("manager")), on_expiry=OnExpiry.DENY),
}
PASTS = ("untouched", "answered", "edited", "edited by an approver", "escalated", "over", "cancelled")
PEOPLE = (
    MANAGER,
    OTHER_MANAGER,
    DIRECTOR,
    person("ana"),
    person("ana", "manager", id="ana-elsewhere"),
    person(MANAGER.name, "manager", id="first-manager-elsewhere"),
    person("a-stranger", "Manager"),
)
MOMENTS = (SOON, NOW + HOUR - TICK, NOW + HOUR, NOW + 2 * HOUR - TICK, NOW + 2 * HOUR, NOW + 50 * HOUR)


def brought_to(past: str, desk: Desk, gate: Approval) -> None:
    """Let a request have a past."""
    match past:
        case "answered":
            desk.decide(gate)
        case "edited":
            desk.edit(gate, body="Pay twice.")
        case "edited by an approver":
            desk.edit(gate, actor=MANAGER, metadata={})
        case "escalated":
            desk.advance(gate, NOW + 2 * HOUR - MINUTE)
        case "over":
            desk.advance(gate, NOW + HOUR)
            desk.advance(gate, NOW + 3 * HOUR)
        case "cancelled":
            desk.cancel(gate)


@pytest.fixture
def gates(desk: Desk) -> list[Approval]:
    """A request of each kind with each past."""
    found = []
    for number, (terms, past) in enumerate(product(TERMS.values(), PASTS)):
        gate = desk.gate(terms, task_id=f"gate_{number}", now=NOW + number * TICK)
        brought_to(past, desk, gate)
        found.append(desk.read(gate))
    return found


def test_list_badge_and_rules_agree(desk: Desk, gates: list[Approval]) -> None:
    """For everybody, before, at and after every deadline, whether or not a sweep has run."""
    seen = set()
    for who, now in product(PEOPLE, MOMENTS):
        expected = {gate.id for gate in gates if may(gate, who, now)}
        listed, total = assigned(who, now)
        assert listed == expected, (who, now)
        assert total == len(expected)
        assert reading.count_waiting(eyes(who), now=now, work=work_at(now)).number == len(expected)
        seen |= {(gate.id in expected, gate.is_open) for gate in gates}
    assert seen == {(True, True), (False, True), (False, False)}


def may(gate: Approval, who: Actor, now: object) -> bool:
    """What the rules say: a denial needs nothing but to be asked."""
    return reading.why_not_answer(gate, who, Verdict.DENY, now=now) is None  # type: ignore[arg-type]


def eyes(who: Actor) -> Viewer:
    """They may read every Dag."""
    return Viewer(actor=who, readable_dag_ids=frozenset({"release"}))


def assigned(who: Actor, now: object) -> tuple[set[object], int]:
    """What the list with ``assigned_to_me`` has."""
    found = reading.page(
        Filters(assigned_to_me=True),
        viewer=eyes(who),
        cut=Cut(limit=1000),
        now=now,  # type: ignore[arg-type]
        work=work_at(SOON + MINUTE),
    )
    return {gate.id for gate in found.approvals}, found.total.number
