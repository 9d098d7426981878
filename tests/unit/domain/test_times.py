"""Every time given from outside is aware, and kept in UTC."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta, timezone, tzinfo

import pytest

from airflow_approvals.domain.calendar import require_aware, utc
from airflow_approvals.domain.commands.advance import advance, is_due
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.commands.edit import Edit, edit
from airflow_approvals.domain.commands.open import open_request
from airflow_approvals.domain.commands.remark import note_woken
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.status import Status
from tests.builders import (
    HOUR,
    MANAGER,
    MINUTE,
    NOW,
    in_status,
    level,
    opened,
    opening,
    policy,
    role,
    task,
    yes,
)

WAITING_FOR_EVER = opened(policy=policy(level(role("manager"), timeout=None)))

EVERY_TIME: dict[str, Callable[[datetime], Change]] = {
    "open": lambda at: open_request(opening(), at),
    "open with a deadline": lambda at: open_request(opening(expires_at=at), NOW),
    "advance": lambda at: advance(opened(), at),
    "advance without a deadline": lambda at: advance(WAITING_FOR_EVER, at),
    "advance when closed": lambda at: advance(in_status(Status.APPROVED), at),
    "decide": lambda at: decide(opened(), yes(MANAGER), at),
    "decide without a deadline": lambda at: decide(WAITING_FOR_EVER, yes(MANAGER), at),
    "cancel": lambda at: cancel(opened(), Cancellation(actor=task(), reason="superseded"), at),
    "edit": lambda at: edit(opened(), Edit(actor=MANAGER, subject="Other"), at),
    "edit the deadline": lambda at: edit(opened(), Edit(actor=MANAGER, expires_at=at), NOW),
    "note that the task was woken": lambda at: note_woken(in_status(Status.APPROVED), at),
    "note it again": lambda at: note_woken(note_woken(in_status(Status.APPROVED), NOW).approval, at),
    "note it where no task waits": lambda at: note_woken(in_status(Status.APPROVED, waiter=None), at),
}

OUTSIDE_THE_CALENDAR = [
    datetime.max.replace(tzinfo=timezone(-HOUR)),
    datetime.min.replace(tzinfo=timezone(HOUR)),
]


class Nowhere(tzinfo):
    """A zone that does not say how far it is from Greenwich."""

    def utcoffset(self, _: datetime | None) -> timedelta | None:
        """Say nothing."""
        return None


def times_in(value: object) -> Iterator[datetime]:
    """Give every time that a value holds, however deep."""
    if isinstance(value, datetime):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from times_in(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from times_in(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from times_in(inner)


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
    change = EVERY_TIME[command](moment.astimezone(timezone(offset)))
    assert change == EVERY_TIME[command](moment)
    assert {at.tzinfo for at in times_in(change)} == {timezone.utc}


@pytest.mark.parametrize("offset", [timedelta(hours=9), -timedelta(hours=5, minutes=30)])
def test_a_deadline_is_due_at_the_same_moment_everywhere(offset: timedelta) -> None:
    """Where the clock hangs makes no difference."""
    for moment, due in ((NOW + HOUR, True), (NOW + HOUR - MINUTE, False)):
        assert is_due(opened(), moment.astimezone(timezone(offset))) is due


def test_utc_moves_the_clock_and_keeps_the_moment() -> None:
    """The same instant, read in Greenwich."""
    moved = utc(datetime(2026, 1, 5, 18, 0, tzinfo=timezone(timedelta(hours=9))))
    assert moved == NOW
    assert moved.tzinfo is timezone.utc, "the zone of this machine may happen to be as far from Greenwich"


@pytest.mark.parametrize("refuse", [utc, require_aware])
def test_a_zone_without_an_offset_is_no_zone(refuse: Callable[[datetime], object]) -> None:
    """Such a time is as naive as one without a zone."""
    with pytest.raises(Invalid, match="time zone"):
        refuse(datetime(2030, 1, 1, tzinfo=Nowhere()))


def test_one_naive_time_among_many_is_refused() -> None:
    """Wherever it stands; what is not there yet is no mistake."""
    require_aware(None, NOW, None)
    require_aware()
    with pytest.raises(Invalid, match="2030-01-01T00:00:00 has no time zone"):
        require_aware(NOW, None, datetime(2030, 1, 1))  # noqa: DTZ001
