"""Bodies that are out to break something: refused or harmless, and never a failure of the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.api.server import INVALID, SALES, Server, content, problem

pytestmark = pytest.mark.e2e

MEGABYTE = 1024 * 1024
TEXT_FIELDS = ("subject", "body", "approver_role", "escalate_role", "dag_id", "run_id", "task_id")
BAD_TEXT = {
    "NUL": "a\\u0000b",
    "lone high surrogate": "a\\ud800b",
    "lone low surrogate": "\\udfff",
    "surrogates in the wrong order": "\\udfff\\ud800",
}


@pytest.fixture(scope="module")
def by_hand(fab: Server) -> dict[str, Any]:
    """A good body, for one Dag run."""
    return content(dag_id=SALES, run_id=fab.new_run())


def _send(
    server: Server, raw: str | bytes, path: str = "/approvals", method: str = "POST", by: str = "editor"
) -> Any:
    headers = {"Content-Type": "application/json"}
    return server.call(method, path, by=server.person(by), content=raw, headers=headers)


@pytest.mark.parametrize("text", BAD_TEXT)
@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_text_that_cannot_be_stored_is_refused(
    fab: Server, by_hand: dict[str, Any], field: str, text: str
) -> None:
    """No text field takes the NUL character or half a character."""
    raw = json.dumps({**by_hand, field: "PLACE"}).replace("PLACE", BAD_TEXT[text])
    response = _send(fab, raw)
    assert problem(response) == INVALID
    assert field in response.json()["detail"]


@pytest.mark.parametrize("text", BAD_TEXT)
def test_commands_take_no_such_text_either(fab: Server, text: str) -> None:
    """Comments, reasons, new subjects and new approvers."""
    approval = fab.open()
    path, bad = f"/approvals/{approval['id']}", f'"{BAD_TEXT[text]}"'
    approvers = f'[[{{"kind": "user", "name": {bad}}}], [{{"kind": "role", "name": "director"}}]]'
    for method, target, by, raw in (
        ("POST", f"{path}/approve", "manager", f'{{"comment": {bad}}}'),
        ("POST", f"{path}/deny", "manager", f'{{"comment": {bad}}}'),
        ("POST", f"{path}/cancel", "editor", f'{{"reason": {bad}}}'),
        ("PATCH", path, "editor", f'{{"subject": {bad}}}'),
        ("PATCH", path, "editor", f'{{"body": {bad}}}'),
        ("PATCH", path, "editor", f'{{"approvers": {approvers}}}'),
    ):
        assert problem(_send(fab, raw, target, method, by)) == INVALID, raw
    assert fab.read(approval["id"]) == approval


NUMBERS = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" + "0" * 400, "9" * 5000, "-9" * 30, "1e400"]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:12])
@pytest.mark.parametrize("field", ["expires_in", "map_index", "expires_at"])
def test_numbers_out_of_this_world_are_refused(
    fab: Server, by_hand: dict[str, Any], field: str, number: str
) -> None:
    """Not a number, infinite, or of thousands of digits."""
    body = {**by_hand, "escalate_role": "director", "task_id": "gate_1", field: "PLACE"}
    if field == "expires_at":
        del body["expires_in"]
    assert problem(_send(fab, json.dumps(body).replace('"PLACE"', number))) == INVALID


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_metadata_is_real_json(fab: Server, by_hand: dict[str, Any], number: str) -> None:
    """What JSON does not know is refused however deep it sits."""
    for value in (number, f"[{number}]", f'{{"deep": [{{"deeper": {number}}}]}}'):
        raw = json.dumps({**by_hand, "metadata": {"x": "PLACE"}}).replace('"PLACE"', value)
        assert problem(_send(fab, raw)) == INVALID


@pytest.mark.parametrize("text", [text for text in BAD_TEXT if text != "NUL"])
def test_metadata_takes_no_half_characters(fab: Server, by_hand: dict[str, Any], text: str) -> None:
    """Neither as a value nor as a key."""
    for value in (
        f'{{"x": "{BAD_TEXT[text]}"}}',
        f'{{"{BAD_TEXT[text]}": 1}}',
        f'{{"x": ["{BAD_TEXT[text]}"]}}',
    ):
        raw = json.dumps({**by_hand, "metadata": "PLACE"}).replace('"PLACE"', value)
        assert problem(_send(fab, raw)) == INVALID


@pytest.mark.parametrize("text", BAD_TEXT)
def test_an_unknown_field_of_broken_text_is_refused(fab: Server, by_hand: dict[str, Any], text: str) -> None:
    """The refusal names fields; one that cannot be written must not break it."""
    raw = json.dumps({**by_hand, "PLACE": 1}).replace("PLACE", BAD_TEXT[text])
    assert problem(_send(fab, raw)) == INVALID


@pytest.mark.parametrize(
    "wrap",
    [
        lambda depth: "[" * depth + "]" * depth,
        lambda depth: '{"a":' * depth + "1" + "}" * depth,
    ],
    ids=["lists", "objects"],
)
def test_what_nests_deeply_is_refused_or_works_everywhere(
    fab: Server, by_hand: dict[str, Any], wrap: Callable[[int], str]
) -> None:
    """Metadata that is taken can also be read, listed, edited and found in the events."""
    admin = fab.person("admin")
    taken = []
    for depth in (5, 60, 90, 120, 150, 200, 240, 250, 254, 256, 300, 500, 900, 1000, 5000, 30_000):
        raw = json.dumps({**by_hand, "metadata": {"x": "PLACE"}}).replace('"PLACE"', wrap(depth))
        response = _send(fab, raw)
        if response.status_code == 201:
            taken.append(depth)
            path = f"/approvals/{response.json()['id']}"
            assert _send(fab, '{"metadata": {}}', path, "PATCH").status_code == 200
            edited = _send(fab, f'{{"metadata": {{"x": {wrap(depth)}}}}}', path, "PATCH")
            assert edited.status_code == 200, (depth, edited.text[:300])
            assert fab.get(path, by=admin).status_code == 200
            assert fab.get(f"{path}/events", by=admin).status_code == 200
        else:
            assert problem(response) == INVALID
        path = f"/approvals/{fab.open_by_hand(run_id=by_hand['run_id'])['id']}"
        _send(fab, f'{{"metadata": {{"x": {wrap(depth)}}}}}', path, "PATCH")
        assert fab.get(f"{path}/events", by=admin).status_code == 200
    assert (
        fab.get("/approvals", by=admin, params={"run_id": by_hand["run_id"], "limit": 1000}).status_code
        == 200
    )
    assert taken[0] == 5


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"}",
        b"[]",
        b"[{}]",
        b"null",
        b"true",
        b"1",
        b'"text"',
        b"{'a': 1}",
        b'{"subject": }',
        b'{"subject": "x",}',
        b"\xff\xfe",
        b'{"subject": "\xff"}',
        b"{}{}",
        b"<xml/>",
        b"\x00",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_a_body_that_is_no_json_object_is_refused(fab: Server, raw: bytes) -> None:
    """On every route that takes a body."""
    approval = fab.open()
    path = f"/approvals/{approval['id']}"
    for method, target, by in (
        ("POST", "/approvals", "editor"),
        ("POST", f"{path}/approve", "manager"),
        ("POST", f"{path}/deny", "manager"),
        ("POST", f"{path}/cancel", "editor"),
        ("PATCH", path, "editor"),
        ("PUT", path, "editor"),
        ("POST", "/maintenance/escalate", "admin"),
        ("POST", "/maintenance/cleanup", "admin"),
    ):
        assert problem(_send(fab, raw, target, method, by)) == INVALID, target
    assert fab.read(approval["id"]) == approval


def test_unknown_fields_are_refused_on_every_route(fab: Server) -> None:
    """A misspelt field is an error, not ignored."""
    task = fab.new_task()
    approval = fab.open(task)
    path = f"/approvals/{approval['id']}"
    for method, target, by, body in (
        ("POST", "/approvals", fab.person("editor"), content(dag_id=SALES, run_id=task.run_id)),
        ("POST", "/approvals", fab.task(fab.new_task().ti_id), content()),
        ("POST", "/approvals/list", fab.task(task.ti_id), {"ids": []}),
        ("POST", f"{path}/approve", fab.person("manager"), {}),
        ("POST", f"{path}/deny", fab.person("manager"), {}),
        ("POST", f"{path}/cancel", fab.person("editor"), {"reason": "x"}),
        ("POST", f"{path}/advance", fab.task(task.ti_id), {}),
        ("PATCH", path, fab.person("editor"), {"body": "x"}),
        ("POST", "/maintenance/escalate", fab.person("admin"), {}),
        ("POST", "/maintenance/cleanup", fab.person("admin"), {}),
    ):
        for extra in ("comments", "__class__", "", "x" * 1000):
            response = fab.call(method, target, by=by, json={**body, extra: "x"})
            assert problem(response) == INVALID, (target, extra)
    assert fab.read(approval["id"]) == approval


def test_a_large_body_is_refused(fab: Server, by_hand: dict[str, Any]) -> None:
    """Nearly a megabyte in any field, or in very many fields; the refusal itself stays small."""
    big = "x" * (MEGABYTE - 1000)
    bodies: list[dict[str, Any]] = [
        {**by_hand, "subject": big},
        {**by_hand, "body": big},
        {**by_hand, "metadata": {"x": big}},
        {**by_hand, "metadata": {big: 1}},
        {**by_hand, big: 1},
        {**by_hand, **{f"field {number}": 1 for number in range(50_000)}},
    ]
    for body in bodies:
        response = _send(fab, json.dumps(body))
        assert problem(response) == INVALID
        assert len(response.content) < 10_000
    approval = fab.open()
    too_many = [[{"kind": "user", "name": f"user {number}"} for number in range(20_000)], []]
    response = fab.call(
        "PATCH", f"/approvals/{approval['id']}", by=fab.person("editor"), json={"approvers": too_many}
    )
    assert problem(response) == INVALID
    assert len(response.content) < 10_000
    assert fab.read(approval["id"]) == approval


def test_a_refusal_does_not_repeat_the_input(fab: Server, by_hand: dict[str, Any]) -> None:
    """Somebody's secret in the wrong field does not end up in answers and logs."""
    response = _send(
        fab, json.dumps({**by_hand, "expires_in": "s3cret", "on_deny": "s3cret", "map_index": "s3cret"})
    )
    assert problem(response) == INVALID
    assert "s3cret" not in response.text


def test_markup_and_sql_are_just_text(fab: Server) -> None:
    """What is harmless to store comes back byte for byte."""
    text = "<script>alert(1)</script>'; DROP TABLE approval; -- %s {} {{ds}} \u202e \U0001f4a5 \\"
    opened = fab.open_by_hand(
        subject=text,
        body=text,
        approver_role="outsider",
        escalate_role=text.replace("\u202e ", ""),  # a name in which something hides is refused
        metadata={text: [text, 1.5, None]},
    )
    assert (opened["subject"], opened["body"], opened["metadata"]) == (text, text, {text: [text, 1.5, None]})
    denied = fab.post(f"/approvals/{opened['id']}/deny", by=fab.person("outsider"), json={"comment": text})
    assert denied.json()["comment"] == text
    found = fab.get(
        "/approvals", by=fab.person("admin"), params={"search": "'; DROP TABLE approval; --"}
    ).json()
    assert opened["id"] in {approval["id"] for approval in found["approvals"]}
