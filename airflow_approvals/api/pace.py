"""How often one person may open requests by hand and edit them."""

from __future__ import annotations

import math
import time

from fastapi import Depends, Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from airflow_approvals.api.callers import CallerDep, Person
from airflow_approvals.api.work import WorkDep
from airflow_approvals.domain.errors import TooManyRequests


class Pace:
    """Counts the changes of the last minute, each person's own, in this process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def note(self, person_id: str, *, changes_per_minute: int) -> None:
        """Count one more change.

        :param changes_per_minute: 0: as many as one likes.
        :raises TooManyRequests: there were as many already.
        """
        if changes_per_minute == 0:
            return
        limit = RateLimitItemPerMinute(changes_per_minute)
        if not self._limiter.hit(limit, person_id):
            free_at = self._limiter.get_window_stats(limit, person_id).reset_time
            raise TooManyRequests(retry_after_seconds=max(1, math.ceil(free_at - time.time())))


def _paced(request: Request, caller: CallerDep, work: WorkDep) -> None:
    if isinstance(caller, Person):
        pace: Pace = request.app.state.pace
        pace.note(caller.actor.id, changes_per_minute=work.settings.changes_per_minute)


PaceDep = Depends(_paced)
"""Not faster than people work; tasks, each of which opens one request, are not counted."""
