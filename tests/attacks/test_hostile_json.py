"""JSON that parsers read differently, that none should read, or that is none: refused, never a failure."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.attacks.cases import Untouched, refusal
from tests.integration.api.server import INVALID, SALES, Server, content

pytestmark = pytest.mark.e2e

DEEP = 5000
GOOD = '"subject": "Publish", "approver_role": "manager"'
NESTED = {
    "lists": ("[" * DEEP, "]" * DEEP),
    "objects": ('{"a":' * DEEP, "}" * DEEP),
    "both": ('[{"a":' * DEEP, "}]" * DEEP),
}


def _bodies(run_id: str) -> dict[str, bytes]:
    """Each would open a request by hand if it were taken."""
    place = f'"dag_id": "{SALES}", "run_id": "{run_id}"'
    good = f"{{{place}, {GOOD}}}"

    def more(fields: str) -> bytes:
        return f"{{{place}, {GOOD}, {fields}}}".encode()

    found: dict[str, bytes] = {
        # Not UTF-8, though Python's parser would take them.
        "UTF-16": good.encode("utf-16"),
        "UTF-16, low end first": good.encode("utf-16-le"),
        "UTF-16, high end first": good.encode("utf-16-be"),
        "UTF-32": good.encode("utf-32"),
        "UTF-32, low end first": good.encode("utf-32-le"),
        "UTF-32, high end first": good.encode("utf-32-be"),
        "UTF-8 with a mark": good.encode("utf-8-sig"),
        "Latin-1": more('"body": "ä"').decode().encode("latin-1"),
        "UTF-7": more('"body": "x"').replace(b'"Publish"', b"+ACI-Publish+ACI-"),
        "a NUL written long": more('"body": "x"').replace(b'"x"', b'"\xc0\x80"'),
        "a half character": more('"body": "x"').replace(b'"x"', b'"\xed\xa0\x80"'),
        "compressed": b"\x1f\x8b\x08\x00" + good.encode(),
        # The same field twice.
        "the subject twice": more('"subject": "Another"'),
        "the same subject twice": more('"subject": "Publish"'),
        "the role twice": more('"approver_role": "editor"'),
        "twice, once escaped": more('"\\u0073ubject": "Another"'),
        "twice in the metadata": more('"metadata": {"rows": 1, "rows": 2}'),
        "twice deep in the metadata": more('"metadata": {"a": [1, {"b": {"c": 1, "c": 1}}]}'),
        "twice in an unknown field": more('"x": {"y": 1, "y": 2}'),
        # What is no number.
        "NaN": more('"metadata": {"x": NaN}'),
        "infinity": more('"metadata": {"x": Infinity}'),
        "minus infinity": more('"metadata": {"x": [-Infinity]}'),
        "too large": more('"metadata": {"x": 1e999}'),
        "waits for NaN": more('"expires_in": NaN'),
        "waits for infinity": more('"expires_in": Infinity'),
        "waits for true": more('"expires_in": true'),
        "waits for text": more('"expires_in": "60"'),
        "waits for a list": more('"expires_in": [60]'),
        "waits for nothing": more('"expires_in": 0'),
        "waits backwards": more('"expires_in": -1'),
        "index true": more('"task_id": "gate_1", "map_index": true'),
        "index false": more('"task_id": "gate_1", "map_index": false'),
        "index as text": more('"task_id": "gate_1", "map_index": "-1"'),
        "index with a point": more('"task_id": "gate_1", "map_index": -1.0'),
        "index of another width": more('"task_id": "gate_1", "map_index": "\\uff11"'),
        "hexadecimal": more('"expires_in": 0x3c'),
        "octal": more('"expires_in": 060'),
        "with a plus": more('"expires_in": +60'),
        "a time as a number": more('"expires_at": 4102444800'),
        "a time as digits": more('"expires_at": "4102444800"'),
        "a time that is true": more('"expires_at": true'),
        # What is no text.
        "a subject that is a number": good.replace('"Publish"', "1").encode(),
        "a subject that is true": good.replace('"Publish"', "true").encode(),
        "a subject in a list": good.replace('"Publish"', '["Publish"]').encode(),
        "a role that is an object": good.replace('"manager"', '{"name": "manager"}').encode(),
        "no role": good.replace('"manager"', "null").encode(),
        # Other languages.
        "a comment": more('"body": "x" /* yes */'),
        "a last comma": more('"body": "x",'),
        "single quotes": good.replace('"', "'").encode(),
        "bare names": good.replace('"subject"', "subject").encode(),
        "two documents": f"{good}{good}".encode(),
        "a document and a rest": f"{good}]".encode(),
        "a guard before it": f")]}}',\n{good}".encode(),
        "in a list": f"[{good}]".encode(),
        "as text": json.dumps(good).encode(),
        "a form": b"subject=Publish&approver_role=manager",
        "a line break in a text": good.replace("Publish", "Pub\nlish").encode(),
    }
    for name, (begin, end) in NESTED.items():
        found[f"{DEEP} {name}"] = f"{begin}1{end}".encode()
        found[f"{DEEP} {name}, never closed"] = begin.encode()
        found[f"{DEEP} {name} as metadata"] = more(f'"metadata": {{"x": {begin}1{end}}}')
        found[f"{DEEP} {name} as subject"] = good.replace('"Publish"', f"{begin}1{end}").encode()
        found[f"{DEEP} {name} in a strange field"] = more(f'"x": {begin}1{end}')
    return found


def _send(fab: Server, method: str, path: str, body: bytes, by: str) -> tuple[int, str, str | None]:
    headers = {**fab.person(by), "Content-Type": "application/json"}
    return refusal(fab.call(method, path, by=headers, content=body))


def test_nothing_is_opened_by_hostile_json(fab: Server) -> None:
    """Each is malformed, at opening and at every command on a request."""
    approval = fab.open()
    untouched = Untouched(fab, approval)
    path = f"/approvals/{approval['id']}"
    run_id = fab.new_run()
    wrong: dict[Any, Any] = {}
    for name, body in _bodies(run_id).items():
        for method, target, by in (
            ("POST", "/approvals", "editor"),
            ("POST", f"{path}/approve", "manager"),
            ("PATCH", path, "editor"),
        ):
            answer = _send(fab, method, target, body, by)
            if answer != INVALID:
                wrong[name, method, target] = answer
    assert wrong == {}
    assert untouched.still()
    query = {"run_id": run_id}
    assert fab.get("/approvals", by=fab.person("admin"), params=query).json()["total_entries"] == 0


def test_the_same_without_the_trick_is_taken(fab: Server) -> None:
    """So it was the trick that was refused; spaces, escapes and the order of fields are no tricks."""
    run_id = fab.new_run()
    place = f'"dag_id": "{SALES}", "run_id": "{run_id}"'
    tomorrow = (datetime.now(tz=timezone(timedelta(hours=2))) + timedelta(days=1)).isoformat()
    for body in (
        f"{{{place}, {GOOD}}}",
        f" \r\n\t{{ {GOOD} , {place} }} ",
        f'{{{place}, {GOOD}, "expires_in": 60, "metadata": {{"a": {{"x": 1}}, "b": {{"x": 1}}}}}}',
        f'{{{place}, {GOOD}, "body": "\\u00e4\\ud83d\\ude00", "expires_in": 60.5}}',
        f'{{{place}, {GOOD}, "expires_at": "{tomorrow}"}}',
        f'{{{place}, {GOOD}, "task_id": "gate_1", "map_index": -1}}',
    ):
        answer = _send(fab, "POST", "/approvals", body.encode(), "editor")
        assert answer == (201, "", None), body


def test_a_refusal_is_short_and_does_not_echo(fab: Server) -> None:
    """Whatever was sent, the answer is a sentence."""
    by = {**fab.person("editor"), "Content-Type": "application/json"}
    long = {}
    for name, body in _bodies(fab.new_run()).items():
        answer = fab.call("POST", "/approvals", by=by, content=body)
        if len(answer.content) > 2000 or "Publish" in answer.text:
            long[name] = answer.text[:300]
    assert long == {}
    assert content()["subject"].startswith("Publish")
