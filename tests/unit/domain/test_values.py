"""Every value that holds a time refuses one without a zone, whoever makes it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest

import airflow_approvals.domain
from airflow_approvals.domain.commands.edit import Edit, edit
from airflow_approvals.domain.commands.open import Opening, open_request
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.events import Changed, Event
from tests.builders import APPROVAL_ID, HOUR, NOW, opened

NAIVE = datetime(2026, 1, 5, 9, 30)  # noqa: DTZ001
SIMPLE: Mapping[Any, Any] = {
    str: "x",
    int: 1,
    bool: True,
    datetime: NOW,
    timedelta: HOUR,
    UUID: APPROVAL_ID,
    frozenset: frozenset(),
    list: [],
    Mapping: {},
}


def classes() -> Iterator[type]:
    """Give every dataclass of the domain."""
    path, prefix = airflow_approvals.domain.__path__, "airflow_approvals.domain."
    for found in pkgutil.walk_packages(path, prefix):
        module = importlib.import_module(found.name)
        for value in vars(module).values():
            if isinstance(value, type) and is_dataclass(value) and value.__module__ == found.name:
                yield value


def an_example(hint: Any) -> Any:
    """Make some value of a type."""
    kind, of = get_origin(hint) or hint, get_args(hint)
    if kind in SIMPLE:
        return SIMPLE[kind]
    if kind in {Union, UnionType}:
        return an_example(of[0])
    if kind is tuple:
        return (an_example(of[0]),)
    return next(iter(kind)) if issubclass(kind, Enum) else kind(**arguments_of(kind))


def arguments_of(cls: type) -> dict[str, Any]:
    """Make an argument for every field of a class that has no default."""
    hints = get_type_hints(cls)
    needed = (f.name for f in fields(cls) if f.default is f.default_factory is MISSING)
    return {name: an_example(hints[name]) for name in needed}


def naive_ones(hint: Any) -> Iterator[Any]:
    """Give the values of a type that hold the naive time, each in another place."""
    arguments = get_args(hint)
    if hint is datetime:
        yield NAIVE
    elif get_origin(hint) is Changed:
        for naive in naive_ones(arguments[0]):
            yield Changed(before=naive, after=NOW)
            yield Changed(before=NOW, after=naive)
    elif get_origin(hint) is tuple:
        yield from ((naive, *map(an_example, arguments[1:])) for naive in naive_ones(arguments[0]))
    elif get_origin(hint) in {Union, UnionType}:
        for one in arguments:
            yield from naive_ones(one)


FIELDS = [(cls, field.name, get_type_hints(cls)[field.name]) for cls in classes() for field in fields(cls)]
TIMES = [
    pytest.param(cls, name, naive, id=f"{cls.__name__}.{name} {number}")
    for cls, name, hint in FIELDS
    for number, naive in enumerate(naive_ones(hint))
]

# Two are what people ask for, not yet a fact: the command refuses it, in the same words.
COMMANDS: Mapping[type, Callable[[Any], object]] = {
    Opening: lambda given: open_request(given, NOW),
    Edit: lambda given: edit(opened(), given, NOW),
}


@pytest.mark.parametrize(("cls", "name", "naive"), TIMES)
def test_a_time_without_zone_is_refused(cls: type, name: str, naive: object) -> None:
    """By the value itself, so that no way around a command leads to it."""
    needed, use = arguments_of(cls), COMMANDS.get(cls, lambda given: given)
    use(cls(**needed))
    with pytest.raises(Invalid, match=r"2026-01-05T09:30:00 has no time zone"):
        use(cls(**needed | {name: naive}))


def test_every_place_for_a_time_is_found() -> None:
    """The walk does not end early: it finds facts, parts of a request, and both sides of a change."""
    found = {parameters.id for parameters in TIMES}
    assert {
        "Approval.created_at 0",
        "Decided.at 0",
        "Edit.expires_at 0",
        "Opened.expires_at 0",
        "Updated.expires_at 0",
        "Updated.expires_at 1",
        "Waiter.ended_at 0",
    } <= found
    assert {f"{event.__name__}.at 0" for event in Event.__subclasses__()} <= found
    for _, name, hint in FIELDS:
        assert ("datetime.datetime" in repr(hint)) == bool(list(naive_ones(hint))), name


@pytest.mark.parametrize("cls", list(classes()))
def test_a_value_never_changes(cls: type) -> None:
    """What was handed out once stays as it was."""
    assert cls.__dataclass_params__.frozen  # type: ignore[attr-defined]
