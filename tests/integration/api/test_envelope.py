"""What holds for every body and every answer, whichever the route."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.integration.api.server import INVALID, MOUNTED_AT, NOBODY, SALES, Server, content, problem

pytestmark = pytest.mark.e2e

MEGABYTE = 1024 * 1024
TOO_LARGE = (413, "too_large", None)
WRONG_TYPE = (415, "unsupported_media_type", None)
CHANGES = (
    ("POST", "/approvals", "editor"),
    ("POST", "/approvals/list", "editor"),
    ("PATCH", "/approvals/{}", "editor"),
    ("PUT", "/approvals/{}", "editor"),
    ("DELETE", "/approvals/{}", "editor"),
    ("POST", "/approvals/{}/approve", "manager"),
    ("POST", "/approvals/{}/deny", "manager"),
    ("POST", "/approvals/{}/cancel", "editor"),
    ("POST", "/approvals/{}/advance", "manager"),
    ("POST", "/maintenance/escalate", "admin"),
    ("POST", "/maintenance/cleanup", "admin"),
)


def _pieces(size: int) -> Iterator[bytes]:
    """A body whose length nobody says beforehand."""
    for _ in range(size // 1000 + 1):
        yield b" " * 1000


def test_a_body_above_a_megabyte_is_refused(fab: Server) -> None:
    """On every route, before it is read as JSON or anybody is asked who they are; also one sent in pieces."""
    approval = fab.open()
    for method, path, name in CHANGES:
        target = path.format(approval["id"])
        for by in (fab.person(name), NOBODY):
            headers = {"Content-Type": "application/json"}
            large = fab.call(method, target, by=by, content=b" " * (MEGABYTE + 1), headers=headers)
            assert problem(large) == TOO_LARGE, (method, path)
            pieces = fab.call(method, target, by=by, content=_pieces(3 * MEGABYTE), headers=headers)
            assert "content-length" not in pieces.request.headers
            assert problem(pieces) == TOO_LARGE, (method, path)
    assert fab.read(approval["id"]) == approval


def test_a_body_of_a_megabyte_is_read(fab: Server) -> None:
    """With its length said, and in pieces: the limit is where it is said to be."""
    approval = fab.open()
    body = b"{" + b" " * (MEGABYTE - 2) + b"}"
    path, headers = f"/approvals/{approval['id']}/deny", {"Content-Type": "application/json"}
    by = fab.person("manager")
    one_more = fab.call("POST", path, by=by, content=body + b" ", headers=headers)
    assert problem(one_more) == TOO_LARGE
    pieces = (body[start : start + 70_000] for start in range(0, len(body), 70_000))
    assert fab.call("POST", path, by=by, content=pieces, headers=headers).status_code == 200


@pytest.mark.parametrize("said", ["1048577", "99999999999999999999", "9" * 4000])
def test_what_says_to_be_too_large_is_not_waited_for(fab: Server, said: str) -> None:
    """The refusal comes although nothing of the body does."""
    by = {**fab.person("editor"), "Content-Type": "application/json", "Content-Length": said}
    response = fab.raw("POST", "/approvals/v1/approvals", by=by)
    assert response.status_code in {400, 413}  # a length that is no number of bytes is the web server's
    assert response.status_code == 413 or len(said) > 18


def test_a_body_has_to_come_as_json(fab: Server) -> None:
    """On every route; other parameters of the right type are no matter."""
    approval = fab.open()
    wrong = (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "application/json5",
        "application/vnd.api+json",
        "application/json; charset=utf-16",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json; charset*=utf-8''utf-8",
        "application/json; charset*=%00''x",
        f"application/json; charset*{'1' * 5000}*=utf-8",
        "application/json, text/plain",
        "json",
        "",
    )
    for method, path, name in CHANGES:
        for content_type in wrong:
            by = {**fab.person(name), "Content-Type": content_type}
            response = fab.call(method, path.format(approval["id"]), by=by, content=b"{}")
            assert problem(response) == WRONG_TYPE, (method, path, content_type)
        response = fab.call(method, path.format(approval["id"]), by=fab.person(name), content=b"{}")
        assert problem(response) == WRONG_TYPE, (method, path, "none")
    assert fab.read(approval["id"]) == approval


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "Application/JSON",
        "application/json; odata=verbose",
    ],
)
def test_json_may_say_that_it_is_utf_8(fab: Server, content_type: str) -> None:
    """As many clients do."""
    by = {**fab.person("manager"), "Content-Type": content_type}
    comment = json.dumps({"comment": "geprüft \U0001f44d"}, ensure_ascii=False).encode()
    answer = fab.call("POST", f"/approvals/{fab.open()['id']}/approve", by=by, content=comment)
    assert answer.status_code == 200, answer.text
    assert answer.json()["comment"] == "geprüft \U0001f44d"


def test_a_command_without_a_body_is_malformed(fab: Server) -> None:
    """Not of the wrong type: it has none."""
    approval = fab.open()
    for method, path, name in CHANGES:
        if method == "DELETE" or path.endswith(("/list", "/advance")):  # these people may not use
            continue
        response = fab.call(method, path.format(approval["id"]), by=fab.person(name))
        assert problem(response) == INVALID, (method, path)


def test_no_answer_is_kept_or_guessed_at(server: Server) -> None:
    """Lists, single reads, records, pictures, refusals of every kind, also to nobody."""
    approval = server.open()
    path, by = f"/approvals/{approval['id']}", server.person("admin")
    huge = b" " * (MEGABYTE + 1)
    answers = [
        server.get("/approvals", by=by),
        server.get(path, by=by),
        server.get(f"{path}/events", by=by),
        server.get("/approvals/metrics", by=by),
        server.get(f"/page{path}", by=by),
        server.get("/badge.svg", by=by),
        server.get("/health", by=NOBODY),
        server.get("/openapi.json", by=by, below=MOUNTED_AT),
        server.get("/approvals", by=NOBODY),
        server.get("/approvals/01900000-0000-7000-8000-000000000001", by=by),
        server.get("/approvals?limit=x", by=by),
        server.get("/nowhere", by=by),
        server.call("TRACE", path, by=by),
        server.call("HEAD", path, by=by),
        server.call("OPTIONS", path, by=by),
        server.call("DELETE", path, by=by),
        server.post(f"{path}/approve", by=by, content=b"x"),
        server.post(f"{path}/approve", by=by, content=huge, headers={"Content-Type": "application/json"}),
        server.post(f"{path}/approve", by=server.person("manager")),
        server.post("/approvals", by=by, json=content(dag_id=SALES, run_id="nowhere")),
        server.get("/nothing.js", by=NOBODY, below=f"{MOUNTED_AT}/static"),
    ]
    kept = {
        (answer.request.method, answer.request.url.path, answer.status_code): dict(answer.headers)
        for answer in answers
        if (answer.headers.get("cache-control"), answer.headers.get("x-content-type-options"))
        != ("no-store", "nosniff")
    }
    assert kept == {}


def test_files_of_the_page_are_asked_for_again(fab: Server) -> None:
    """Kept, but looked after before each use; served as what they are."""
    first = fab.get("/approvals.js", by=NOBODY, below=f"{MOUNTED_AT}/static")
    again = fab.get(
        "/approvals.js",
        by={"If-None-Match": first.headers["etag"]},
        below=f"{MOUNTED_AT}/static",
    )
    assert (first.status_code, again.status_code) == (200, 304)
    for answer in (first, again):
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["x-content-type-options"] == "nosniff"
