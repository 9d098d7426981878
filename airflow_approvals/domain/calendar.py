"""Moments: always with a time zone, kept in UTC."""

from __future__ import annotations

from datetime import datetime, timezone

from airflow_approvals.domain.errors import Invalid


def utc(moment: datetime) -> datetime:
    """Give the same moment in UTC.

    :raises Invalid: ``moment`` has no time zone.
    """
    require_aware(moment)
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError:
        raise Invalid(f"The time {moment.isoformat()} lies outside the calendar.") from None


def require_aware(*moments: datetime | None) -> None:
    """Refuse times that could mean any of two dozen moments; None passes.

    :raises Invalid: one of them has no time zone.
    """
    for moment in moments:
        if moment is not None and moment.utcoffset() is None:
            raise Invalid(f"The time {moment.isoformat()} has no time zone; give one, e.g. …+00:00.")


def in_future(moment: datetime, now: datetime) -> datetime:
    """Give a deadline in UTC.

    :raises Invalid: it is not later than ``now``.
    """
    moment = utc(moment)
    if moment <= now:
        raise Invalid(f"The deadline {moment.isoformat()} is not in the future.")
    return moment
