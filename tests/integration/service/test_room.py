"""How many connections we take of Airflow's pool."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from airflow import settings
from sqlalchemy import NullPool, create_engine

from airflow_approvals.domain.errors import Unavailable
from airflow_approvals.service import room


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A database of its own."""
    return f"sqlite:///{tmp_path / 'room.db'}"


def test_we_leave_a_third_of_the_pool_to_airflow(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of five connections and ten more we take ten; who comes then is told to ask again."""
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW", "10")
    monkeypatch.setattr(settings, "engine", create_engine(file, pool_size=5, max_overflow=10))
    with ExitStack() as places:
        for _ in range(10):
            places.enter_context(room.place())
        with pytest.raises(Unavailable), room.place():
            pytest.fail("there was an eleventh")
    with room.place():
        pass


@pytest.mark.parametrize("overflow", ["10", "-1"])
def test_a_pool_without_a_limit_has_room_for_everybody(
    file: str, monkeypatch: pytest.MonkeyPatch, overflow: str
) -> None:
    """No pool at all, or one that grows as it needs."""
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW", overflow)
    engine = (
        create_engine(file, poolclass=NullPool) if overflow == "10" else create_engine(file, max_overflow=-1)
    )
    monkeypatch.setattr(settings, "engine", engine)
    with ExitStack() as places:
        for _ in range(20):
            places.enter_context(room.place())
