"""Prints what commands answer: JSON and YAML whole, tables for people.

JSON and YAML carry the names and values of the REST API. Text written by others is printed as it is: no
markup is read from it, and what a terminal would act on is replaced.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from airflow.cli.simple_table import AirflowConsole

Row = Mapping[str, Any]


def is_document(output: str) -> bool:
    """Tell whether the format takes nested values as they are."""
    return output in {"json", "yaml"}


def print_document(document: Any, output: str) -> None:
    """Print JSON-ready values as JSON or YAML."""
    console = AirflowConsole()
    {"json": console.print_as_json, "yaml": console.print_as_yaml}[output](document)


def print_rows(rows: Sequence[Row], output: str) -> None:
    """Print one line per row."""
    if is_document(output):
        print_document([dict(row) for row in rows], output)
        return
    cells = [{column: _cell(value) for column, value in row.items()} for row in rows]
    if output == "table":
        AirflowConsole(markup=False, emoji=False, highlight=False).print_as_table(cells)
    else:
        _print_plain(cells)


def print_fields(record: Row, output: str) -> None:
    """Print one record, a line per field."""
    if is_document(output):
        print_document(dict(record), output)
    else:
        print_rows([{"field": field, "value": value} for field, value in record.items()], output)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = ", ".join(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(
        c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def _print_plain(rows: Sequence[Mapping[str, str]]) -> None:
    """Print aligned columns. Airflow's own plain format would turn text like ``1.10`` into numbers."""
    if not rows:
        print("No data found")
        return
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
