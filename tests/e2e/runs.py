"""One Dag run seen from outside: its tasks, its approval requests, and its story when a test fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx

from dev.stack import AirflowStack

APPROVALS = "/approvals/v1/approvals"
LIMIT_SECONDS = 120.0
PARKED = ("deferred", "awaiting_input")
LOG_TAIL_LINES = 40

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """A Dag run of a stack. Most questions are about its task ``gate``."""

    stack: AirflowStack = field(repr=False)
    dag_id: str
    run_id: str

    @classmethod
    def start(cls, stack: AirflowStack, dag_id: str, user: str = "author") -> Run:
        """Trigger the Dag as that user."""
        response = stack.client(user).post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None})
        response.raise_for_status()
        return cls(stack, dag_id, str(response.json()["dag_run_id"]))

    # Tasks

    @property
    def path(self) -> str:
        """Where Airflow's REST API has this run."""
        return f"/api/v2/dags/{self.dag_id}/dagRuns/{self.run_id}"

    def task(self, task_id: str = "gate", map_index: int = -1) -> dict[str, Any]:
        """A task instance as Airflow's REST API describes it; empty when there is none."""
        found = self.stack.task_instances(self.dag_id, self.run_id)
        return next((t for t in found if (t["task_id"], t["map_index"]) == (task_id, map_index)), {})

    def wait_state(self, *states: str | None, task_id: str = "gate", map_index: int = -1) -> dict[str, Any]:
        """Wait until the task instance is in one of the states."""

        def reached() -> dict[str, Any] | None:
            task = self.task(task_id, map_index)
            return task if task and task["state"] in states else None

        return self.wait(reached, f"{task_id}[{map_index}] to be {' or '.join(map(str, states))}")

    def wait_end(self) -> str:
        """Wait until the run has finished and give its state."""

        def finished() -> str | None:
            state = self.stack.dag_run_state(self.dag_id, self.run_id)
            return state if state in ("success", "failed") else None

        return self.wait(finished, "the run to finish")

    def wait_parked(self, map_index: int = -1) -> datetime:
        """Wait until the gate has given its worker back; gives the time at which it did."""
        self.wait_state(*PARKED, map_index=map_index)
        return max(self.told("deferred") + self.told("awaiting_input"))

    def told(self, event: str, try_number: int | None = None) -> list[datetime]:
        """When Airflow's log has this of the gate; None: of any try."""
        query = {"dag_id": self.dag_id, "run_id": self.run_id, "task_id": "gate", "event": event}
        response = self.stack.admin.get("/api/v2/eventLogs", params=query)
        response.raise_for_status()
        entries = response.json()["event_logs"]
        return sorted(moment(e["when"]) for e in entries if try_number in {None, e["try_number"]})

    def mark(self, state: str) -> None:
        """Set the state of the gate by hand, as the author."""
        author = self.stack.client("author")
        author.patch(f"{self.path}/taskInstances/gate", json={"new_state": state}).raise_for_status()

    def delete(self) -> None:
        """Delete the run, as an administrator.

        Airflow deletes only runs that do not run, so it is sent back to the queue of a paused Dag first.
        """
        dag = f"/api/v2/dags/{self.dag_id}"
        self.stack.admin.patch(dag, json={"is_paused": True}).raise_for_status()
        self.stack.admin.patch(self.path, json={"state": "queued"}).raise_for_status()
        self.stack.admin.delete(self.path).raise_for_status()
        self.stack.admin.patch(dag, json={"is_paused": False}).raise_for_status()

    def xcom(self, task_id: str = "gate", key: str = "return_value") -> Any:
        """What the task left there."""
        response = self.stack.admin.get(f"{self.path}/taskInstances/{task_id}/xcomEntries/{key}")
        response.raise_for_status()
        return response.json()["value"]

    def log(self, task_id: str = "gate", map_index: int = -1) -> str:
        """What all tries of the task instance have logged, in short lines."""
        folder = self.stack.home / "logs" / "tasks" / f"dag_id={self.dag_id}" / f"run_id={self.run_id}"
        folder /= f"task_id={task_id}" if map_index < 0 else f"task_id={task_id}/map_index={map_index}"
        return "\n".join(line for log in sorted(folder.glob("attempt=*.log")) for line in _short_lines(log))

    def started_at(self, try_number: int = 1) -> list[datetime]:
        """When a worker began to run the gate."""
        return self.told("running", try_number)

    # Requests

    def requests(self) -> list[dict[str, Any]]:
        """All approval requests of the run, oldest first."""
        query = {"dag_id": self.dag_id, "run_id": self.run_id, "order_by": "created_at"}
        response = self.stack.admin.get(APPROVALS, params=query)
        response.raise_for_status()
        return list(response.json()["approvals"])

    def wait_request(self, *statuses: str, try_number: int = 1, map_index: int = -1) -> dict[str, Any]:
        """Wait until the gate's request of that try is in one of the statuses."""

        def reached() -> dict[str, Any] | None:
            for found in self.requests():
                if (found["try_number"], found["map_index"]) == (try_number, map_index):
                    return found if found["status"] in statuses else None
            return None

        what = f"the request of try {try_number}, map index {map_index}, to be {' or '.join(statuses)}"
        return self.wait(reached, what)

    def events(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """The audit trail of a request, oldest first."""
        response = self.stack.admin.get(f"{APPROVALS}/{request['id']}/events")
        response.raise_for_status()
        return list(response.json()["events"])

    def types(self, request: dict[str, Any]) -> list[str]:
        """What happened to a request, oldest first."""
        return [event["type"] for event in self.events(request)]

    def post(self, user: str, request: dict[str, Any], command: str, **body: Any) -> httpx.Response:
        """Do something to a request as that user, and give the answer, whatever it is."""
        return self.stack.client(user).post(f"{APPROVALS}/{request['id']}/{command}", json=body)

    def decide(self, user: str, request: dict[str, Any], command: str, **body: Any) -> dict[str, Any]:
        """Do something to a request as that user, which must succeed."""
        response = self.post(user, request, command, **body)
        assert response.status_code == httpx.codes.OK, response.text
        return dict(response.json())

    # When something goes wrong

    def wait(self, predicate: Callable[[], T | None], what: str) -> T:
        """Wait until the predicate answers something true."""
        found = self.stack.wait_for(predicate, LIMIT_SECONDS, f"{what} ({self.dag_id}, {self.run_id})")
        assert found is not None
        return found

    def story(self) -> str:
        """Tasks, requests with their events, and the end of the gate's logs."""
        lines = []
        try:
            for task in self.stack.task_instances(self.dag_id, self.run_id):
                facts = ("task_id", "map_index", "state", "try_number", "start_date", "end_date", "pid")
                lines.append(f"task {' '.join(str(task[fact]) for fact in facts)}")
            for request in self.requests():
                facts = ("id", "map_index", "try_number", "status", "level", "expires_at", "resumed_at")
                lines.append(f"request {' '.join(str(request[fact]) for fact in facts)}")
                lines += [f"  {e['at']} {e['type']} by {e['actor']['name']}" for e in self.events(request)]
        except httpx.HTTPError as error:
            lines.append(f"the API server does not tell more: {error!r}")
        folder = self.stack.home / "logs" / "tasks" / f"dag_id={self.dag_id}" / f"run_id={self.run_id}"
        for log in sorted(folder.rglob("*.log")):
            lines.append(f"--- the end of {log.relative_to(folder)}")
            lines += _short_lines(log)[-LOG_TAIL_LINES:]
        return "\n".join(lines)


def moment(text: str) -> datetime:
    """Read a time as the REST APIs write it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


@contextmanager
def killed_triggerer(stack: AirflowStack) -> Iterator[None]:
    """Kill the triggerer with SIGKILL, and have a new one afterwards."""
    stack.kill_component("triggerer")
    try:
        yield
    finally:
        stack.start_component("triggerer")
        stack.wait_healthy()


def _short_lines(log: Path) -> list[str]:
    """Time, level, message and errors of each line of a task's log."""
    return [_short(line) for line in log.read_text(errors="replace").splitlines()]


def _short(line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    errors = [f"{e['exc_type']}: {e['exc_value']}" for e in entry.get("error_detail", ())]
    facts = (entry.get("timestamp"), entry["level"], entry["event"], entry.get("reason"), *errors)
    return " ".join(str(fact) for fact in facts if fact)
