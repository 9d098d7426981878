"""What every route is given: a session, the settings and the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Annotated

from airflow.utils.session import create_session
from fastapi import Depends
from sqlalchemy.orm import Session

from airflow_approvals.config import Settings


@dataclass(frozen=True, kw_only=True)
class Work:
    """One request's surroundings; ``now`` is read once."""

    session: Session
    settings: Settings
    now: datetime


def _work() -> Iterator[Work]:
    with create_session(scoped=False) as session:
        yield Work(session=session, settings=Settings.load(), now=datetime.now(tz=timezone.utc))


WorkDep = Annotated[Work, Depends(_work)]
