"""What the API server says of time: what it takes for now, and when to come back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from airflow_approvals import tokens

MAX_CLOCK_DIFFERENCE = timedelta(hours=1)

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


def retry_after_seconds(response: httpx.Response) -> float | None:
    """Give the seconds after which an answer asks to come back, however it says so; None when it does not."""
    told = response.headers.get("Retry-After", "")
    if told.isascii() and told.isdigit():
        return float(told)
    moment = _moment(told)
    return None if moment is None else max(0.0, (moment - utc_now()).total_seconds())


def _moment(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).replace(tzinfo=timezone.utc)  # HTTP knows no other zone
    except (ValueError, OverflowError):
        return None


def utc_now() -> datetime:
    return datetime.now(tz=timezone.utc)


class ServerTime:
    """The time as the API server has it: tokens live for a minute, and clocks differ by more."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return self._clock() + self._ahead

    def learn(self, response: httpx.Response) -> bool:
        """Take the time from an answer that does not let us in; tells whether another attempt is worth it."""
        moment = _moment(response.headers.get("Date", ""))
        if response.status_code != HTTPStatus.UNAUTHORIZED or moment is None:
            return False
        ahead = moment - self._clock()
        other = abs(ahead - self._ahead) > tokens.LEEWAY / 2 and abs(ahead) <= MAX_CLOCK_DIFFERENCE
        if other:
            log.warning(
                "This machine's clock and that of the API server differ by %.0f s", ahead.total_seconds()
            )
            self._ahead = ahead
        return other
