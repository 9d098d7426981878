"""What an approval task asks, checked when its Dag is parsed and again once rendered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseNotifier
from pydantic import ValidationError

from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.people import Approver, ApproverKind
from airflow_approvals.domain.policy import MAX_TIMEOUT, OnDeny, OnExpiry, Policy
from airflow_approvals.wire.bodies import OpenBody

_SENSIBLE: Mapping[str, Any] = {
    "subject": "-",
    "body": "",
    "approver_role": "-",
    "escalate_role": None,
    "expires_in": timedelta(hours=1),
    "on_deny": OnDeny.FAIL,
    "on_expiry": OnExpiry.FAIL,
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
    _require(sensible, "expires_in", f"None or a timedelta above zero, at most {MAX_TIMEOUT}", wait)
    for name, choices in (("on_deny", OnDeny), ("on_expiry", OnExpiry)):
        allowed = [choice.value for choice in choices]
        _require(arguments[name] in allowed, name, f"one of {allowed}", arguments[name])
    several = notifiers if isinstance(notifiers, list | tuple) else [notifiers]
    are_notifiers = all(isinstance(notifier, BaseNotifier) for notifier in several)
    _require(are_notifiers, "notifiers", "a list of BaseNotifier instances", notifiers)
    metadata = arguments["metadata"]
    body = request(
        {
            **{name: _stand_in(value) for name, value in arguments.items()},
            "metadata": {} if metadata is None or _is_reference(metadata) else _stand_in(metadata),
        }
    )
    _require_role("approver_role", body.approver_role)
    _require_role("escalate_role", body.escalate_role)
    Policy.of_roles(approver_role=body.approver_role, escalate_role=body.escalate_role, expires_in=wait)


def request(arguments: Mapping[str, Any]) -> OpenBody:
    """Make the request of rendered arguments.

    :raises Invalid: the message names the argument.
    """
    wait = arguments["expires_in"]
    try:
        return OpenBody.model_validate(
            {**arguments, "expires_in": None if wait is None else wait.total_seconds()}
        )
    except ValidationError as error:
        found = (f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors())
        raise Invalid("; ".join(found)) from None


def _require(sensible: bool, argument: str, expected: str, value: Any) -> None:
    if not sensible:
        raise Invalid(f"{argument} must be {expected}, not {value!r}.")


def _require_role(argument: str, role: str | None) -> None:
    try:
        if role is not None:
            Approver(kind=ApproverKind.ROLE, name=role)
    except Invalid as error:
        raise Invalid(f"{argument}: {error}") from None


def _is_reference(value: Any) -> bool:
    """Tell XComArgs, Dag parameters and the like, for which Airflow has no public base class."""
    return callable(getattr(value, "iter_references", None))


def _stand_in(value: Any) -> Any:
    """Let what is known only at run time pass the checks, different from everything but itself."""
    if isinstance(value, dict):
        return {key: _stand_in(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_stand_in(item) for item in value]
    if isinstance(value, str) and any(mark in value for mark in ("{{", "{%", "{#")):
        return f"<template {hash(value)}>"
    return f"<reference {id(value)}>" if _is_reference(value) else value
