"""Spellings of a path, methods and headers that are out to reach a command by another way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.attacks.cases import SOMEBODYS_ID, Untouched, filled, routes
from tests.integration.api.server import MOUNTED_AT, NOBODY, Server

pytestmark = pytest.mark.e2e

ROOT = f"{MOUNTED_AT}/v1/approvals"
COMMANDS = (
    f"{ROOT}/{{id}}/../{{id}}/approve",
    f"{ROOT}/../approvals/{{id}}/approve",
    f"{ROOT}/./{{id}}/approve",
    f"{MOUNTED_AT}/static/../v1/approvals/{{id}}/approve",
    f"{MOUNTED_AT}/static/%2e%2e/v1/approvals/{{id}}/approve",
    f"{MOUNTED_AT}/static/..%2fv1/approvals/{{id}}/approve",
    f"{MOUNTED_AT}/v1/health/../approvals/{{id}}/approve",
    f"{MOUNTED_AT}//v1/approvals/{{id}}/approve",
    f"/{MOUNTED_AT}/v1/approvals/{{id}}/approve",
    f"{MOUNTED_AT}/v1//approvals/{{id}}/approve",
    f"{ROOT}//{{id}}/approve",
    f"{ROOT}/{{id}}//approve",
    f"{ROOT}/{{id}}/approve/",
    f"{ROOT}/{{id}}/approve//",
    f"{ROOT}/{{id}}/approve%2f",
    f"{ROOT}/{{id}}/approve%00",
    f"{ROOT}/{{id}}%00/approve",
    f"{ROOT}/{{id}}/approve%0A",
    f"{ROOT}/{{id}}%0A/approve",
    f"{ROOT}/{{id}}/approve%0d%0aX-Header:%20x",
    f"{ROOT}/{{id}}/approve%20",
    f"{ROOT}/{{id}}/%20approve",
    f"{ROOT}/{{id}}/approve.json",
    f"{ROOT}/{{id}}/approve;x=1",
    f"{ROOT}/{{id}}/approve%3fx",
    f"{ROOT}/{{id}}/approve%23x",
    f"{ROOT}/{{id}}/APPROVE",
    f"{ROOT}/{{id}}/a%70prove%2e",
    f"{ROOT}/{{id}}\\\\approve",
    f"{ROOT}/{{id}}%5capprove",
    f"{ROOT}/{{id}}/deny/../approve",
    f"{ROOT}/{{id}}/approve/..",
    f"{ROOT}/%2e%2e/approvals/{{id}}/approve",
    f"{ROOT}/{{id}}/%252e%252e/approve",
    f"{ROOT}/{{id}}%2500/approve",
    f"{ROOT}/urn:uuid:%20{{id}}/approve",
    f"{ROOT}/{{id}},{SOMEBODYS_ID}/approve",
    f"{ROOT}/*/approve",
    f"{ROOT}/list/approve",
)
OVERRIDES = (
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
    "X-Original-Method",
    "X-Requested-Method",
    "_method",
)
REWRITES = ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Path", "X-Forwarded-Prefix", "X-Forwarded-Uri")


def test_no_other_spelling_of_a_path_is_a_command(fab: Server) -> None:
    """For somebody who may decide: not one is taken, redirected, or breaks the server."""
    approval = fab.open()
    untouched = Untouched(fab, approval)
    wrong: dict[Any, Any] = {}
    for spelling in COMMANDS:
        target = spelling.format(id=approval["id"])
        for method in ("POST", "PUT", "GET"):
            body = None if method == "GET" else b"{}"
            answer = fab.raw(method, target, by=fab.person("manager"), body=body)
            airflows_own_page = method == "GET" and target.startswith("//")
            if not (answer.status_code in {400, 404, 405, 422} or airflows_own_page):
                wrong[method, spelling] = answer.status_code, answer.text[:200]
            if "x-header" in answer.headers or "location" in answer.headers:
                wrong[method, spelling, "header"] = dict(answer.headers)
    assert wrong == {}
    assert untouched.still()


def test_a_header_or_a_query_is_no_method(server: Server) -> None:
    """A GET stays one, and a POST too."""
    approval = server.open()
    untouched = Untouched(server, approval)
    path = f"/approvals/{approval['id']}"
    wrong: dict[Any, Any] = {}
    for name in OVERRIDES:
        for word in ("POST", "PUT", "PATCH", "DELETE"):
            for person in ("manager", "editor"):
                by = {**server.person(person), name: word}
                query = {"_method": word, "method": word, "httpMethod": word}
                for method, target in (("GET", f"{path}/approve"), ("POST", path)):
                    answer = server.call(method, target, by=by, params=query)
                    if answer.status_code != 405:
                        wrong[name, word, method] = answer.status_code
    assert wrong == {}
    assert untouched.still()


def test_a_header_is_no_path(server: Server) -> None:
    """What proxies use among themselves moves no request to another route."""
    approval = server.open()
    untouched = Untouched(server, approval)
    target = f"{MOUNTED_AT}/v1/approvals/{approval['id']}/approve"
    wrong: dict[Any, Any] = {}
    for name in REWRITES:
        by = {**server.person("manager"), name: target}
        answer = server.call("POST", "/nowhere", by=by, json={})
        if answer.status_code != 404:
            wrong[name] = answer.status_code
    assert wrong == {}
    assert untouched.still()


@pytest.mark.parametrize(
    "method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "Post", "PO%53T", "X"]
)
def test_other_methods_are_none_of_ours(fab: Server, method: str) -> None:
    """On every route: refused, echoing nothing."""
    approval = fab.open()
    untouched = Untouched(fab, approval)
    wrong: dict[Any, Any] = {}
    for path in sorted({path for _, path in routes()}):
        by = {**fab.person("chief"), "X-Secret": "not to be echoed"}
        target = f"{MOUNTED_AT}{filled(path, approval['id'])}"
        answer = fab.raw(method, target, by=by)
        if answer.status_code not in {400, 404, 405, 501} or "not to be echoed" in answer.text:
            wrong[path] = answer.status_code, answer.text[:200]
    assert wrong == {}
    assert untouched.still()


def test_files_of_the_page_are_all_there_is_to_read(fab: Server) -> None:
    """No spelling leaves their folder."""
    wrong: dict[Any, Any] = {}
    for trick in (
        "../api/app.py",
        "..%2fapi%2fapp.py",
        "%2e%2e/api/app.py",
        "..%5capi%5capp.py",
        "....//api/app.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "..%c0%afapi/app.py",
        "approvals.js%00.txt",
        "approvals.js%0a",
        "",
        ".",
        "..",
    ):
        answer = fab.raw("GET", f"{MOUNTED_AT}/static/{trick}", by=NOBODY)
        if answer.status_code not in {400, 404, 405}:
            wrong[trick] = answer.status_code, answer.text[:100]
    assert wrong == {}
