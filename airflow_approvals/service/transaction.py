"""Where transactions begin and end, and what happens when a concurrent one wins."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeVar

import tenacity
from airflow.utils.session import create_session
from sqlalchemy.orm import Session

from airflow_approvals.config import Settings
from airflow_approvals.domain.errors import ChangedMeanwhile
from airflow_approvals.store import locks

ATTEMPTS = 20
RETRY_SECONDS = 20.0

T = TypeVar("T")


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(tz=timezone.utc)


def new_session() -> AbstractContextManager[Session]:
    """Open a session that is committed at its end, or rolled back when an error ends it."""
    session: AbstractContextManager[Session] = create_session(scoped=False)
    return session


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a use case works with. It opens sessions of its own and leaves none open.

    :param clock: read once for each change, after what is changed is locked, and once for each reading.
    """

    settings: Settings = field(default_factory=Settings.load)
    clock: Callable[[], datetime] = utc_now
    sessions: Callable[[], AbstractContextManager[Session]] = new_session


def writing(step: Callable[..., T], *arguments: Any, work: Work) -> T:
    """Run ``step(*arguments, session=…)`` in a transaction; start over when a concurrent one won.

    :raises ChangedMeanwhile: somebody else changed the request every time.
    :raises sqlalchemy.exc.DBAPIError: the database refused; also when it stayed locked all the time, which is
        no matter of the request's: asking again may help.
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
    return result


def _once(step: Callable[..., T], arguments: tuple[Any, ...], work: Work) -> T:
    with work.sessions() as session:
        locks.begin_writing(session)
        return step(*arguments, session=session)
