"""One person has one voice, whichever way the answers come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airflow_approvals.domain.errors import AlreadyVoted
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.search import Cut, Filters, Viewer
from airflow_approvals.domain.status import Status
from airflow_approvals.service import reading
from tests.builders import HOUR, MANAGER, NOW, OTHER_MANAGER, level, policy, role
from tests.integration.service.desk import Desk, work_at

TWO_MANAGERS = policy(level(role("manager")), quorum=2)


def waiting_for(actor: Actor) -> int:
    """How many requests wait for this person, by the list."""
    viewer = Viewer(actor=actor, readable_dag_ids=frozenset())
    found = reading.page(
        Filters(assigned_to_me=True),
        viewer=viewer,
        cut=Cut(limit=10),
        now=NOW,
        work=work_at(NOW + HOUR / 2),
    )
    assert len(found.approvals) == found.total.number
    return found.total.number


@pytest.mark.parametrize(
    "again",
    [
        MANAGER,
        replace(MANAGER, id=MANAGER.name, os_user="root"),  # the command line knows the name only
        replace(MANAGER, id="42"),  # an account made anew
        replace(MANAGER, name="renamed"),
    ],
)
def test_one_person_takes_one_place_of_a_quorum(desk: Desk, again: Actor) -> None:
    """Refused, in whichever order the two come; the list says the same, and somebody else completes it."""
    for number, (first, second) in enumerate([(MANAGER, again), (again, MANAGER)]):
        gate = desk.gate(TWO_MANAGERS, map_index=number)
        before = waiting_for(second)
        desk.decide(gate, actor=first)
        with pytest.raises(AlreadyVoted):
            desk.decide(gate, actor=second)
        assert desk.read(gate).status is Status.PENDING
        assert (before, waiting_for(second), waiting_for(OTHER_MANAGER)) == (1, 0, 1)
        assert desk.decide(gate, actor=OTHER_MANAGER).status is Status.APPROVED
