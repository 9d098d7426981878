"""Prints what commands answer: JSON and YAML whole, tables for people.

JSON and YAML carry the names and values of the REST API. Of text written by others no markup is read, and
what does not show, or what a terminal would act on, is written out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from airflow.cli.simple_table import AirflowConsole

from airflow_approvals.cli.fitting import Column, fit
from airflow_approvals.domain.characters import escaped

Row = Mapping[str, Any]


def is_document(output: str) -> bool:
    """Tell whether the format takes nested values as they are."""
    return output in {"json", "yaml"}


def print_document(document: Any, output: str) -> None:
    """Print JSON-ready values as JSON or YAML."""
    console = AirflowConsole()
    {"json": console.print_as_json, "yaml": console.print_as_yaml}[output](document)


def print_rows(rows: Sequence[Row], output: str) -> None:
    """Print one line per row; in a table, a long text takes several."""
    if is_document(output):
        print_document([dict(row) for row in rows], output)
        return
    cells = [{column: cell(value) for column, value in row.items()} for row in rows]
    if output == "table":
        _console().print_as_table(cells)
    else:
        _print_plain(cells)


def print_fitted(rows: Sequence[Row], columns: Sequence[Column], by_need: Sequence[str]) -> None:
    """Print a table of which each row takes one line, however narrow the terminal."""
    console = _console()
    cells = [{column: cell(value) for column, value in row.items()} for row in rows]
    console.print_as_table(fit(cells, columns, by_need=by_need, width=console.width))


def print_fields(record: Row, output: str) -> None:
    """Print one record, a line per field."""
    if is_document(output):
        print_document(dict(record), output)
    else:
        print_rows([{"field": field, "value": value} for field, value in record.items()], output)


def cell(value: Any) -> str:
    """Write a value into one line, in which nothing hides."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = ", ".join(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return escaped("".join(" " if c in "\n\t" else c for c in text))


def _console() -> AirflowConsole:
    """Give a console as wide as the terminal, as COLUMNS says, or else as Airflow's own tables in a pipe."""
    console = AirflowConsole(markup=False, emoji=False, highlight=False)
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        console.width = int(columns)
    return console


def _print_plain(rows: Sequence[Mapping[str, str]]) -> None:
    """Print aligned columns. Airflow's own plain format would turn text like ``1.10`` into numbers."""
    if not rows:
        print("No data found")
        return
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
