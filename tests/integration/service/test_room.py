"""How many connections we take of Airflow's pool."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from airflow import settings
from sqlalchemy import NullPool, create_engine, create_mock_engine, text
from sqlalchemy.orm import Session

from airflow_approvals.config import Settings
from airflow_approvals.domain.errors import Unavailable
from airflow_approvals.service import room
from airflow_approvals.service.transaction import Work, writing

WRITERS = 16


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


def test_writers_of_one_process_queue_before_they_ask_sqlite(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each succeeds at once, also where SQLite has no patience at all with who finds it locked."""
    engine = create_engine(file, connect_args={"timeout": 0})
    monkeypatch.setattr(settings, "engine", engine)
    work = Work(settings=Settings(), sessions=lambda: Session(engine))
    with Session(engine) as session, session.begin():
        session.execute(text("CREATE TABLE note (writer INTEGER)"))
    attempts: list[int] = []

    def note(writer: int, *, session: Session) -> None:
        attempts.append(writer)
        session.execute(text("INSERT INTO note VALUES (:writer)"), {"writer": writer})
        time.sleep(0.01)
        session.commit()

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(lambda writer: writing(note, writer, work=work), range(WRITERS)))
    assert sorted(attempts) == list(range(WRITERS))
    with Session(engine) as session:
        assert sorted(session.scalars(text("SELECT writer FROM note"))) == list(range(WRITERS))


def test_who_waits_in_vain_for_a_turn_to_write_is_told_to_ask_again(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one whom the database itself keeps waiting. Whose turn it is need not wait for themselves."""
    monkeypatch.setattr(settings, "engine", create_engine(file))
    with room.turn_to_write(), room.turn_to_write(), pytest.raises(Unavailable):
        _write_elsewhere()
    _write_elsewhere()


def test_elsewhere_nobody_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL locks rows, not the database."""
    monkeypatch.setattr(settings, "engine", create_mock_engine("postgresql://", lambda *_: None))
    with room.turn_to_write():
        _write_elsewhere()


def _write_elsewhere() -> None:
    """Take a turn in another thread."""

    def write() -> None:
        with room.turn_to_write():
            pass

    with ThreadPoolExecutor(1) as other:
        other.submit(write).result()
