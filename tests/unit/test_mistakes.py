"""What is wrong with an input is said in words of ours, whatever noticed it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from airflow_approvals.wire import bodies, watching
from airflow_approvals.wire.mistakes import what_is_wrong

ASKED: dict[str, Any] = {"subject": "s", "approver_role": "manager"}
REPLACED: dict[str, Any] = {
    "subject": "s",
    "body": "",
    "expires_at": None,
    "approvers": [[{"kind": "role", "name": "manager"}]],
    "metadata": {},
}
JSON_WORDS = "must be JSON: text, number, true, false, null, a list or an object of these"
TIME_WORDS = "must be a time with its zone, as in 2030-01-01T12:00:00Z"


def said(model: type[BaseModel], given: Any) -> list[str]:
    """Give what is wrong, with its place."""
    with pytest.raises(ValidationError) as refused:
        model.model_validate(given)
    return [f"{'.'.join(map(str, e['loc']))} {what_is_wrong(dict(e))}" for e in refused.value.errors()]


@pytest.mark.parametrize(
    ("model", "given", "words"),
    [
        (bodies.OpenBody, {"subject": "s"}, "approver_role is missing"),
        (bodies.OpenBody, {**ASKED, "approver": "x"}, "approver is not known here; is it spelt right?"),
        (bodies.OpenBody, {**ASKED, "subject": 5}, "subject must be a text"),
        (bodies.OpenBody, {**ASKED, "subject": ""}, "subject must have at least 1 character"),
        (bodies.OpenBody, {**ASKED, "subject": "x" * 501}, "subject must have at most 500 characters"),
        (bodies.OpenBody, {**ASKED, "subject": "a\0"}, "subject must not contain the character NUL"),
        (bodies.OpenBody, {**ASKED, "expires_in": "soon"}, "expires_in must be a number"),
        (bodies.OpenBody, {**ASKED, "expires_in": 0}, "expires_in must be above 0"),
        (bodies.OpenBody, {**ASKED, "expires_in": 1e10}, "expires_in must be 315360000 or less"),
        (bodies.OpenBody, {**ASKED, "expires_in": float("nan")}, "expires_in must be a finite number"),
        (bodies.OpenBody, {**ASKED, "map_index": 1.5}, "map_index must be a whole number"),
        (bodies.OpenBody, {**ASKED, "map_index": "one"}, "map_index must be a whole number"),
        (bodies.OpenBody, {**ASKED, "map_index": -2}, "map_index must be -1 or more"),
        (bodies.OpenBody, {**ASKED, "on_deny": "no"}, "on_deny must be one of 'fail' or 'skip'"),
        (bodies.OpenBody, {**ASKED, "expires_at": "soon"}, f"expires_at {TIME_WORDS}"),
        (bodies.OpenBody, {**ASKED, "expires_at": "2030-01-01T12:00:00"}, f"expires_at {TIME_WORDS}"),
        (bodies.OpenBody, {**ASKED, "expires_at": [1]}, f"expires_at {TIME_WORDS}"),
        (bodies.OpenBody, {**ASKED, "metadata": []}, "metadata must be a JSON object"),
        (bodies.OpenBody, {**ASKED, "metadata": {"a": {1}}}, f"metadata.a {JSON_WORDS}"),
        (bodies.OpenBody, [], " must be a JSON object"),
        (bodies.ReplaceBody, {**REPLACED, "approvers": {}}, "approvers must be a list"),
        (bodies.ReplaceBody, {**REPLACED, "approvers": [[]]}, "approvers.0 must have at least 1 entry"),
        (bodies.ReplaceBody, {**REPLACED, "approvers": [["ana"]]}, "approvers.0.0 must be a JSON object"),
        (watching.WatchBody, {"ids": ["x"]}, "ids.0 must be an id (a UUID)"),
        (watching.WatchBody, {"ids": [5]}, "ids.0 must be an id (a UUID)"),
    ],
    ids=lambda value: json.dumps(value, default=repr)[:60],
)
def test_common_mistakes_are_said_plainly(model: type[BaseModel], given: Any, words: str) -> None:
    """Each says what is accepted in that place."""
    assert said(model, given) == [words]


def test_an_uncommon_mistake_is_still_said_by_us() -> None:
    """A type of error that nobody thought of brings no other library's words."""
    assert what_is_wrong({"type": "is_subclass_of", "msg": "Input should be a subclass"}) == "is not accepted"
