"""Where transactions begin and end, and what happens when a concurrent one wins."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeVar
from uuid import UUID

import tenacity
from airflow.utils.session import create_session
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from airflow_approvals.config import Settings, current
from airflow_approvals.domain.errors import ChangedMeanwhile, Unavailable
from airflow_approvals.service import room
from airflow_approvals.store import locks

ATTEMPTS = 5
RETRY_SECONDS = 4.0
"""When no further attempt is begun; less than SQLite's patience with a lock (5 s), which counts."""

AFTERWARDS = "approvals_afterwards"

log = logging.getLogger(__name__)

T = TypeVar("T")


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(tz=timezone.utc)


@contextmanager
def new_session() -> Iterator[Session]:
    """Open a session that is committed at its end, or rolled back when an error ends it.

    :raises Unavailable: the database has no connection left for it.
    """
    with room.place(), create_session(scoped=False) as session:
        yield session


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a use case works with. It opens sessions of its own and leaves none open.

    :param clock: read once for each change, after what is changed is locked, and once for each reading.
    :param later: is told of a request whose task could not be given its answer yet, to try again soon.
    """

    settings: Settings = field(default_factory=current)
    clock: Callable[[], datetime] = utc_now
    sessions: Callable[[], AbstractContextManager[Session]] = new_session
    later: Callable[[UUID], None] = lambda _approval_id: None


def writing(step: Callable[..., T], *arguments: Any, work: Work) -> T:
    """Run ``step(*arguments, session=…)`` in a transaction; start over when a concurrent one won.

    :raises ChangedMeanwhile: somebody else changed the request every time.
    :raises Unavailable: the database is away, or stayed locked all the time, which is no matter of the
        request's: asking again may help.
    """
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception(locks.is_lost_race),
        wait=tenacity.wait_random(0, 0.1),
        stop=tenacity.stop_after_attempt(ATTEMPTS) | tenacity.stop_after_delay(RETRY_SECONDS),
        reraise=True,
    )
    try:
        result: T = retrying(_once, step, arguments, work)
    except locks.StaleVersion:
        raise ChangedMeanwhile from None
    except IntegrityError as error:
        if locks.is_lost_race(error):
            raise ChangedMeanwhile from error
        raise
    except SQLAlchemyError as error:
        if away := unavailable(error):
            raise away from error
        raise
    return result


def unavailable(error: BaseException) -> Unavailable | None:
    """Give what a caller is told when the database is away, has no connection left, or stays locked.

    None for any other error, which is a bug or a database without our tables.
    """
    if locks.is_unavailable(error) or locks.is_lost_race(error):
        return Unavailable(retry_after_seconds=room.RETRY_AFTER_SECONDS)
    return None


def afterwards(call: Callable[[], Any], *, session: Session) -> None:
    """Have something called once this transaction is committed and its connection given back."""
    session.info.setdefault(AFTERWARDS, []).append(call)


def _once(step: Callable[..., T], arguments: tuple[Any, ...], work: Work) -> T:
    with room.turn_to_write(), work.sessions() as session:
        locks.begin_writing(session)
        result = step(*arguments, session=session)
    for call in session.info.get(AFTERWARDS, ()):
        _try(call)
    return result


def _try(call: Callable[[], Any]) -> None:
    try:
        call()
    except Exception:
        log.exception("What was to follow a change failed; the change stands")
