"""A running API server, the people and tasks that call it, and something to talk about."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import create_engine, text, update

from airflow_approvals import tokens
from airflow_approvals.store import tables
from airflow_approvals.wire.problems import Problem
from dev.stack import Account, AirflowStack

MOUNTED_AT = "/approvals"
PREFIX = f"{MOUNTED_AT}/v1"
COOKIE = "_token"
SALES = "sales"
PAYROLL = "payroll"
LEVEL_SECONDS = 3600.0
MANAGER = {"kind": "role", "name": "manager"}
DIRECTOR = {"kind": "role", "name": "director"}
INVALID = (422, "invalid", None)

Headers = Mapping[str, str | bytes]
NOBODY: Headers = {}

FAB_ROLES: Mapping[str, Sequence[tuple[str, str]]] = {
    "manager": [("can_read", "Plugins")],
    "director": [("can_read", "Plugins")],
    "outsider": [("can_read", "Plugins")],
    "sales reader": [("can_read", "DAG:sales")],
    "sales editor": [("can_read", "DAG:sales"), ("can_edit", "DAG:sales")],
}
FAB_PEOPLE = (
    Account("admin", "admin-pw", ("Admin",)),
    Account("chief", "chief-pw", ("Admin", "manager")),
    Account("op", "op-pw", ("Op",)),
    Account("editor", "editor-pw", ("User",)),
    Account("viewer", "viewer-pw", ("Viewer",)),
    Account("manager", "manager-pw", ("manager",)),
    Account("director", "director-pw", ("director",)),
    Account("outsider", "outsider-pw", ("outsider",)),
    Account("system", "system-pw", ("manager",)),  # a person may be called anything
    Account("sales-reader", "sales-reader-pw", ("sales reader",)),
    Account("sales-editor", "sales-editor-pw", ("sales editor",)),
)
# SimpleAuthManager knows four roles only; the others come from `[approvals] role_members`.
SIMPLE_PEOPLE = (
    Account("admin", "admin-pw", ("admin",)),
    Account("op", "op-pw", ("Op",)),
    Account("editor", "editor-pw", ("USER",)),
    Account("viewer", "viewer-pw", ("viewer",)),
    Account("manager", "manager-pw", ("viewer",)),
    Account("director", "director-pw", ("viewer",)),
)
FAB_ROLE_MEMBERS = {"auditor": ["viewer"]}
SIMPLE_ROLE_MEMBERS = {**FAB_ROLE_MEMBERS, "manager": ["manager"], "director": ["director"]}


@dataclass(frozen=True)
class Task:
    """One try of one task instance, as Airflow's own API describes it."""

    ti_id: UUID
    dag_id: str
    run_id: str
    task_id: str
    map_index: int


