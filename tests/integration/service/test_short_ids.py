"""Parts of ids: what is shown is taken, on every database, also when ids look alike."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from airflow_approvals.domain.errors import Invalid, NotFound
from airflow_approvals.service import short_ids
from airflow_approvals.store.tables import approval as approval_table
from tests.builders import NOW
from tests.integration.service.desk import Desk, work_at

WORK = work_at(NOW)
IDS = (
    "01900000-0000-7000-8000-0000aaaa0001",  # alone with its last eight digits
    "01900000-0000-7000-8000-0000bbbb0002",  # these share eight,
    "01900000-0000-7000-8000-1111bbbb0002",
    "01900000-0000-7000-8000-2222cccc0003",  # and these the whole last group
    "01900000-0000-7000-9000-2222cccc0003",
)


@pytest.fixture
def ids(desk: Desk, session: Session) -> list[UUID]:
    """Requests with these ids, and one more."""
    desk.rows.run()
    made = desk.by_hand().id
    row = session.execute(select(approval_table).where(approval_table.c.id == made)).mappings().one()
    session.execute(insert(approval_table), [{**row, "id": UUID(wanted)} for wanted in IDS])
    session.commit()
    return list(map(UUID, IDS))


def test_what_is_shown_is_short_and_taken_for_the_whole(ids: list[UUID]) -> None:
    """The end, as long as it has to be; the whole id where both ends are shared."""
    shown = short_ids.shown(ids, work=WORK)
    assert [shown[approval_id] for approval_id in ids] == [
        "aaaa0001",
        "0000bbbb0002",
        "1111bbbb0002",
        IDS[3],
        IDS[4],
    ]
    assert [short_ids.find(shown[approval_id], work=WORK) for approval_id in ids] == ids
    # Also one alone in its list is told apart from all there are.
    assert short_ids.shown([ids[1]], work=WORK) == {ids[1]: "0000bbbb0002"}
    assert short_ids.shown([], work=WORK) == {}


def test_a_part_may_be_a_beginning_or_an_end(ids: list[UUID]) -> None:
    """In any writing; a part of the middle is none."""
    for typed in ("AAAA0001", " aaaa-0001 ", "01900000-0000-7000-8000-0000A", IDS[0]):
        assert short_ids.find(typed, work=WORK) == ids[0]
    with pytest.raises(NotFound):
        short_ids.find("0000aaaa", work=WORK)


def test_a_part_of_several_names_them(ids: list[UUID]) -> None:
    """Nobody guesses which was meant."""
    with pytest.raises(Invalid) as refusal:
        short_ids.find("bbbb0002", work=WORK)
    heading, *candidates = str(refusal.value).splitlines()
    assert heading == "'bbbb0002' is a part of several ids. Which one is it?"
    assert [candidate.split()[0] for candidate in candidates] == [IDS[1], IDS[2]]


def test_of_very_many_the_first_are_named(desk: Desk) -> None:
    """Ids of one test begin alike."""
    desk.rows.run()
    made = [desk.by_hand(map_index=number).id for number in range(12)]
    with pytest.raises(Invalid) as refusal:
        short_ids.find(str(made[0])[:6], work=WORK)
    lines = str(refusal.value).splitlines()
    assert (len(lines), lines[-1]) == (12, "and more")


@pytest.mark.parametrize("typed", ["", "-", "seven", "12g4", "1" * 33, "%%%%", "____"])
def test_what_is_no_part_of_an_id_is_refused(desk: Desk, typed: str) -> None:
    """Also what a database would take for a pattern."""
    with pytest.raises(Invalid, match="is not the id of a request"):
        short_ids.find(typed, work=WORK)


def test_too_short_a_part_is_refused(desk: Desk) -> None:
    """Unique today is not unique tomorrow."""
    with pytest.raises(Invalid, match="too short: type at least 4"):
        short_ids.find("019", work=WORK)
