"""Arguments as templates rendered them, also where a Dag renders to Python's own values."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from airflow_approvals.domain.errors import Invalid
from airflow_approvals.operators.arguments import request
from airflow_approvals.wire.bodies import OpenBody

RENDERED: dict[str, Any] = {
    "subject": "Release 1.2",
    "body": "",
    "approver_role": "manager",
    "escalate_role": "director",
    "expires_in": timedelta(hours=1),
    "on_deny": "fail",
    "on_expiry": "fail",
    "metadata": {},
}
TEXTS = ["subject", "body", "approver_role", "escalate_role"]


def asked(**rendered: Any) -> OpenBody:
    """Make the request; sensible unless told otherwise."""
    return request({**RENDERED, **rendered})


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (42, "42"),
        (0, "0"),
        (1.5, "1.5"),
        (True, "True"),
        (Decimal("1.10"), "1.10"),
        (date(2026, 1, 5), "2026-01-05"),
        (datetime(2026, 1, 5, 9, tzinfo=timezone.utc), "2026-01-05 09:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
    ids=repr,
)
def test_what_is_no_text_but_reads_as_one_is_taken_as_its_text(name: str, value: Any, text: str) -> None:
    """``"{{ 42 }}"`` says the same whether the Dag renders to text or to Python's own values."""
    assert getattr(asked(**{name: value}), name) == text


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("value", [{"a": 1}, ["a"], ("a",), {"a"}, b"a", object], ids=repr)
def test_what_nobody_would_read_as_a_text_is_refused(name: str, value: Any) -> None:
    """The message names the argument, the value, and what is accepted."""
    with pytest.raises(Invalid) as refused:
        asked(**{name: value})
    assert str(refused.value) == f"{name} must be a text, a number or a date, not {value!r}."


@pytest.mark.parametrize("name", sorted(set(TEXTS) - {"escalate_role"}))
def test_nothing_is_no_text(name: str) -> None:
    """A template that gives None has lost what it should say; the text ``None`` would hide that."""
    with pytest.raises(Invalid, match=rf"^{name} must be a text, a number or a date, not None\.$"):
        asked(**{name: None})


def test_nothing_leaves_out_what_may_be_left_out() -> None:
    """As if the argument had not been given."""
    body = asked(escalate_role=None, metadata=None)
    assert (body.escalate_role, body.metadata) == (None, {})


@pytest.mark.parametrize("value", ["{'a': 1}", ["a"], 5], ids=repr)
def test_metadata_is_a_dict(value: Any) -> None:
    """A template gives one only where the Dag renders to Python's own values."""
    with pytest.raises(Invalid) as refused:
        asked(metadata=value)
    assert str(refused.value) == f"metadata must be None or a dict, not {value!r}."


@pytest.mark.parametrize("value", ["", "Approve", None, 5, ["approve"]], ids=repr)
def test_what_silence_means_is_one_of_four(value: Any) -> None:
    """A template may say it; a slip in it is no silent default."""
    with pytest.raises(Invalid) as refused:
        asked(on_expiry=value)
    allowed = "['fail', 'skip', 'approve', 'deny']"
    assert str(refused.value) == f"on_expiry must be one of {allowed}, not {value!r}."


@pytest.mark.parametrize("on_expiry", ["skip", "approve", "deny"])
def test_silence_that_never_comes_is_refused_once_rendered(on_expiry: str) -> None:
    """A template can hide it from the check at parse."""
    with pytest.raises(Invalid, match="needs expires_in"):
        asked(on_expiry=on_expiry, escalate_role=None, expires_in=None)
    assert asked(on_expiry=on_expiry).on_expiry == on_expiry


def test_unseen_characters_show_in_the_message() -> None:
    """Who reads the log sees what is wrong with the value."""
    with pytest.raises(Invalid, match=r"not \['man\\u200bager'\]"):
        asked(approver_role=["man\u200bager"])
