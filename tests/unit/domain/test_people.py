"""Who is one person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airflow_approvals.domain.people import SYSTEM, Actor
from tests.builders import person, task


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (person("ana", id="7"), True),  # an account made anew
        (person("bo", id="id-ana"), True),  # an account renamed
        (person("ana", id="ana"), True),  # the command line, where it knows no more than the name
        (person("bo"), False),
        (person("Ana", id="other"), False),
        (task(id="id-ana", name="ana"), False),
        (replace(SYSTEM, id="id-ana", name="ana"), False),
    ],
)
def test_the_same_id_or_the_same_name_is_the_same_person(other: Actor, same: bool) -> None:
    """Either way round; never of another kind, so that nobody is taken for the clock."""
    ana = person("ana")
    assert ana.is_also(other) is same
    assert other.is_also(ana) is same
