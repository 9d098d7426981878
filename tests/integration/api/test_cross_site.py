"""Another site cannot use a person's session: the cookie alone is not enough to change anything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.api.server import Headers, Server, problem

pytestmark = pytest.mark.e2e

REFUSED = (403, "not_allowed", "same_origin")
CHANGES: tuple[tuple[str, str, str, Any], ...] = (
    ("POST", "/approvals/{}/approve", "manager", {}),
    ("POST", "/approvals/{}/deny", "manager", {}),
    ("POST", "/approvals/{}/cancel", "editor", {"reason": "No."}),
    ("PATCH", "/approvals/{}", "editor", {"body": "Changed."}),
    (
        "PUT",
        "/approvals/{}",
        "editor",
        {
            "subject": "Changed",
            "body": "",
            "expires_at": "2999-01-01T00:00:00Z",
            "approvers": [[{"kind": "role", "name": "manager"}], [{"kind": "role", "name": "director"}]],
            "metadata": {},
        },
    ),
    ("DELETE", "/approvals/{}", "editor", None),
    ("POST", "/approvals", "editor", {"subject": "Forged", "approver_role": "manager"}),
    ("POST", "/maintenance/escalate", "admin", {}),
    ("POST", "/maintenance/cleanup", "admin", {}),
)


def _from(site: str) -> Headers:
    return {"Sec-Fetch-Site": site}


@pytest.mark.parametrize(("method", "path", "name", "body"), CHANGES)
def test_a_cookie_from_another_site_changes_nothing(
    server: Server, method: str, path: str, name: str, body: Any
) -> None:
    """Whatever the browser calls a foreign origin, each changing route refuses its cookie."""
    approval = server.open()
    for site in ("cross-site", "same-site", "none", "", "not-same-origin"):
        by = {**server.cookie(name), **_from(site)}
        response = server.call(method, path.format(approval["id"]), by=by, json=body)
        assert problem(response) == REFUSED, site
    assert server.read(approval["id"]) == approval


@pytest.mark.parametrize("headers", [{}, _from("same-origin")], ids=["old browser", "same origin"])
def test_a_cookie_from_our_own_pages_works(server: Server, headers: Headers) -> None:
    """The page inside Airflow needs nothing but the session cookie."""
    approval = server.open()
    by = {**server.cookie("manager"), **headers}
    response = server.post(f"/approvals/{approval['id']}/approve", by=by)
    assert response.status_code == 200, response.text
    assert response.json()["actor_name"] == "manager"


def test_a_bearer_token_is_not_bound_to_a_site(server: Server) -> None:
    """Browsers never add a bearer token by themselves, so it needs no such check."""
    approval = server.open()
    by = {**server.person("manager"), **_from("cross-site")}
    assert server.post(f"/approvals/{approval['id']}/approve", by=by).status_code == 200


def test_a_garbage_bearer_does_not_lift_the_check(server: Server) -> None:
    """A foreign page that adds any token of its own to the cookie is not signed in at all."""
    approval = server.open()
    by = {**server.cookie("manager"), "Authorization": "Bearer garbage", **_from("cross-site")}
    response = server.post(f"/approvals/{approval['id']}/approve", by=by)
    assert problem(response) == (401, "not_signed_in", None)
    assert server.read(approval["id"]) == approval


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "text/json", None],
)
@pytest.mark.parametrize("content", [b"{}", b'{"comment": "yes"}', b"comment=yes", b""])
def test_a_form_changes_nothing(server: Server, content_type: str | None, content: bytes) -> None:
    """What a plain HTML form can send is refused, even with JSON in it and from our own origin."""
    approval = server.open()
    headers = {**_from("same-origin"), **({"Content-Type": content_type} if content_type else {})}
    by = {**server.cookie("manager"), **headers}
    response = server.post(f"/approvals/{approval['id']}/approve", by=by, content=content)
    nothing_sent = (422, "invalid", None)
    assert problem(response) == ((415, "unsupported_media_type", None) if content else nothing_sent)
    assert server.read(approval["id"]) == approval


@pytest.mark.parametrize("name", ["manager", "editor"])
def test_nothing_changes_by_reading(server: Server, name: str) -> None:
    """GET, HEAD and OPTIONS on every route, as a mail scanner or link preview sends them, change nothing."""
    approval = server.open()
    before = server.get(f"/approvals/{approval['id']}/events", by=server.person("admin")).json()
    for by in (server.person(name), server.cookie(name)):
        for method in ("GET", "HEAD", "OPTIONS"):
            for path in (
                f"/approvals/{approval['id']}",
                *(f"/approvals/{approval['id']}/{verb}" for verb in ("approve", "deny", "cancel", "advance")),
                f"/approvals/{approval['id']}/approve?comment=yes",
                "/maintenance/escalate",
                "/maintenance/cleanup",
            ):
                status = server.call(method, path, by=by).status_code
                assert status in (
                    {200} if (method, path) == ("GET", f"/approvals/{approval['id']}") else {405}
                )
    assert server.read(approval["id"]) == approval
    assert server.get(f"/approvals/{approval['id']}/events", by=server.person("admin")).json() == before


def test_a_method_cannot_be_smuggled(server: Server) -> None:
    """Neither a header nor a parameter turns a GET into something else."""
    approval = server.open()
    by = {**server.cookie("manager"), "X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
    target = f"/approvals/{approval['id']}/approve?_method=POST"
    response = server.call("GET", target, by=by, content=json.dumps({}))
    assert problem(response) == (405, "method_not_allowed", None)
    assert server.read(approval["id"]) == approval
