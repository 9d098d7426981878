"""One content, one fingerprint; another content, another one."""

from __future__ import annotations

import hashlib
import itertools
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_approvals.domain.fingerprint import fingerprint
from tests.builders import content

ALIKE: list[Any] = [
    1, 1.0, True, "1", [1], {"1": 1}, None, 0, 0.0, -0.0, False, "", [], {}, [None], {"": None},
    2**53, 2**53 + 1, float(2**53), 10**22, 1e22, 10**400, 10**400 + 1, 0.1, "0.1",
    {"a": 1, "b": 2}, {"a": 1, "b": 2.0}, {"a/b": 1.0}, {"a": {"b": 1.0}}, {"a~1b": 1.0},
    [1.0, 2], [1, 2.0], [None, 1.0], [1.0, None], [1.0, 1.0], {"a": None, "b": 1.0}, {"a": 1.0, "b": None},
    "é", "e\u0301",
]  # fmt: skip


def of(value: Any) -> str:
    """The fingerprint of a document with just this."""
    return fingerprint({"value": value})


def test_what_looks_alike_is_told_apart() -> None:
    """``true`` is not ``1``, ``1`` is not ``1.0``, nor is one large number the next."""
    marks = [of(value) for value in ALIKE]
    same = [
        (ALIKE[a], ALIKE[b]) for a, b in itertools.combinations(range(len(marks)), 2) if marks[a] == marks[b]
    ]
    assert same == []


def test_a_number_cannot_be_played_by_a_text() -> None:
    """What is written beside the numbers that doubles do not tell has no place in a document."""
    number = {"value": 1.0}
    played = [
        {"value": None},
        {"value": "1.0"},
        {"value": {"number": "1.0"}},
        {"value": None, "more": [[0, "1.0"]]},
    ]
    assert fingerprint(number) not in [fingerprint(document) for document in played]


def test_plain_documents_have_the_fingerprint_of_their_canonical_json() -> None:
    """Which anybody can compute: RFC 8785, then SHA-256."""
    document = {
        "subject": "Größe",
        "body": "a\nb",
        "metadata": {"rows": 1200, "share": 0.25, "a": [True, None]},
    }
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert fingerprint(document) == hashlib.sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize("size", [0, 1, 1000])
def test_the_order_of_keys_means_nothing(size: int) -> None:
    """PostgreSQL, SQLite and JSON libraries each have their own."""
    forwards = {f"k{n}": float(n) for n in range(size)}
    assert of(forwards) == of(dict(reversed(forwards.items())))


@pytest.mark.parametrize(
    "document",
    [
        {"~" * 20_000: [1.0] * 5_000},
        {"k": [2**60] * 5_000, "n": [None] * 5_000},
    ],
)
def test_no_document_takes_far_more_room_than_its_own(document: Any) -> None:
    """Whoever writes one makes every reader of the request compute it: 200 bytes for a number are plenty."""
    tracemalloc.start()
    of(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * len(json.dumps(document))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(json_values, json_values)
def test_two_documents_share_a_fingerprint_exactly_if_they_are_the_same_json(one: Any, other: Any) -> None:
    """As written, but for the order of keys."""
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (of(one) == of(other)) == same


def test_contents_are_equal_as_their_fingerprints_are() -> None:
    """So that no edit from ``1`` to ``true`` is taken for none."""
    assert content(metadata={"n": 1}) == content(metadata={"n": 1})
    assert content(metadata={"n": 1}) != content(metadata={"n": True})
    assert content(metadata={"n": 1}) != content(metadata={"n": 1.0})
    assert content() != "a content"
    assert len({content(), content(), content(body="another")}) == 2


def test_contents_tell_what_differs() -> None:
    """By name, in the order in which they are shown."""
    before = content(metadata={"n": 1})
    assert before.differing(before) == ()
    assert before.differing(content(metadata={"n": True})) == ("metadata",)
    assert before.differing(content(subject="s", body="b", metadata={"n": 1})) == ("subject", "body")
