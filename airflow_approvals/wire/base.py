"""What all shapes share: texts that can be stored, with their limits. Times are RFC 3339, in UTC."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    Strict,
    StringConstraints,
)

from airflow_approvals.domain.policy import MAX_TIMEOUT

MAX_JSON_BYTES = 64 * 1024
MAX_JSON_DEPTH = 32
MAX_INT32 = 2**31 - 1


def storable(text: str) -> str:
    """Refuse what PostgreSQL cannot keep.

    :raises ValueError: a NUL character.
    """
    if "\0" in text:
        raise ValueError("must not contain the character NUL")
    return text


def _written(value: object) -> object:
    """Refuse numbers, and texts of nothing but digits: pydantic would count them in seconds since 1970.

    :raises ValueError: it does not begin as a date does.
    """
    if isinstance(value, datetime) or (isinstance(value, str) and re.match(r"\d{4}-", value)):
        return value
    raise ValueError("must be a time with its zone, as in 2030-01-01T12:00:00Z")


def _storable_json(value: dict[str, Any]) -> dict[str, Any]:
    try:
        written = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ValueError("must be JSON without NaN, infinity or broken characters") from None
    if len(written) > MAX_JSON_BYTES:
        raise ValueError(f"must not be larger than {MAX_JSON_BYTES} bytes")
    if _depth(value) > MAX_JSON_DEPTH:  # what nests deeper could be stored, but not shown in the audit trail
        raise ValueError(f"must not nest deeper than {MAX_JSON_DEPTH} levels")
    return value


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max(map(_depth, inner), default=0) + isinstance(value, (dict, list))


Id = Annotated[str, StringConstraints(min_length=1, max_length=250), AfterValidator(storable)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=512), AfterValidator(storable)]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(storable)]
Body = Annotated[str, StringConstraints(max_length=100_000), AfterValidator(storable)]
Comment = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(storable)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(storable)]
Fingerprint = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Metadata = Annotated[dict[str, JsonValue], AfterValidator(_storable_json)]
MapIndex = Annotated[int, Field(ge=-1, le=MAX_INT32)]
StrictMapIndex = Annotated[MapIndex, Strict()]
"""In a body, where a number is a number: not a text of digits, not ``true``."""
Seconds = Annotated[float, Strict(), Field(gt=0, le=MAX_TIMEOUT.total_seconds(), allow_inf_nan=False)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written)]


class Input(BaseModel):
    """What callers send; a field that does not exist is a mistake of theirs, and said so."""

    model_config = ConfigDict(extra="forbid")


class Output(BaseModel):
    """What is answered; made of values that have the same attributes."""

    model_config = ConfigDict(from_attributes=True)
