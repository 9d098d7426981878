"""Draws the icon of the navigation entry; Airflow's UI has no other place for a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

MEDIA_TYPE = "image/svg+xml"

Theme = Literal["light", "dark"]

_LINE: Mapping[Theme, str] = {"light": "#3f3f46", "dark": "#d4d4d8"}
_MAX_SHOWN = 99


def draw(waiting: int, *, theme: Theme) -> str:
    """Draw a page with a tick, and above it the number, if any waits."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none">'
        f"<title>{waiting} waiting for you</title>"
        f'<g stroke="{_LINE[theme]}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">'
        '<path d="M11 3H6.5A2.5 2.5 0 0 0 4 5.5v13A2.5 2.5 0 0 0 6.5 21h11a2.5 2.5 0 0 0 2.5-2.5V14"/>'
        '<path d="m8.5 13.5 2.7 2.7 5-5.4"/></g>'
        f"{_number(waiting)}</svg>"
    )


def _number(waiting: int) -> str:
    if not waiting:
        return ""
    shown = str(waiting) if waiting <= _MAX_SHOWN else f"{_MAX_SHOWN}+"
    width = 6 + 6 * len(shown)
    left = 24 - width
    return (
        f'<rect x="{left}" y="0" width="{width}" height="13" rx="6.5" fill="#c53030"/>'
        f'<text x="{left + width / 2:g}" y="10" fill="#fff" font-family="sans-serif" font-size="10" '
        f'font-weight="700" text-anchor="middle">{shown}</text>'
    )