class Server:
    """One API server of a stack. ``by`` is always the headers of whoever calls."""

    def __init__(self, stack: AirflowStack) -> None:
        self.stack = stack
        self.base_url = stack.base_url
        self.secret = stack.env["AIRFLOW__API_AUTH__JWT_SECRET"]
        self.engine = create_engine(stack.env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
        self._free: dict[str, list[Task]] = {}
        self._tokens: dict[str, str] = {}
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self.http = httpx.Client(base_url=self.base_url, trust_env=False, timeout=60, cookies=no_cookies)

    def close(self) -> None:
        """Let go of connections; the server itself goes on."""
        self.http.close()
        self.engine.dispose()

    # Who calls

    def token(self, name: str) -> str:
        """Give a person's Airflow token."""
        if name not in self._tokens:
            self._tokens[name] = self.stack.token(name)
        return self._tokens[name]

    def person(self, name: str) -> Headers:
        """A person, by bearer token."""
        return {"Authorization": f"Bearer {self.token(name)}"}

    def cookie(self, name: str) -> Headers:
        """A person's browser: nothing but the session cookie."""
        return {"Cookie": f"{COOKIE}={self.token(name)}"}

    def task(self, ti_id: UUID) -> Headers:
        """A task, by a new token."""
        return {"Authorization": f"Bearer {tokens.for_task_instance(ti_id, secret=self.secret)}"}

    def watcher(self, *approval_ids: str) -> Headers:
        """A triggerer that waits for these requests."""
        ids = [UUID(approval_id) for approval_id in approval_ids]
        return {"Authorization": f"Bearer {tokens.for_watcher(ids, secret=self.secret)}"}

    # What they call

    def call(
        self, method: str, path: str, *, by: Headers, below: str = PREFIX, **options: Any
    ) -> httpx.Response:
        """Send a request to a path below the API's prefix; it must not break the server."""
        headers = {**by, **options.pop("headers", {})}
        response = self.http.request(method, f"{below}{path}", headers=headers, **options)
        assert response.status_code < 500, f"{method} {path}: {response.status_code} {response.text[:2000]}"
        return response

    def get(self, path: str, *, by: Headers, **options: Any) -> httpx.Response:
        """GET a path below the API's prefix."""
        return self.call("GET", path, by=by, **options)

    def post(self, path: str, *, by: Headers, **options: Any) -> httpx.Response:
        """POST to a path below the API's prefix; the body is ``{}`` unless given."""
        if not options.keys() & {"json", "content", "data", "files"}:
            options["json"] = {}
        return self.call("POST", path, by=by, **options)

    def raw(self, method: str, target: str, *, by: Headers, body: bytes | None = None) -> httpx.Response:
        """Send the request target character by character as given: no client tidies it up."""
        headers = {"Host": f"127.0.0.1:{self.stack.port}", "Connection": "close", **by}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        head = [f"{method} {target} HTTP/1.1", *(f"{name}: {value!s}" for name, value in headers.items())]
        with socket.create_connection(("127.0.0.1", self.stack.port or 0), timeout=60) as connection:
            connection.sendall("\r\n".join([*head, "", ""]).encode("latin-1") + (body or b""))
            answer = http.client.HTTPResponse(connection, method=method)
            answer.begin()
            return httpx.Response(answer.status, headers=answer.getheaders(), content=answer.read())

    # What there is to talk about

    def new_run(self, dag_id: str = SALES) -> str:
        """Start a Dag run; nothing executes it."""
        return self.stack.trigger_dag(dag_id)

    def new_tasks(self, dag_id: str = SALES) -> list[Task]:
        """Give the running task instances of a new run."""
        run_id = self.new_run(dag_id)
        self._update(
            "state = 'running'", "run_id = :run_id AND dag_id = :dag_id", run_id=run_id, dag_id=dag_id
        )
        return [
            Task(
                ti_id=UUID(found["id"]),
                dag_id=dag_id,
                run_id=run_id,
                task_id=found["task_id"],
                map_index=found["map_index"],
            )
            for found in self.stack.task_instances(dag_id, run_id)
        ]

    def new_task(self, dag_id: str = SALES) -> Task:
        """Give a running task instance, not mapped, that no test has used before."""
        free = self._free.setdefault(dag_id, [])
        if not free:
            free += [task for task in self.new_tasks(dag_id) if task.map_index == -1]
        return free.pop()

    def set_state(self, task: Task, state: str | None) -> None:
        """Put a task instance into a state, as the scheduler or a person would."""
        self._update("state = :state", "id = :id", state=state, id=self._stored(task.ti_id))

    def park(self, task: Task) -> None:
        """Defer a running task just now, as its operator does."""
        now = datetime.now(tz=timezone.utc).replace(tzinfo=None).isoformat(" ")
        changes = "state = 'deferred', next_method = 'execute_complete', updated_at = :now"
        self._update(changes, "id = :id", now=now, id=self._stored(task.ti_id))

    def next_try(self, task: Task) -> Task:
        """Start the task once more: Airflow gives every try an id of its own."""
        new = replace(task, ti_id=uuid4())
        changes = "id = :new, try_number = try_number + 1"
        self._update(changes, "id = :id", new=self._stored(new.ti_id), id=self._stored(task.ti_id))
        return new

    def let_deadline_pass(self, approval: Mapping[str, Any]) -> None:
        """Make the deadline of an open request one that has just passed; nothing is applied yet."""
        columns = tables.approval.c
        with self.engine.begin() as connection:
            connection.execute(
                update(tables.approval)
                .where(columns.id == UUID(approval["id"]))
                .values(expires_at=datetime.now(tz=timezone.utc))
            )

    def let_retention_pass(self, approval_id: str) -> None:
        """Make a closed request one that was closed longer ago than records are kept."""
        columns = tables.approval.c
        with self.engine.begin() as connection:
            connection.execute(
                update(tables.approval)
                .where(columns.id == UUID(approval_id))
                .values(resolved_at=datetime.now(tz=timezone.utc) - timedelta(days=91))
            )

    def _update(self, changes: str, condition: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(
                text(f"UPDATE task_instance SET {changes} WHERE {condition}"),  # noqa: S608
                values,
            )

    def _stored(self, ti_id: UUID) -> str:
        return ti_id.hex if self.engine.name == "sqlite" else str(ti_id)

    def open(self, task: Task | None = None, **fields: Any) -> dict[str, Any]:
        """Open a request as a task: the manager decides, the director after an hour."""
        task = task or self.new_task()
        response = self.post("/approvals", by=self.task(task.ti_id), json=content(**fields))
        assert response.status_code == 201, response.text
        return dict(response.json())

    def open_by_hand(self, *, by: str = "editor", **fields: Any) -> dict[str, Any]:
        """Open a request as a person for a new Dag run."""
        dag_id = fields.get("dag_id", SALES)
        run_id = fields.pop("run_id", None) or self.new_run(dag_id)
        body = content(**{"dag_id": dag_id, "run_id": run_id, **fields})
        response = self.post("/approvals", by=self.person(by), json=body)
        assert response.status_code == 201, response.text
        return dict(response.json())

    def closed(self, **fields: Any) -> dict[str, Any]:
        """Open a request by hand and have the manager approve it."""
        opened = self.open_by_hand(**fields)
        return self.approve(opened["id"])

    def approve(self, approval_id: str, *, by: str = "manager") -> dict[str, Any]:
        """Have somebody approve."""
        response = self.post(f"/approvals/{approval_id}/approve", by=self.person(by))
        assert response.status_code == 200, response.text
        return dict(response.json())

    def edit(self, approval: Mapping[str, Any], *, by: str = "editor", **fields: Any) -> httpx.Response:
        """Have somebody change some values of a request."""
        return self.call("PATCH", f"/approvals/{approval['id']}", by=self.person(by), json=fields)

    def events(self, approval: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Give the record of a request as the administrator sees it."""
        answer = self.get(f"/approvals/{approval['id']}/events", by=self.person("admin")).json()
        assert answer["total_entries"] == len(answer["events"])
        return list(answer["events"])

    def read(self, approval_id: str) -> dict[str, Any]:
        """Give a request as the administrator sees it."""
        response = self.get(f"/approvals/{approval_id}", by=self.person("admin"))
        assert response.status_code == 200, response.text
        return dict(response.json())


def content(**fields: Any) -> dict[str, Any]:
    """What a request asks; a field given as None is left out."""
    body = {
        "subject": "Publish the January figures",
        "approver_role": "manager",
        "escalate_role": "director",
        "expires_in": LEVEL_SECONDS,
        **fields,
    }
    return {name: value for name, value in body.items() if value is not None}


def problem(response: httpx.Response) -> tuple[int, str, str | None]:
    """Status, code and rule of a refusal; its body must have the one shape of all errors."""
    body = response.json()
    assert body.keys() <= Problem.model_fields.keys(), body
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert ("closed" in body) == (body["code"] == "already_closed"), body
    return response.status_code, body["code"], body.get("rule")


def moment(text: str) -> datetime:
    """Read a time of an answer."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
