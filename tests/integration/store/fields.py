"""Takes values apart, to look at every field of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum
from typing import Any


def values(value: Any) -> Iterator[Any]:
    """A value and all the values in it that have fields."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield value
        for field in dataclasses.fields(value):
            yield from values(getattr(value, field.name))
    elif isinstance(value, (tuple, list, frozenset)):
        for item in value:
            yield from values(item)


def leaves(value: Any, owner: str = "") -> Iterator[tuple[str, Any]]:
    """Every field of a value and of the values in it, as ``Class.field``."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from leaves(getattr(value, field.name), f"{type(value).__name__}.{field.name}")
    elif isinstance(value, (tuple, list, frozenset)):
        for item in value:
            yield from leaves(item, owner)
    elif isinstance(value, dict):
        for item in value.values():
            yield from leaves(item, owner)
    else:
        yield owner, value


def plain(value: Any) -> Any:
    """A value as JSON shows it; of yes and no the name, since they equal numbers."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value if isinstance(value, (int, float, str)) or value is None else str(value)


def shown(document: Any) -> set[Any]:
    """Everything that stands somewhere in a JSON document."""
    if isinstance(document, dict):
        return set().union(*map(shown, document.values()))
    if isinstance(document, list):
        return set().union(*map(shown, document))
    return {plain(document)}
