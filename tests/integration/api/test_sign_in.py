"""Nobody gets in without signing in: not one route of the app, whatever is shown instead of a token."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import jwt
import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount

from airflow_approvals import tokens
from airflow_approvals.api.app import create_app
from airflow_approvals.api.static import PageFiles
from tests.integration.api.server import COOKIE, MOUNTED_AT, NOBODY, Headers, Server, problem

pytestmark = pytest.mark.e2e

HEALTH = ("GET", "/v1/health")
ROUTES = [
    (method, route.path.replace("{approval_id}", "01900000-0000-7000-8000-000000000001"))
    for route in create_app().routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]
CLOSED_ROUTES = [route for route in ROUTES if route != HEALTH]
BODY_OF = {"POST": {}, "PUT": {}, "PATCH": {}}


def _ask(server: Server, method: str, path: str, by: Headers) -> tuple[int, str, str | None]:
    response = server.http.request(method, f"{MOUNTED_AT}{path}", headers=by, json=BODY_OF.get(method))
    return problem(response)


def _bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def _claims(**changed: Any) -> dict[str, Any]:
    now = datetime.now(tz=timezone.utc)
    return {
        "sub": f"ti:{uuid4()}",
        "aud": tokens.AUDIENCE,
        "iat": now,
        "nbf": now,
        "exp": now + timedelta(minutes=1),
        **changed,
    }


def _sign(key: str | bytes, algorithm: str | None = tokens.ALGORITHM, **changed: Any) -> str:
    return jwt.encode(_given(_claims(**changed)), key, algorithm=algorithm)


def _resigned(server: Server, **changed: Any) -> str:
    """An administrator's own token with other claims, signed with Airflow's real secret."""
    claims = jwt.decode(server.token("admin"), options={"verify_signature": False})
    return jwt.encode(_given({**claims, **changed}), server.secret, algorithm="HS512")


def _given(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


def _unsigned(header: str, payload: str) -> str:
    parts = (base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in (header, payload))
    return ".".join((*parts, "AAAA"))


AN_HOUR_AGO = datetime.now(tz=timezone.utc) - timedelta(hours=1)
DEEP = "[" * 20_000
FORGERIES: dict[str, Callable[[Server], Headers]] = {
    "garbage": lambda _: _bearer("garbage"),
    "three dots": lambda _: _bearer("..."),
    "no token after the word": lambda _: {"Authorization": "Bearer"},
    "not ASCII": lambda _: {"Authorization": b"Bearer \xe4\xff\x80"},
    "a password": lambda _: {"Authorization": "Basic YWRtaW46YWRtaW4tcHc="},
    "deeply nested claims": lambda _: _bearer(_unsigned('{"alg":"HS512"}', f'{{"aud":{DEEP}')),
    "deeply nested header": lambda _: _bearer(_unsigned(f'{{"alg":{DEEP}', '{"aud":"airflow-approvals"}')),
    "claims that are a list": lambda _: _bearer(_unsigned('{"alg":"HS512"}', "[]")),
    "task token, expired": lambda s: _bearer(_sign(tokens._key(s.secret), exp=AN_HOUR_AGO)),
    "task token without expiry": lambda s: _bearer(_sign(tokens._key(s.secret), exp=None)),
    "task token without subject": lambda s: _bearer(_sign(tokens._key(s.secret), sub=None)),
    "task token, issued tomorrow": lambda s: _bearer(
        _sign(tokens._key(s.secret), iat=datetime.now(tz=timezone.utc) + timedelta(days=1))
    ),
    "task token, foreign secret": lambda _: _bearer(tokens.for_task_instance(uuid4(), secret="x" * 64)),
    "task token, key not derived": lambda s: _bearer(_sign(s.secret)),
    "task token, unsigned": lambda _: _bearer(_sign("", algorithm="none")),
    "task token, other algorithm": lambda s: _bearer(_sign(tokens._key(s.secret), algorithm="HS256")),
    "task token, several audiences": lambda s: _bearer(
        _sign(tokens._key(s.secret), aud=[tokens.AUDIENCE, "apache-airflow"])
    ),
    "user token, task audience": lambda s: _bearer(_resigned(s, aud="urn:airflow.apache.org:task")),
    "user token, our audience": lambda s: _bearer(_resigned(s, aud=tokens.AUDIENCE)),
    "user token, expired": lambda s: _bearer(_resigned(s, exp=int(AN_HOUR_AGO.timestamp()))),
    "user token without subject": lambda s: _bearer(_resigned(s, sub=None)),
    "cookie: garbage": lambda _: {"Cookie": f"{COOKIE}=garbage"},
    "cookie: a task's token": lambda s: {
        "Cookie": f"{COOKIE}={tokens.for_task_instance(uuid4(), secret=s.secret)}"
    },
    "cookie: expired": lambda s: {"Cookie": f"{COOKIE}={_resigned(s, exp=int(AN_HOUR_AGO.timestamp()))}"},
    "garbage beside a good cookie": lambda s: {**s.cookie("admin"), **_bearer("garbage")},
}


def test_every_route_of_the_app_is_looked_at() -> None:
    """The list below misses nothing but the page's files, which hold no data; else only health is open."""
    others = [route for route in create_app().routes if not isinstance(route, APIRoute)]
    assert [(route.path, type(route.app)) for route in others if isinstance(route, Mount)] == [
        ("/static", PageFiles)
    ]
    assert len(others) == 1
    assert HEALTH in ROUTES
    assert ("GET", "/docs") in CLOSED_ROUTES
    assert ("GET", "/openapi.json") in CLOSED_ROUTES


@pytest.mark.parametrize(("method", "path"), CLOSED_ROUTES)
def test_anonymous_calls_are_refused(server: Server, method: str, path: str) -> None:
    """Without any credential every route but health answers 401 in the one shape of errors."""
    assert _ask(server, method, path, NOBODY) == (401, "not_signed_in", None)


def test_health_is_open(server: Server) -> None:
    """A load balancer may look without credentials, and learns nothing else."""
    response = server.get("/health", by=NOBODY)
    assert (response.status_code, response.json()) == (200, {"status": "healthy"})


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_credentials_are_refused(server: Server, forgery: str) -> None:
    """Nothing that looks like a credential opens a route; a wrong explicit one is not saved by a cookie."""
    by = FORGERIES[forgery](server)
    answers = {f"{method} {path}": _ask(server, method, path, by) for method, path in CLOSED_ROUTES}
    assert answers == dict.fromkeys(answers, (401, "not_signed_in", None))


def test_an_explicit_token_wins_over_the_cookie(server: Server) -> None:
    """A request with two identities is made by the one that was named on purpose."""
    approval = server.open()
    both = {**server.cookie("manager"), **server.person("viewer")}
    assert problem(server.post(f"/approvals/{approval['id']}/approve", by=both)) == (
        403,
        "not_allowed",
        "approver_of_reached_level",
    )
    task = {**server.cookie("manager"), **server.task(uuid4())}
    assert problem(server.post(f"/approvals/{approval['id']}/approve", by=task)) == (
        403,
        "not_allowed",
        "person_only",
    )


def test_a_refusal_says_what_to_do(fab: Server) -> None:
    """The words name the setting that is wrong, and do not repeat the token."""
    token = tokens.for_task_instance(uuid4(), secret="x" * 64)
    detail = fab.get("/approvals", by=_bearer(token)).json()["detail"]
    assert "[approvals] jwt_secret" in detail
    assert token not in detail
