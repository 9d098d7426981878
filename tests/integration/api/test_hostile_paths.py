"""Paths and headers that are out to break something: inert, and never a failure of the server."""

from __future__ import annotations

import pytest

from tests.integration.api.server import Server

pytestmark = pytest.mark.e2e

ROOT = "/approvals/v1/approvals"


TRICKS = [
    "{id}/../{id}/approve",
    "../approvals/{id}/approve",
    "./{id}/approve",
    "%2e%2e%2fapprovals/{id}/approve",
    "%2e%2e/approvals/{id}/approve",
    "{id}%00/approve",
    "{id}%0a/approve",
    "{id};/approve",
    "{id};x=1/approve",
    "{id}%3f/approve",
    "{id}%23/approve",
    "{id}%20/approve",
    "{id}%5c..%5c{id}/approve",
    "{id}//approve",
    "/{id}/approve",
    "{id},{id}/approve",
    "{id}%ff/approve",
    "{id}%c0%af/approve",
    "{id}.json/approve",
    "*/approve",
    "%2A/approve",
    "~/approve",
    "-1/approve",
    "0/approve",
    "1%20or%201=1/approve",
    "'%20or%20''='/approve",
    "null/approve",
    "undefined/approve",
    "list/approve",
    "metrics/approve",
    "{id}/Approve",
    "{id}/approve%00",
    "{id}/approve%2f..",
    "{id}/approve/..",
    "%7b%7d/approve",
    "x" * 5_000 + "/approve",
]


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick[:40])
def test_an_id_is_an_id_and_nothing_else(fab: Server, trick: str) -> None:
    """No spelling of a path decides anything, though the caller is an eligible approver."""
    approval = fab.open()
    target = f"{ROOT}/{trick.format(id=approval['id'])}".encode().decode("latin-1")
    for method in ("GET", "POST"):
        response = fab.raw(method, target, by=fab.person("manager"), body=b"{}" if method == "POST" else None)
        assert response.status_code in {404, 405, 422}, (method, response.status_code, response.text[:300])
        assert response.headers["content-type"] == "application/json"
        assert response.json().keys() <= {"detail", "code"}
    assert fab.read(approval["id"]) == approval


@pytest.mark.parametrize("spelling", ["{id}%2fapprove", "%2e/{id}/approve", "{id}/%61pprove"])
def test_an_encoded_path_is_authorised_like_any_other(fab: Server, spelling: str) -> None:
    """Where the server decodes a path to one of our routes, that route's own rules hold."""
    approval = fab.open()
    target = f"{ROOT}/{spelling.format(id=approval['id'])}"
    for name in ("viewer", "editor", "admin", "outsider"):
        assert fab.raw("POST", target, by=fab.person(name), body=b"{}").status_code in {403, 404}
    assert fab.raw("POST", target, by={}, body=b"{}").status_code in {401, 404}
    assert fab.read(approval["id"]) == approval


def test_a_trailing_slash_is_another_path(fab: Server) -> None:
    """It is unknown: no redirect carries command and token to whatever host a header names."""
    approval = fab.open()
    for path in (f"{ROOT}/{approval['id']}/approve/", f"{ROOT}/", f"{ROOT}/{approval['id']}/"):
        by = {**fab.person("manager"), "Host": "elsewhere.example"}
        response = fab.raw("POST", path, by=by, body=b"{}")
        assert (response.status_code, response.headers.get("location")) == (404, None)
    assert fab.read(approval["id"]) == approval


def test_a_question_mark_ends_the_path(fab: Server) -> None:
    """What looks like a command behind it is a query nobody reads."""
    approval = fab.open()
    target = f"{ROOT}/{approval['id']}?/approve"
    assert fab.raw("GET", target, by=fab.person("manager")).status_code == 200
    assert fab.raw("POST", target, by=fab.person("manager"), body=b"{}").status_code == 405
    assert fab.read(approval["id"]) == approval


def test_what_reaches_the_server_raw_does_not_break_it(fab: Server) -> None:
    """Bytes that are no HTTP are the web server's to refuse; it goes on serving."""
    for target in (
        f"{ROOT}/a\0b",
        f"{ROOT}/a b",
        f"{ROOT}/\x7f",
        f"{ROOT}/%",
        f"{ROOT}/%zz",
        "*",
        "//",
        "x" * 70_000,
    ):
        assert fab.raw("GET", target, by=fab.person("manager")).status_code < 500
    assert fab.get("/health", by={}).status_code == 200


@pytest.mark.parametrize("value", ["", "0", "-1", "x", "1e400"])
def test_a_wrong_content_length_does_not_break_it(fab: Server, value: str) -> None:
    """The web server's business; it goes on serving."""
    by = {**fab.person("editor"), "Content-Length": value, "Content-Type": "application/json"}
    assert fab.raw("POST", ROOT, by=by).status_code < 500
    assert fab.get("/health", by={}).status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*;q=0", "\xff"])
def test_answers_are_json_whatever_is_asked_for(fab: Server, accept: str) -> None:
    """Errors included."""
    for path in ("/approvals", "/approvals/nonsense", "/nonesuch"):
        response = fab.raw("GET", f"/approvals/v1{path}", by={**fab.person("viewer"), "Accept": accept})
        assert response.headers["content-type"] == "application/json"
        response.json()
