"""How many of Airflow's database connections this API takes, and how long it waits for one.

Airflow signs people in inside its event loop, and needs a connection for that: while its pool has none to
give, the whole API server stands still, the tasks' API included. So all use cases together leave some of the
pool alone, also when each of theirs waits for a lock; and nobody signs in while the pool is empty.

SQLite takes one writer at a time, and lets who waits try again at growing intervals: among many some starve.
So writers of one process queue here, before they ask for a connection.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from threading import BoundedSemaphore, RLock

from airflow import settings
from airflow.configuration import conf
from sqlalchemy.pool import Pool, QueuePool

from airflow_approvals.domain.errors import Unavailable

PATIENCE_SECONDS = 5.0
"""How long to wait for a connection; Airflow's pool itself would make its callers wait for 30 s."""
RETRY_AFTER_SECONDS = 5
"""When to ask again."""
POLL_SECONDS = 0.01

_turn_to_write = RLock()


@dataclass(frozen=True)
class Room:
    """A pool that gives ``capacity`` connections at most, and our places in it."""

    pool: QueuePool
    capacity: int
    places: BoundedSemaphore

    def is_empty(self) -> bool:
        """Tell whether who asks for a connection now has to wait for it."""
        return self.pool.checkedout() >= self.capacity


@contextmanager
def turn_to_write() -> Iterator[None]:
    """Be the only writing thread of this process where the database takes only one, else do nothing.

    :raises Unavailable: it did not come in time.
    """
    if settings.engine.dialect.name != "sqlite":
        yield
        return
    if not _turn_to_write.acquire(timeout=PATIENCE_SECONDS):
        raise Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS)
    try:
        yield
    finally:
        _turn_to_write.release()


@contextmanager
def place() -> Iterator[None]:
    """Hold one of our places in the pool. The thread that holds one must not ask for another.

    :raises Unavailable: none became free in time.
    """
    room = _room_of(settings.engine.pool)
    if room is None:
        yield
        return
    give_up = time.monotonic() + PATIENCE_SECONDS
    if not room.places.acquire(timeout=PATIENCE_SECONDS):
        raise Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS)
    try:
        while room.is_empty():  # others have it all
            if time.monotonic() > give_up:
                raise Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS)
            time.sleep(POLL_SECONDS)
        yield
    finally:
        room.places.release()


async def vacancy() -> None:
    """Wait until the pool has a connection to give, while the event loop goes on.

    :raises Unavailable: it had none in time.
    """
    room = _room_of(settings.engine.pool)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while room is not None and room.is_empty():
        if time.monotonic() > give_up:
            raise Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS)
        await asyncio.sleep(POLL_SECONDS)


@lru_cache(maxsize=1)
def _room_of(pool: Pool) -> Room | None:
    """Give the pool's room; None when it sets no limit. Airflow has one pool in a process."""
    if not isinstance(pool, QueuePool):
        return None
    overflow = conf.getint("database", "sql_alchemy_max_overflow", fallback=10)
    if pool.size() == 0 or overflow < 0:
        return None
    capacity = pool.size() + overflow
    return Room(pool, capacity, BoundedSemaphore(max(1, capacity * 2 // 3)))
