"""A page of another site uses a person's browser: what browsers send for it, over plain HTTP too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.attacks.cases import Untouched, refusal
from tests.integration.api.server import Headers, Server

pytestmark = pytest.mark.e2e

SAME_ORIGIN = (403, "not_allowed", "same_origin")
WRONG_TYPE = (415, "unsupported_media_type", None)
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TEXT = {"Content-Type": "text/plain"}
PARTS = {"Content-Type": "multipart/form-data; boundary=x"}


def _variants(host: str, port: int) -> dict[str, tuple[Any, ...]]:
    """Name, what the browser sends beside the cookie, and how it is refused."""
    sibling, ours = f"http://{host}:{port + 1}", f"http://{host}:{port}"
    site = "Sec-Fetch-Site"
    return {
        # A browser that says which site the request comes from.
        "another site": ({site: "cross-site", **JSON}, SAME_ORIGIN),
        "a sibling": ({site: "same-site", **JSON}, SAME_ORIGIN),
        "typed by hand": ({site: "none", **JSON}, SAME_ORIGIN),
        "an empty site": ({site: "", **JSON}, SAME_ORIGIN),
        "nearly the word": ({site: "same-origin-allow-popups", **JSON}, SAME_ORIGIN),
        "in capitals": ({site: "SAME-ORIGIN", **JSON}, SAME_ORIGIN),
        "two words": ({site: "same-origin, cross-site", **JSON}, SAME_ORIGIN),
        "another site with our origin": ({site: "cross-site", "Origin": ours, **JSON}, SAME_ORIGIN),
        "another site with its form": ({site: "cross-site", **FORM}, WRONG_TYPE),
        "another site with text": ({site: "cross-site", **TEXT}, WRONG_TYPE),
        "another site with parts": ({site: "cross-site", **PARTS}, WRONG_TYPE),
        "another site with no type": ({site: "cross-site"}, WRONG_TYPE),
        # Plain HTTP, or an old browser: no such header, but an origin.
        "a sibling on another port": ({"Origin": sibling, **JSON}, SAME_ORIGIN),
        "a sibling with a form": ({"Origin": sibling, **FORM}, WRONG_TYPE),
        "a sibling with text": ({"Origin": sibling, **TEXT}, WRONG_TYPE),
        "a sibling with no type": ({"Origin": sibling}, WRONG_TYPE),
        "another scheme": ({"Origin": f"https://{host}:{port}", **JSON}, SAME_ORIGIN),
        "no port": ({"Origin": f"http://{host}", **JSON}, SAME_ORIGIN),
        "another host": ({"Origin": "http://elsewhere.example", **JSON}, SAME_ORIGIN),
        "our name before another": (
            {"Origin": f"http://{host}.elsewhere.example:{port}", **JSON},
            SAME_ORIGIN,
        ),
        "our name after another": ({"Origin": f"http://elsewhere{host}:{port}", **JSON}, SAME_ORIGIN),
        "our name as a user": ({"Origin": f"http://{host}:{port}@elsewhere.example", **JSON}, SAME_ORIGIN),
        "a page in a sandbox": ({"Origin": "null", **JSON}, SAME_ORIGIN),
        "an empty origin": ({"Origin": "", **JSON}, SAME_ORIGIN),
        "no address": ({"Origin": "http://[", **JSON}, SAME_ORIGIN),
        "a port that is none": ({"Origin": f"http://{host}:x", **JSON}, SAME_ORIGIN),
        "a file": ({"Origin": "file://", **JSON}, SAME_ORIGIN),
        "ours and another": ({"Origin": f"{ours}, {sibling}", **JSON}, SAME_ORIGIN),
        "forwarded as the other": (
            {"Origin": "http://elsewhere.example", "X-Forwarded-Host": "elsewhere.example", **JSON},
            SAME_ORIGIN,
        ),
    }


def _place(server: Server) -> tuple[str, int]:
    return "127.0.0.1", int(server.stack.port or 0)


def test_no_page_of_another_site_changes_anything(server: Server) -> None:
    """Each variant at each changing method, by the cookie of a person who might."""
    approval = server.open()
    untouched = Untouched(server, approval)
    path = f"/approvals/{approval['id']}"
    wrong: dict[Any, Any] = {}
    for name, (headers, refused) in _variants(*_place(server)).items():
        for method, target, person, body in (
            ("POST", f"{path}/approve", "manager", b"{}"),
            ("POST", f"{path}/deny", "manager", b"{}"),
            ("POST", f"{path}/cancel", "editor", b'{"reason": "No."}'),
            ("PATCH", path, "editor", b'{"body": "Changed."}'),
            ("PUT", path, "editor", b"{}"),
            ("DELETE", path, "editor", None),
            ("POST", "/approvals", "editor", b'{"subject": "Forged"}'),
            ("POST", "/maintenance/escalate", "admin", b"{}"),
            ("POST", "/maintenance/cleanup", "admin", b"{}"),
        ):
            by = {**server.cookie(person), **headers}
            answer = refusal(server.call(method, target, by=by, content=body))
            expected = SAME_ORIGIN if body is None else refused
            if answer != expected:
                wrong[name, method, target] = answer
    assert wrong == {}
    assert untouched.still()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://{}:{}"},
        {"Origin": "HTTP://{}:{}"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://{}:{}"},
        {},
    ],
)
def test_our_own_page_may(server: Server, headers: Headers) -> None:
    """Over plain HTTP from another machine its browser sends an origin only."""
    place = _place(server)
    by = {**server.cookie("manager"), **{k: str(v).format(*place) for k, v in headers.items()}}
    approval = server.open()
    answer = server.post(f"/approvals/{approval['id']}/approve", by=by)
    assert answer.status_code == 200, answer.text


def test_two_headers_are_as_good_as_the_worse_one(server: Server) -> None:
    """A second header of the same name does not hide the first, in whichever order."""
    approval = server.open()
    host, port = _place(server)
    wrong: dict[Any, Any] = {}
    for name, ours, theirs in (
        ("Sec-Fetch-Site", "same-origin", "cross-site"),
        ("Origin", f"http://{host}:{port}", f"http://{host}:{port + 1}"),
        ("Content-Type", "application/json", "text/plain"),
    ):
        for pair in ((ours, theirs), (theirs, ours)):
            cookie = [("Cookie", str(server.cookie("manager")["Cookie"]))]
            kind = [] if name == "Content-Type" else [("Content-Type", "application/json")]
            headers = [*cookie, *kind, *((name, value) for value in pair)]
            url = f"/approvals/v1/approvals/{approval['id']}/approve"
            answer = server.http.post(url, headers=headers, content=b"{}")
            if refusal(answer) != (WRONG_TYPE if name == "Content-Type" else SAME_ORIGIN):
                wrong[name, pair] = refusal(answer)
    assert wrong == {}
    assert server.read(approval["id"]) == approval


def test_a_bearer_token_is_not_bound_to_a_site(server: Server) -> None:
    """Browsers never add a bearer token by themselves, so it needs no such check."""
    approval = server.open()
    by = {**server.person("manager"), "Sec-Fetch-Site": "cross-site"}
    assert server.post(f"/approvals/{approval['id']}/approve", by=by).status_code == 200


def test_a_garbage_bearer_does_not_lift_the_check(server: Server) -> None:
    """A foreign page that adds any token of its own to the cookie is not signed in at all."""
    approval = server.open()
    by = {**server.cookie("manager"), "Authorization": "Bearer garbage", "Sec-Fetch-Site": "cross-site"}
    response = server.post(f"/approvals/{approval['id']}/approve", by=by)
    assert refusal(response) == (401, "not_signed_in", None)
    assert server.read(approval["id"]) == approval


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "text/json", None],
)
@pytest.mark.parametrize("content", [b"{}", b'{"comment": "yes"}', b"comment=yes", b""])
def test_a_form_changes_nothing(server: Server, content_type: str | None, content: bytes) -> None:
    """What a plain HTML form can send is refused, even with JSON in it and from our own origin."""
    approval = server.open()
    headers = {"Sec-Fetch-Site": "same-origin", **({"Content-Type": content_type} if content_type else {})}
    by = {**server.cookie("manager"), **headers}
    response = server.post(f"/approvals/{approval['id']}/approve", by=by, content=content)
    nothing_sent = (422, "invalid", None)
    assert refusal(response) == (WRONG_TYPE if content else nothing_sent)
    assert server.read(approval["id"]) == approval
