"""Tokens that nobody gave out: whatever they are made of, they open nothing and break nothing."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest

from airflow_approvals import tokens
from tests.attacks.cases import Untouched, filled, refusal, routes
from tests.integration.api.server import COOKIE, MOUNTED_AT, Headers, Server

pytestmark = pytest.mark.e2e

NONE = b'{"alg":"none"}'
NOT_SIGNED_IN = (401, "not_signed_in", None)


def _now(shift: int = 0) -> int:
    return int(datetime.now(tz=timezone.utc).timestamp()) + shift


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _signed(header: Any, payload: str | bytes, key: bytes, digest: str = "sha512") -> str:
    """Sign anything at all; a library would refuse to."""
    body = payload if isinstance(payload, bytes) else payload.encode()
    signing = f"{_part(json.dumps(header).encode())}.{_part(body)}"
    return f"{signing}.{_part(hmac.new(key, signing.encode(), digest).digest())}"


def _tokens(secret: str, ti_id: UUID) -> dict[str, Callable[[], str]]:
    """Each is for the task instance that asked, and has one thing wrong."""

    def claims(**changes: Any) -> dict[str, Any]:
        mine = {"sub": f"ti:{ti_id}", "aud": tokens.AUDIENCE, "iat": _now(), "exp": _now(60), **changes}
        return {name: value for name, value in mine.items() if value is not ...}

    def made(*, key: bytes | None = None, headers: Any = None, **changes: Any) -> str:
        signed = tokens._key(secret) if key is None else key
        return _signed(
            {"alg": "HS512", "typ": "JWT", **(headers or {})}, json.dumps(claims(**changes)), signed
        )

    def altered(**changes: Any) -> str:
        head, _, signature = tokens.for_task_instance(ti_id, secret=secret).split(".")
        return f"{head}.{_part(json.dumps(claims(**changes)).encode())}.{signature}"

    return {
        "good for a day": lambda: made(iat=_now(-100), exp=_now(86_400)),
        "good for ever": lambda: made(iat=_now(-100), exp=10**18),
        "no end": lambda: made(exp=...),
        "no beginning": lambda: made(iat=..., exp=_now(86_400)),
        "from tomorrow": lambda: made(iat=_now(86_400), exp=_now(86_460)),
        "past its end": lambda: made(iat=_now(-30), exp=_now(-20)),
        "end as text": lambda: made(exp=str(_now(60))),
        "end in words": lambda: made(exp="tomorrow"),
        "end as list": lambda: made(exp=[_now(60)]),
        "end infinite": lambda: made(exp=1e400),
        "end true": lambda: made(exp=True),
        "beginning as text": lambda: made(iat=str(_now())),
        "beginning as object": lambda: made(iat={}),
        "beginning null": lambda: made(iat=None),
        "beginning not a number": lambda: made(iat=float("nan")),
        "beginning before all time": lambda: made(iat=-(10**400)),
        "not before tomorrow": lambda: made(nbf=_now(86_400)),
        "not before a list": lambda: made(nbf=[]),
        "subject a number": lambda: made(sub=1),
        "no subject": lambda: made(sub=...),
        "two audiences": lambda: made(aud=[tokens.AUDIENCE, "urn:airflow.apache.org:task"]),
        "audience an object": lambda: made(aud={tokens.AUDIENCE: 1}),
        "signed with the secret itself": lambda: made(key=secret.encode()),
        "signed with nothing": lambda: made(key=b"\0" * 64),
        "signed shorter": lambda: _signed(
            {"alg": "HS256"}, json.dumps(claims()), tokens._key(secret), "sha256"
        ),
        "unsigned": lambda: f"{_part(NONE)}.{_part(json.dumps(claims()).encode())}.",
        "unsigned, capitals": lambda: f"{_part(NONE.upper())}.{_part(json.dumps(claims()).encode())}.",
        "signature of another": lambda: altered(sub=f"ti:{uuid4()}"),
        "its own, made older": lambda: altered(exp=_now(86_400)),
        "key in the header": lambda: made(
            key=b"x" * 64, headers={"jwk": {"kty": "oct", "k": _part(b"x" * 64)}}
        ),
        "key at an address": lambda: made(key=b"x" * 64, headers={"jku": "http://127.0.0.1:1/keys"}),
        "key by a path": lambda: made(key=b"\0", headers={"kid": "../../../../dev/null"}),
        "unknown demand": lambda: made(headers={"crit": ["x"], "x": 1}),
        "no json": lambda: _signed({"alg": "HS512"}, '{"aud":', tokens._key(secret)),
        "a list": lambda: _signed({"alg": "HS512"}, "[]", tokens._key(secret)),
        "deep": lambda: _signed({"alg": "HS512"}, '{"aud":' + "[" * 20_000, tokens._key(secret)),
        "utf-16": lambda: _signed({"alg": "HS512"}, json.dumps(claims(exp=1)).encode("utf-16"), b"x"),
        "header a list": lambda: _signed(["HS512"], json.dumps(claims()), tokens._key(secret)),
        "one part too many": lambda: f"{made()}.{_part(b'x')}",
        "made with a space": lambda: f"{made()} x",
        "Airflow's own for tasks": lambda: jwt.encode(
            claims(aud="urn:airflow.apache.org:task"), secret, algorithm="HS512"
        ),
    }


def test_no_forged_token_opens_a_route(server: Server) -> None:
    """By bearer at every seventh route in turn, by cookie, and at health, which takes it for none."""
    task = server.new_task()
    approval = server.open(task)
    untouched = Untouched(server, approval)
    closed = [route for route in routes() if not route[1].endswith("/health")]
    wrong: dict[Any, Any] = {}
    for number, (name, make) in enumerate(_tokens(server.secret, task.ti_id).items()):
        for method, path in closed[number % 7 :: 7]:
            target = f"{MOUNTED_AT}{filled(path, approval['id'])}"
            body = {} if method in {"POST", "PUT", "PATCH"} else None
            answer = server.http.request(method, target, headers=_bearer(make()), json=body)
            if refusal(answer) != NOT_SIGNED_IN:
                wrong[name, method, path] = answer.status_code, answer.text[:200]
        cookie = {"Cookie": f"{COOKIE}={make()}"}
        answer = server.get(f"/approvals/{approval['id']}", by=cookie)
        if answer.status_code != 401:
            wrong[name, "cookie"] = answer.status_code, answer.text[:200]
        health = server.get("/health", by=_bearer(make()))
        if (health.status_code, health.json()) != (200, {"status": "healthy"}):
            wrong[name, "health"] = health.status_code, health.text[:200]
    assert wrong == {}
    assert untouched.still()


def test_forged_users_are_nobody(server: Server) -> None:
    """Airflow's own tokens with another user or time in them, signed with the right secret."""
    claims = jwt.decode(server.token("manager"), options={"verify_signature": False})
    approval = server.open()
    path = f"/approvals/{approval['id']}/approve"
    wrong: dict[Any, Any] = {}
    for name, changes in {
        "nobody's id": {"sub": "987654321"},
        "no id": {"sub": ""},
        "an id of words": {"sub": "' OR 1=1 --"},
        "an id that is a list": {"sub": ["1"]},
        "expired": {"exp": _now(-3600)},
        "our audience": {"aud": tokens.AUDIENCE},
        "a user beside it": {"aud": tokens.AUDIENCE, "role": "admin"},
    }.items():
        token = _signed({"alg": "HS512"}, json.dumps({**claims, **changes}), server.secret.encode())
        for by in (_bearer(token), {"Cookie": f"{COOKIE}={token}"}):
            answer = server.http.post(f"{MOUNTED_AT}/v1{path}", headers=by, json={})
            if answer.status_code not in {401, 403} or not answer.json()["code"].startswith("not_"):
                wrong[name] = answer.status_code, answer.text[:200]
    assert wrong == {}
    assert server.read(approval["id"]) == approval


def _bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}
