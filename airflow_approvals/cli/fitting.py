"""Makes a table fit the width of a terminal: a line per row, whatever the texts in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

GAP = 3
"""What Airflow's tables have between two columns."""
ELLIPSIS = "…"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column, and what may become of it where there is little room.

    :param least: cells without which it says nothing; None: it is never shortened.
    :param in_the_middle: of ids, beginning and end tell more than the middle.
    :param share: how much of the room that is left it is given, compared with others.
    """

    name: str
    least: int | None = None
    in_the_middle: bool = False
    share: int = 1


def fit(
    rows: Sequence[Mapping[str, str]], columns: Sequence[Column], *, by_need: Sequence[str], width: int
) -> list[dict[str, str]]:
    """Shorten texts, and leave out columns, until each row takes one line. Empty columns are left out anyway.

    :param columns: in the order in which they are shown.
    :param by_need: their names, the one that is needed most first; from the first that has no room, all go.
    """
    natural = {
        column.name: max(cell_len(text) for text in [column.name, *(row[column.name] for row in rows)])
        for column in columns
    }
    named = {column.name: column for column in columns if any(row[column.name] for row in rows)}
    widths: dict[str, int] = {}
    for name in filter(named.__contains__, by_need):
        least = named[name].least
        cells = natural[name] if least is None else min(natural[name], max(least, len(name)))
        if widths and sum(widths.values()) + len(widths) * GAP + cells > width:
            break
        widths[name] = cells
    left = width - sum(widths.values()) - (len(widths) - 1) * GAP
    growing = [name for name in widths if widths[name] < natural[name]]
    while left > 0 and growing:
        name = min(growing, key=lambda name: widths[name] / named[name].share)  # the narrowest grows first
        widths[name] += 1
        left -= 1
        growing = [name for name in growing if widths[name] < natural[name]]
    kept = [column for column in columns if column.name in widths]
    return [
        {column.name: _cut(row[column.name], widths[column.name], column) for column in kept} for row in rows
    ]


def _cut(text: str, cells: int, column: Column) -> str:
    if cell_len(text) <= cells:
        return text
    if not column.in_the_middle:
        return set_cell_size(text, cells - 1).rstrip() + ELLIPSIS
    head = (cells - 1) // 2
    tail = cells - 1 - head
    reverse = set_cell_size(text[::-1], tail)[::-1]
    return set_cell_size(text, head) + ELLIPSIS + reverse
