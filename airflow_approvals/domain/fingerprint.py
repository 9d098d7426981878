"""What tells one content from another: SHA-256 of its canonical JSON (RFC 8785).

JSON's numbers are doubles there, so ``1`` and ``1.0`` would be one, and integers above 2**53 several. What a
double does not tell is named beside it: each such number stands as null, and ``numbers`` lists it with its
path and as it is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import rfc8785

_LARGEST = 2**53 - 1  # of the integers that every JSON reader takes for themselves


def fingerprint(document: Mapping[str, Any]) -> str:
    """Give 64 hexadecimal digits that another document, by any difference in its JSON, does not have.

    :param document: JSON, without a key ``numbers``.
    """
    numbers = [[path, json.dumps(number)] for path, number in _beyond_doubles(document, "")]
    whole = {**_within_doubles(document), **({"numbers": numbers} if numbers else {})}
    return hashlib.sha256(rfc8785.dumps(whole)).hexdigest()


def _is_beyond_doubles(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, int) and abs(value) > _LARGEST


def _beyond_doubles(value: Any, path: str) -> Iterator[tuple[str, float]]:
    """Give those numbers with their JSON pointers, in order of their keys."""
    if isinstance(value, Mapping):
        for key in sorted(value):
            yield from _beyond_doubles(value[key], f"{path}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _beyond_doubles(item, f"{path}/{index}")
    elif _is_beyond_doubles(value):
        yield path, value


def _within_doubles(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _within_doubles(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_within_doubles(item) for item in value]
    return None if _is_beyond_doubles(value) else value
