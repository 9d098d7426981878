"""Two calls at the same moment, as often as one likes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

ROUNDS = 200
MEETING_SECONDS = 60

ONLY_POSTGRES = pytest.mark.parametrize(
    "databases", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
ONLY_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


class Answer(NamedTuple):
    """What a racer got: the result of its call, or the error it raised."""

    result: Any = None
    error: Exception | None = None


Racer = Callable[[], Any]
Race = Callable[[Racer, Racer], tuple[Answer, Answer]]


@contextmanager
def track() -> Iterator[Race]:
    """Run two calls at the same time, each in a thread of its own, switching as often as Python can."""
    barrier = Barrier(2, timeout=MEETING_SECONDS)

    def run(call: Racer) -> Answer:
        barrier.wait()
        try:
            return Answer(result=call())
        except Exception as error:  # noqa: BLE001  (the test looks at it)
            return Answer(error=error)

    switch_interval_seconds = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    with ThreadPoolExecutor(2) as threads:
        yield lambda one, other: tuple(threads.map(run, (one, other)))  # type: ignore[return-value]
    sys.setswitchinterval(switch_interval_seconds)


def failing(error: Exception, attempts: list[Session], *, session: Session) -> None:
    """Fail the first time."""
    attempts.append(session)
    if len(attempts) == 1:
        raise error


class DriverError(Exception):
    """What a driver says."""

    def __init__(self, words: str, pgcode: str | None = None) -> None:
        super().__init__(words)
        self.pgcode = pgcode


def wait_until_somebody_waits(observer: Session) -> None:
    """Wait until a session of this PostgreSQL database stands before a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    give_up = time.monotonic() + MEETING_SECONDS
    while not observer.execute(waiting).scalar_one():
        assert time.monotonic() < give_up
        observer.rollback()
        time.sleep(0.01)


@contextmanager
def impatient(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """Open a session that is refused at once what it would have to wait for; nobody uses it afterwards."""
    with sessions() as session:
        connection = session.connection()
        sqlite = connection.dialect.name == "sqlite"
        session.execute(text("PRAGMA busy_timeout = 1" if sqlite else "SET lock_timeout = '1ms'"))
        try:
            yield session
        finally:
            connection.invalidate()
