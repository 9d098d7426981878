"""Draws the icon of the navigation entry; Airflow's UI has no other place for a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

MEDIA_TYPE = "image/svg+xml"

Theme = Literal["light", "dark"]

# The sheet is filled, because the entry of the page that is shown has a dark ground in both themes.
_LINE: Mapping[Theme, str] = {"light": "#3f3f46", "dark": "#d4d4d8"}
_SHEET: Mapping[Theme, str] = {"light": "#ffffff", "dark": "#27272a"}
_MAX_SHOWN = 99


def draw(waiting: int, *, theme: Theme) -> str:
    """Draw a page with a tick, and above it the number, if any waits."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none">'
        f"<title>{waiting} waiting for you</title>"
        f'<g stroke="{_LINE[theme]}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">'
        f'<rect x="4" y="3" width="16" height="18" rx="2.5" fill="{_SHEET[theme]}"/>'
        '<path d="m8.5 13 2.7 2.7 5-5.4"/></g>'
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
