"""What is wrong with what somebody sent, in words of ours: not those of the library that noticed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_TIME = "must be a time with its zone, as in 2030-01-01T12:00:00Z"
_NUMBER = "must be a number"
_WHOLE = "must be a whole number"
_OBJECT = "must be a JSON object"
_BOOLEAN = "must be true or false"
_ID = "must be an id (a UUID)"

_PLAIN: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is not known here; is it spelt right?",
    "string_type": "must be a text",
    "string_pattern_mismatch": "must be a fingerprint: 64 hexadecimal digits",
    "string_unicode": "must be a text without broken characters",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": "must be a smaller number",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "must be a finite number",
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "list_type": "must be a list",
    "uuid_type": _ID,
    "uuid_parsing": _ID,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "timezone_aware": _TIME,
    "invalid-json-value": "must be JSON: text, number, true, false, null, a list or an object of these",
    "json_invalid": "is not readable JSON",
    "json_type": "is not readable JSON",
}

_COUNTED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "string_too_short": lambda c: f"must have {_at_least(c['min_length'], 'character')}",
    "string_too_long": lambda c: f"must have at most {c['max_length']} characters",
    "too_short": lambda c: f"must have {_at_least(c['min_length'], 'entry', 'entries')}",
    "too_long": lambda c: f"must have at most {c['max_length']} entries",
    "greater_than": lambda c: f"must be above {c['gt']:g}",
    "greater_than_equal": lambda c: f"must be {c['ge']:g} or more",
    "less_than": lambda c: f"must be below {c['lt']:g}",
    "less_than_equal": lambda c: f"must be {c['le']:.15g} or less",
    "enum": lambda c: f"must be one of {c['expected']}",
    "literal_error": lambda c: f"must be one of {c['expected']}",
    "value_error": lambda c: str(c["error"]),
}


def what_is_wrong(found: Mapping[str, Any]) -> str:
    """Say what is accepted there, e.g. ``must have at most 500 characters``; neither place nor value."""
    kind = found["type"]
    if kind in _COUNTED:
        return _COUNTED[kind](found["ctx"])
    return _PLAIN.get(kind, "is not accepted")


def _at_least(count: int, one: str, many: str | None = None) -> str:
    return f"at least {count} {one if count == 1 else many or one + 's'}"
