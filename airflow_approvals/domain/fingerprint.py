"""What tells one content from another: SHA-256 of its canonical JSON (RFC 8785).

JSON's numbers are doubles there, so ``1`` and ``1.0`` would be one, and integers above 2**53 several. What a
double does not tell is named beside it: each such number stands as null, and ``numbers`` lists it as it is
written, with its place among all nulls (from 0, keys in order).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import rfc8785

_LARGEST = 2**53 - 1  # of the integers that every JSON reader takes for themselves


def fingerprint(document: Mapping[str, Any]) -> str:
    """Give 64 hexadecimal digits that another document, by any difference in its JSON, does not have.

    :param document: JSON, without a key ``numbers``.
    """
    nulls: list[str | None] = []
    told: dict[str, Any] = _within_doubles(document, nulls)
    if numbers := [[place, written] for place, written in enumerate(nulls) if written is not None]:
        told["numbers"] = numbers
    return hashlib.sha256(rfc8785.dumps(told)).hexdigest()


def _is_beyond_doubles(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, int) and abs(value) > _LARGEST


def _within_doubles(value: Any, nulls: list[str | None]) -> Any:
    """Copy a value with null in place of those numbers; ``nulls`` takes what each null stands for."""
    if isinstance(value, Mapping):
        return {key: _within_doubles(value[key], nulls) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_within_doubles(item, nulls) for item in value]
    if value is None or _is_beyond_doubles(value):
        nulls.append(None if value is None else json.dumps(value))
        return None
    return value
