"""Servers with a small connection pool, and crowds that press on them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from threading import Barrier, Event, Thread
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import jwt
from fastapi.routing import APIRoute
from sqlalchemy import text

from airflow_approvals.api.app import create_app
from dev.stack import Account
from tests.integration.api.server import MOUNTED_AT, SALES, Headers, Server, Task, content

PEOPLE = tuple(f"manager-{number:02}" for number in range(32))
FAB_PEOPLE = tuple(Account(name, name, ("Admin", "manager")) for name in PEOPLE)
SIMPLE_PEOPLE = tuple(Account(name, name, ("admin",)) for name in PEOPLE)
ROUND_SECONDS = float(os.environ.get("AIRFLOW_APPROVALS_TEST_ROUND_SECONDS", "3"))
SMALL_POOL = {
    "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "5",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": "10",
}
POOL_PLUGIN = '''
"""Tells how many connections of the API server's pool are in use."""

from airflow import settings
from airflow.plugins_manager import AirflowPlugin
from fastapi import FastAPI

app = FastAPI()


@app.get("/in-use")
async def in_use() -> int:
    return settings.engine.pool.checkedout()


class PoolPlugin(AirflowPlugin):
    name = "pool"
    fastapi_apps = [{"app": app, "url_prefix": "/pool", "name": "pool"}]
'''
ROUTES = [
    (method, route.path)
    for route in create_app().routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]
BUSY_SECONDS = 30.0

T = TypeVar("T")
Call = tuple[str, str, Headers, Any]
"""Method, path, who calls, JSON body."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back, and after how many seconds."""

    call: str
    status: int
    seconds: float


class Pressed(Server):
    """A server under pressure, with a connection of its own for each of a crowd."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.http.close()
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        self.http = httpx.Client(base_url=self.base_url, trust_env=False, timeout=120, limits=limits)
        self._claims = jwt.decode(super().token(PEOPLE[0]), options={"verify_signature": False})

    def token(self, name: str) -> str:
        """Give a person's Airflow token, signed here: nobody has to wait for 32 sign-ins."""
        if name not in self._tokens:
            claims = {**self._claims, "sub": self._subject(name), "jti": uuid4().hex}
            self._tokens[name] = jwt.encode(claims, self.secret, algorithm="HS512")
        return self._tokens[name]

    def _subject(self, name: str) -> str:
        if self.stack.auth == "simple":
            return name
        with self.engine.connect() as connection:
            query = text("SELECT id FROM ab_user WHERE username = :name")
            return str(connection.execute(query, {"name": name}).scalar_one())

    def airflow_task(self, task: Task) -> Headers:
        """A task, as Airflow's own task API knows it."""
        now = datetime.now(tz=timezone.utc)
        claims = {
            "sub": str(task.ti_id),
            "jti": uuid4().hex,
            "aud": "urn:airflow.apache.org:task",
            "iat": now,
            "nbf": now,
            "exp": now + timedelta(hours=1),
        }
        return {"Authorization": f"Bearer {jwt.encode(claims, self.secret, algorithm='HS512')}"}

    def timed(self, call: Call) -> Reply:
        """Call, whatever comes of it."""
        method, path, by, body = call
        start = time.monotonic()
        response = self.http.request(method, path, headers=by, json=body)
        seconds = time.monotonic() - start
        return Reply(call=f"{method} {path}", status=response.status_code, seconds=seconds)

    def in_use(self) -> int:
        """Tell how many connections of its pool the server has in use."""
        return int(self.http.get("/pool/in-use").text)

    def wait_until_idle(self) -> None:
        """Wait until all connections are back in the pool, which is soon."""
        self.stack.wait_for(lambda: self.in_use() == 0, BUSY_SECONDS, "all connections to be given back")

    def every_route(self, task: Task, asked: Mapping[str, Any]) -> list[Call]:
        """Give a call of each of our routes, by somebody who may."""
        boss = self.person(PEOPLE[0])
        by = {
            "/v1/approvals/{approval_id}/advance": self.task(task.ti_id),
            "/v1/approvals/list": self.watcher(asked["id"]),
        }
        bodies: Mapping[tuple[str, str], Any] = {
            ("POST", "/v1/approvals"): {**content(), "dag_id": SALES, "run_id": task.run_id},
            ("POST", "/v1/approvals/list"): {"ids": [asked["id"]]},
            ("POST", "/v1/approvals/{approval_id}/cancel"): {"reason": "Called off."},
            ("PATCH", "/v1/approvals/{approval_id}"): {"body": "Changed."},
            ("PUT", "/v1/approvals/{approval_id}"): {
                "subject": "Changed",
                "body": "Changed.",
                "metadata": {},
                "expires_at": None,
                "approvers": [[{"kind": "role", "name": "manager"}]],
            },
        }
        return [
            (
                method,
                MOUNTED_AT + path.replace("{approval_id}", asked["id"]),
                by.get(path, boss),
                bodies.get((method, path), {} if method == "POST" else None),
            )
            for method, path in ROUTES
        ]


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make all calls at the same moment, each in a thread of its own."""
    barrier = Barrier(len(calls))

    def meet(call: Callable[[], T]) -> T:
        barrier.wait(BUSY_SECONDS)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(meet, calls))


@contextmanager
def meanwhile(server: Pressed, calls: Iterable[Call]) -> Iterator[list[Reply]]:
    """Call again and again while the context lasts."""
    over = Event()
    replies: list[Reply] = []

    def ask(call: Call) -> None:
        while not over.is_set():
            replies.append(server.timed(call))
            over.wait(0.1)

    threads = [Thread(target=ask, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    try:
        yield replies
    finally:
        over.set()
        for thread in threads:
            thread.join()
