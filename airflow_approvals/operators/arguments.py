"""What an approval task asks, checked when its Dag is parsed and again once rendered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from airflow.sdk import BaseNotifier
from pydantic import ValidationError

from airflow_approvals.domain.characters import escaped
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.people import Approver, ApproverKind
from airflow_approvals.domain.policy import MAX_TIMEOUT, OnDeny, OnExpiry, Policy
from airflow_approvals.wire.bodies import OpenBody
from airflow_approvals.wire.mistakes import what_is_wrong

_TEXTS = ("subject", "body", "approver_role", "escalate_role")
_READ_AS_TEXT = (int, float, Decimal, date, time, timedelta, UUID)
"""What a template can give where a Dag renders to Python's own values, and people still mean its text."""
_MARKS = ("{{", "{%", "{#")
_MAX_SHOWN = 80

_SENSIBLE: Mapping[str, Any] = {
    "subject": "-",
    "body": "",
    "approver_role": "-",
    "escalate_role": None,
    "expires_in": timedelta(hours=1),
    "on_deny": OnDeny.FAIL,
    "on_expiry": OnExpiry.FAIL,
    "respect_trigger_rules": False,
    "metadata": {},
}


def check(given: Mapping[str, Any]) -> None:
    """Find what can be found before the templates are rendered. What is left out passes.

    :param given: the operator's arguments; others are not looked at.
    :raises Invalid: the message names the argument.
    """
    arguments = {name: given.get(name, sensible) for name, sensible in _SENSIBLE.items()}
    notifiers = given.get("notifiers", ())
    for name in ("subject", "approver_role", "escalate_role"):
        value = arguments[name]
        left_out = name == "escalate_role" and value is None
        if not left_out and not _is_reference(value):
            _require(isinstance(value, str) and bool(value.strip()), name, "a non-empty text", value)
    for name, kind, words in (("body", str, "a text"), ("metadata", Mapping | None, "None or a dict")):
        value = arguments[name]
        _require(isinstance(value, kind) or _is_reference(value), name, words, value)
    wait = arguments["expires_in"]
    sensible = wait is None or (isinstance(wait, timedelta) and timedelta(0) < wait <= MAX_TIMEOUT)
    _require(sensible, "expires_in", f"None or a timedelta above zero, at most {MAX_TIMEOUT.days} days", wait)
    _require_choice("on_deny", OnDeny, arguments["on_deny"])
    for name in ("respect_trigger_rules", "deferrable"):
        value = given.get(name, False)
        _require(isinstance(value, bool), name, "True or False", value)
    if not _is_open(arguments["on_expiry"]):
        _require_choice("on_expiry", OnExpiry, arguments["on_expiry"])
    several = notifiers if isinstance(notifiers, list | tuple) else [notifiers]
    are_notifiers = all(isinstance(notifier, BaseNotifier) for notifier in several)
    _require(are_notifiers, "notifiers", "a list of BaseNotifier instances", notifiers)
    metadata = arguments["metadata"]
    on_expiry = arguments["on_expiry"]
    request(
        {
            **{name: _stand_in(value) for name, value in arguments.items()},
            "on_expiry": OnExpiry.FAIL if _is_open(on_expiry) else on_expiry,
            "metadata": {} if _is_reference(metadata) else _stand_in(metadata),
        }
    )


def request(arguments: Mapping[str, Any]) -> OpenBody:
    """Make the request of rendered arguments: numbers, dates and the like are taken as their text.

    :raises Invalid: the message names the argument, its value, and what is accepted.
    """
    wait = arguments["expires_in"]
    _require_choice("on_expiry", OnExpiry, arguments["on_expiry"])
    metadata = arguments["metadata"]
    _require(isinstance(metadata, Mapping | None), "metadata", "None or a dict", metadata)
    try:
        body = OpenBody.model_validate(
            {
                **arguments,
                **{name: _text(name, arguments[name]) for name in _TEXTS},
                "expires_in": None if wait is None else wait.total_seconds(),
                "metadata": {} if metadata is None else metadata,
            }
        )
    except ValidationError as error:
        found = (
            f"{'.'.join(str(part) for part in e['loc'])} {what_is_wrong(e)}, not {_shown(e['input'])}"
            for e in error.errors()
        )
        raise Invalid(f"{'; '.join(found)}.") from None
    _require_role("approver_role", body.approver_role)
    _require_role("escalate_role", body.escalate_role)
    policy = Policy.of_roles(
        approver_role=body.approver_role,
        escalate_role=body.escalate_role,
        expires_in=wait,
        on_expiry=body.on_expiry,
    )
    policy.require_end()
    return body


def _text(name: str, value: Any) -> str | None:
    if isinstance(value, str) or (value is None and name == "escalate_role"):
        return value
    _require(isinstance(value, _READ_AS_TEXT), name, "a text, a number or a date", value)
    return str(value)


def _shown(value: Any) -> str:
    """Write a value so that it can be read in one line of a log."""
    written = escaped(repr(value))
    return written if len(written) <= _MAX_SHOWN else f"{written[: _MAX_SHOWN - 1]}…"


def _require(sensible: bool, argument: str, expected: str, value: Any) -> None:
    if not sensible:
        raise Invalid(f"{argument} must be {expected}, not {_shown(value)}.")


def _require_choice(argument: str, choices: type[Enum], value: Any) -> None:
    allowed = [choice.value for choice in choices]
    _require(value in allowed, argument, f"one of {allowed}", value)


def _require_role(argument: str, role: str | None) -> None:
    try:
        if role is not None:
            Approver(kind=ApproverKind.ROLE, name=role)
    except Invalid as error:
        raise Invalid(f"{argument}: {error}") from None


def _is_open(value: Any) -> bool:
    """Tell what only the run decides: a template, or what stands for another task's output."""
    return _is_reference(value) or (isinstance(value, str) and any(mark in value for mark in _MARKS))


def _is_reference(value: Any) -> bool:
    """Tell XComArgs, Dag parameters and the like, for which Airflow has no public base class."""
    return callable(getattr(value, "iter_references", None))


def _stand_in(value: Any) -> Any:
    """Let what is known only at run time pass the checks, different from everything but itself."""
    if isinstance(value, dict):
        return {key: _stand_in(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_stand_in(item) for item in value]
    if isinstance(value, str) and any(mark in value for mark in _MARKS):
        return f"<template {hash(value)}>"
    return f"<reference {id(value)}>" if _is_reference(value) else value
