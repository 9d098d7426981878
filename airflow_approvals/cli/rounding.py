"""Numbers as people say them. Programs get the exact ones."""

from __future__ import annotations

from datetime import datetime

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
LAST_HOURS = 48.0


def duration(seconds: float) -> str:
    """Say how long: ``45 s``, ``3 min``, ``1.5 h``, ``2.5 days``."""
    if round(seconds) < MINUTE:
        return "under 1 s" if 0 < seconds < 1 else f"{seconds:.0f} s"
    if round(seconds / MINUTE) < HOUR / MINUTE:
        return f"{seconds / MINUTE:.0f} min"
    if round(seconds / HOUR, 1) < LAST_HOURS:
        return f"{_tenths(seconds / HOUR)} h"
    return f"{_tenths(seconds / DAY)} days"


def percent(number: float) -> str:
    """Say a share with one digit."""
    return f"{number:.1f} %"


def until(moment: datetime, *, now: datetime) -> str:
    """Say how far off a deadline is: ``in 3 min``, or ``3 min late``."""
    seconds = (moment - now).total_seconds()
    return f"in {duration(seconds)}" if seconds > 0 else f"{duration(-seconds)} late"


def since(moment: datetime, *, now: datetime) -> str:
    """Say how long ago something was."""
    return f"{duration(max(0.0, (now - moment).total_seconds()))} ago"


def _tenths(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
