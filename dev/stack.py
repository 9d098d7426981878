"""A real Airflow 3 from the running interpreter's environment: four processes, one home directory.

    with AirflowStack(home, dags_folder=dags) as stack:
        stack.migrate()
        stack.create_accounts(users=[Account("admin", "admin", ("Admin",))])
        stack.start()
        stack.wait_healthy()
        run_id = stack.trigger_dag("example")

Everything lives in the home: database, secrets, accounts, logs, temporary files. Ports come from the caller
or are free ones, so stacks run side by side, and starting again on the same home works on what is there.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

import httpx
from typing_extensions import Self

from dev.deployment import Account, Deployment, StackError
from dev.patience import PatientTransport
from dev.processes import Process, session_members

__all__ = ["COMPONENTS", "Account", "AirflowStack", "HomeInUseError", "StackError"]

COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
POLL_SECONDS = 0.2
# The triggerer sometimes takes ten seconds over its shutdown, for which nobody needs to wait in the end.
LAST_STOP_SECONDS = 6.0
LOG_TAIL_LINES = 25
TASK_LOGS = 4

T = TypeVar("T")


class HomeInUseError(StackError):
    """Airflow already runs on this home."""


@dataclass(eq=False)
class AirflowStack(Deployment):
    """A deployment with the processes that serve it."""

    _running: dict[str, Process] = field(init=False, default_factory=dict)
    _started_at: dict[str, datetime] = field(init=False, default_factory=dict)
    _clients: dict[str, httpx.Client] = field(init=False, default_factory=dict)
    _lock: int | None = field(init=False, default=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.stop()

    # Running

    def start(self, components: Sequence[str] = COMPONENTS) -> None:
        """Start the components; wait_healthy() tells when they are ready."""
        for name in components:
            self.progress(f"starting the {name}")
            self.start_component(name)

    def claim_home(self) -> int:
        """Keep others out of the home until stop(); start_component() does it, too.

        Raises a HomeInUseError when Airflow runs on it already. Components inherit the lock, so that what a
        crash left running is noticed.
        """
        if self._lock is None:
            file = self.home / "lock"
            lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                pids = [pid for leader in file.read_text().split() for pid in session_members(int(leader))]
                hint = f", or with `kill {' '.join(map(str, pids))}`" if pids else ""
                raise HomeInUseError(
                    f"Airflow is already running on {self.home}: stop it where it was started{hint}"
                ) from None
            os.ftruncate(lock, 0)
            self._lock = lock
        return self._lock

    def start_component(self, name: str) -> None:
        """Start one component that is not running."""
        if name in self._running:
            raise ValueError(f"{name} is already running")
        lock = self.claim_home()
        self._started_at[name] = datetime.now(timezone.utc)
        self._running[name] = Process(
            name, self.command(name), env=self.env_of(name), log=self.log_file(name), keep=[lock]
        )
        (self.home / "lock").write_text(" ".join(str(process.pid) for process in self._running.values()))

    def command(self, name: str) -> list[str]:
        """What starts a component."""
        command = [sys.executable, "-m", "airflow", name]
        if name in ("scheduler", "triggerer"):
            # The log servers have fixed ports, and are not needed: the API server reads logs from the home.
            command.append("--skip-serve-logs")
        return command

    def env_of(self, _name: str) -> Mapping[str, str]:
        """Environment of a component: the same for all."""
        return self.env

    def stop_component(self, name: str) -> None:
        """End one component the way a service manager does."""
        self._running.pop(name).stop()

    def kill_component(self, name: str) -> None:
        """End one component and all its child processes with SIGKILL."""
        self._running.pop(name).kill()

    def stop(self) -> None:
        """End everything that was started; harmless when nothing runs."""
        with contextlib.ExitStack() as undo:  # goes on to the end, whatever is raised on the way
            if self._lock is not None:
                undo.callback(os.close, self._lock)
            for client in self._clients.values():
                undo.callback(client.close)
            for process in self._running.values():
                undo.callback(process.stop, LAST_STOP_SECONDS)
                process.terminate()
            names = ", ".join(self._running)
            self._lock = None
            self._clients = {}
            self._running = {}
            if names:
                self.progress(f"stopping {names}")

    def pid(self, name: str) -> int:
        """Process id of a running component, without its children."""
        return self._running[name].pid

    def log_file(self, name: str) -> Path:
        """The file that collects what a component prints."""
        return self.home / "logs" / f"{name}.log"

    def health(self) -> dict[str, bool]:
        """For each running component: has it reported itself alive since it was started here?"""
        try:
            report = httpx.get(f"{self.base_url}/api/v2/monitor/health", trust_env=False, timeout=10).json()
        except (httpx.TransportError, ValueError):
            return dict.fromkeys(self._running, False)
        return {name: name == "api-server" or self._is_alive(name, report) for name in self._running}

    def wait_healthy(self, timeout_seconds: float = 180) -> None:
        """Wait until every running component has reported itself alive since it was started."""
        reported: set[str] = set()

        def all_healthy() -> bool:
            health = self.health()
            for name in sorted(name for name, healthy in health.items() if healthy and name not in reported):
                reported.add(name)
                self.progress(f"{name} is healthy ({len(reported)} of {len(health)})")
            return all(health.values())

        self.progress("waiting for " + ", ".join(self._running))
        self.wait_for(all_healthy, timeout_seconds, "all components to be healthy")

    def wait_for(self, predicate: Callable[[], T], timeout_seconds: float, what: str) -> T:
        """Wait until the predicate answers something true and return that.

        An unreachable API counts as "not yet". A StackError with the end of the logs is raised after the
        timeout, or at once when a component has ended by itself.
        """
        give_up = time.monotonic() + timeout_seconds
        problem = ""
        while True:
            try:
                if answer := predicate():
                    return answer
                problem = ""
            except httpx.TransportError as error:
                problem = f" (last error: {error!r})"
            self.check_running()
            if time.monotonic() > give_up:
                raise self.failure(f"waited {timeout_seconds:.0f} s in vain for {what}{problem}")
            time.sleep(POLL_SECONDS)

    def check_running(self) -> None:
        """Raise a StackError when a component has ended by itself."""
        for name, process in self._running.items():
            if process.exit_code is not None:
                raise self.failure(f"{name} ended by itself with exit code {process.exit_code}", of=name)

    def failure(self, problem: str, *, of: str | None = None) -> StackError:
        """An error that shows the end of the components' logs and of the latest task logs.

        :param of: the component whose log is shown first.
        """
        task_logs = sorted((self.home / "logs" / "tasks").rglob("*.log"), key=lambda log: log.stat().st_mtime)
        lines = [f"{problem}; logs are in {self.home / 'logs'}"]
        components = sorted(self._started_at, key=lambda name: name != of)
        for log in [*map(self.log_file, components), *task_logs[-TASK_LOGS:]]:
            if log.exists():
                lines.append(f"--- the end of {log.relative_to(self.home)}")
                lines += log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return StackError("\n".join(lines))

    # Using it over HTTP

    def token(self, user: str, password: str | None = None) -> str:
        """Sign in and return a bearer token; password None takes the one the account was created with."""
        credentials = {"username": user, "password": password or self.accounts[user].password}
        response = httpx.post(f"{self.base_url}/auth/token", json=credentials, trust_env=False, timeout=30)
        response.raise_for_status()
        return str(response.json()["access_token"])

    def client(self, user: str) -> httpx.Client:
        """An HTTP client signed in as the user, with paths relative to the base URL; one per user."""
        if user not in self._clients:
            headers = {"Authorization": f"Bearer {self.token(user)}"}
            self._clients[user] = httpx.Client(
                base_url=self.base_url,
                headers=headers,
                transport=self.transport(),
                trust_env=False,
                timeout=30,
            )
        return self._clients[user]

    def transport(self) -> httpx.BaseTransport:
        """What carries the requests of such a client."""
        return PatientTransport(f"{self.base_path.rstrip('/')}/api/v2/")

    @property
    def admin(self) -> httpx.Client:
        """A client of the first account that is an administrator."""
        names = [user.name for user in self.accounts.values() if {"Admin", "admin"} & set(user.roles)]
        if not names:
            raise ValueError("no account of this stack has the role Admin (FAB) or admin (simple)")
        return self.client(names[0])

    def reserialize(self) -> None:
        """Make new and changed Dag files known at once instead of at the Dag processor's next round."""
        self.airflow("dags", "reserialize")

    def wait_dag(self, dag_id: str, timeout_seconds: float = 120) -> None:
        """Wait until a Dag is known and not paused."""

        def known() -> bool:
            response = self.admin.get(f"/api/v2/dags/{dag_id}")
            return response.status_code == httpx.codes.OK and not response.json()["is_paused"]

        self.wait_for(known, timeout_seconds, f"the Dag {dag_id} to be known")

    def trigger_dag(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a Dag run and return its run id."""
        body = {"logical_date": None, "conf": dict(conf or {})}
        response = self.admin.post(f"/api/v2/dags/{dag_id}/dagRuns", json=body)
        response.raise_for_status()
        return str(response.json()["dag_run_id"])

    def dag_run_state(self, dag_id: str, run_id: str) -> str:
        """State of a Dag run: queued, running, success or failed."""
        response = self.admin.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")
        response.raise_for_status()
        return str(response.json()["state"])

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The task instances of a Dag run as Airflow's REST API describes them."""
        response = self.admin.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances")
        response.raise_for_status()
        return list(response.json()["task_instances"])

    # Inner workings

    def _is_alive(self, name: str, report: Mapping[str, Any]) -> bool:
        key = name.replace("-", "_")
        heartbeat = report[key].get(f"latest_{key}_heartbeat")
        return (
            report[key]["status"] == "healthy"
            and heartbeat is not None
            and datetime.fromisoformat(heartbeat.replace("Z", "+00:00")) > self._started_at[name]
        )
