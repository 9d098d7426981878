"""Every time given from outside is aware, and kept in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo

import pytest

from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.lifecycle import (
    Change,
    Edit,
    advance,
    cancel,
    decide,
    edit,
    open_request,
    resume,
    utc,
)
from airflow_approvals.domain.status import Status
from tests.builders import HOUR, MANAGER, MINUTE, NOW, in_status, open_arguments, opened, task

EVERY_TIME: dict[str, Callable[[datetime], Change]] = {
    "open": lambda at: open_request(**open_arguments(now=at)),
    "open with a deadline": lambda at: open_request(**open_arguments(expires_at=at)),
    "advance": lambda at: advance(opened(), at),
    "advance when closed": lambda at: advance(in_status(Status.APPROVED), at),
    "decide": lambda at: decide(opened(), actor=MANAGER, verdict=Verdict.APPROVE, now=at),
    "cancel": lambda at: cancel(opened(), actor=task(), reason="superseded", now=at),
    "edit": lambda at: edit(opened(), change=Edit(subject="Other"), actor=MANAGER, now=at),
    "edit the deadline": lambda at: edit(opened(), change=Edit(expires_at=at), actor=MANAGER, now=NOW),
    "resume": lambda at: resume(in_status(Status.APPROVED), at),
    "resume again": lambda at: resume(resume(in_status(Status.APPROVED), NOW)[0], at),
}

OUTSIDE_THE_CALENDAR = [
    datetime.max.replace(tzinfo=timezone(-HOUR)),
    datetime.min.replace(tzinfo=timezone(HOUR)),
]


def times_in(approval: Approval) -> list[datetime]:
    """Every time a request holds."""
    values = [value for value in vars(approval).values() if isinstance(value, datetime)]
    return [*values, *(vote.at for vote in approval.votes)]


@pytest.mark.parametrize("command", EVERY_TIME)
def test_a_time_without_zone_is_refused(command: str) -> None:
    """Guessing a zone moves deadlines by hours."""
    with pytest.raises(Invalid, match=r"2026-01-05T09:30:00 has no time zone"):
        EVERY_TIME[command](datetime(2026, 1, 5, 9, 30))  # noqa: DTZ001


@pytest.mark.parametrize("command", EVERY_TIME)
@pytest.mark.parametrize("moment", OUTSIDE_THE_CALENDAR)
def test_a_time_outside_the_calendar_is_refused(command: str, moment: datetime) -> None:
    """Its zone pushes it before the first or behind the last year; that is bad input, not a crash."""
    with pytest.raises(Invalid, match="outside the calendar"):
        EVERY_TIME[command](moment)


@pytest.mark.parametrize("command", EVERY_TIME)
@pytest.mark.parametrize("offset", [timedelta(hours=9), -timedelta(hours=5, minutes=30)])
def test_a_time_in_another_zone_means_the_same_and_is_kept_in_utc(command: str, offset: timedelta) -> None:
    """Where the caller sits makes no difference to the request or to the record."""
    moment = NOW + 30 * MINUTE
    approval, events = EVERY_TIME[command](moment.astimezone(timezone(offset)))
    assert (approval, events) == EVERY_TIME[command](moment)
    assert {at.tzinfo for at in (*times_in(approval), *(event.at for event in events))} == {timezone.utc}
    assert not any(offset_given in str(event.detail) for event in events for offset_given in ("+09:", "-05:"))


def test_utc_moves_the_clock_and_keeps_the_moment() -> None:
    """The same instant, read in Greenwich."""
    moved = utc(datetime(2026, 1, 5, 18, 0, tzinfo=timezone(timedelta(hours=9))))
    assert (moved, moved.tzinfo) == (NOW, timezone.utc)


def test_a_zone_without_an_offset_is_no_zone() -> None:
    """Such a time is as naive as one without a zone."""

    class Nowhere(tzinfo):
        def utcoffset(self, _: datetime | None) -> timedelta | None:
            return None

    with pytest.raises(Invalid, match="time zone"):
        utc(datetime(2030, 1, 1, tzinfo=Nowhere()))
