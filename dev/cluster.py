"""A whole Airflow of several machines on one: two of everything, Celery, Redis, PostgreSQL, one address.

    with running_cluster(home) as cluster:
        cluster.create_accounts(...)
        cluster.start()
        cluster.wait_healthy()
        cluster.kill_component("api-server-1")

Needs the server programs of PostgreSQL and Redis, HAProxy, and Airflow's Celery provider. What ends by itself
is started again, as a service manager does. Workers and triggerers do not have ``[api_auth] jwt_secret``.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

from dev.deployment import free_port
from dev.patience import SteadyReading
from dev.postgres import PrivateServer, find_programs, prepared_server
from dev.processes import session_members
from dev.stack import AirflowStack

SERVICES = ("redis", "proxy")
COMPONENTS = (
    *("api-server-1", "api-server-2", "scheduler-1", "scheduler-2", "dag-processor-1"),
    *("triggerer-1", "triggerer-2", "worker-1", "worker-2"),
)
NO_SECRET_OF_PEOPLE = {"AIRFLOW__API_AUTH__JWT_SECRET": ""}
SECRET = "AIRFLOW__APPROVALS__JWT_SECRET"
_JOBS = {"scheduler": "SchedulerJob", "triggerer": "TriggererJob", "dag-processor": "DagProcessorJob"}

# How soon Airflow notices that a part of it has died; its own are for days, not for tests.
SOON = {
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "45",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
    "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "3",
}

_PROXY = """\
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout check 15s
  retries 2
  option redispatch
listen airflow
  bind 127.0.0.1:{port}
  option httpchk GET {health}
  http-check expect string '"status":"healthy"'
  default-server check inter 1s fall 2 rise 1
{servers}
"""


def missing() -> list[str]:
    """What has to be installed before a cluster can run here."""
    found = {
        "PostgreSQL": find_programs(),
        "Redis": shutil.which("redis-server"),
        "HAProxy": shutil.which("haproxy"),
        "apache-airflow-providers-celery": find_spec("celery"),
    }
    return [name for name, where in found.items() if where is None]


@contextlib.contextmanager
def running_cluster(home: Path, **options: Any) -> Iterator[Cluster]:
    """Run database, broker and proxy; the database has its tables. Airflow's parts are yet to be started."""
    programs = find_programs()
    assert programs is not None, "PostgreSQL is installed"  # noqa: S101  (see `missing`)
    with (
        prepared_server(programs, crash_safe=True) as postgres,
        Cluster(home, postgres=postgres, database_url=postgres.url, **options) as cluster,
    ):
        cluster.start_database()
        cluster.migrate()
        cluster.start(SERVICES)
        yield cluster


@dataclass(eq=False)
class Cluster(AirflowStack):
    """A deployment whose components come in twos: their names end in their number."""

    postgres: PrivateServer = field(kw_only=True)
    base_path: str = "/team-a"
    told: dict[str, dict[str, str]] = field(init=False, default_factory=dict)  # kind or name -> environment
    ended_by_itself: list[str] = field(init=False, default_factory=list)
    _ports: dict[str, int] = field(init=False, default_factory=dict)
    _heard: dict[str, int] = field(init=False, default_factory=dict)  # name -> size of its log at its start
    _database: contextlib.ExitStack | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Have a broker, and secrets of their own for those who need them."""
        super().__post_init__()
        self._ports = {name: free_port() for name in ("redis", "api-server-1", "api-server-2")}
        self.extra_env = {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CORE__PARALLELISM": "32",
            "AIRFLOW__CELERY__BROKER_URL": f"redis://127.0.0.1:{self._ports['redis']}/0",
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{self.database_url}",
            SECRET: secrets.token_hex(64),
            **SOON,
            **self.extra_env,
        }
        self.told = {"worker": NO_SECRET_OF_PEOPLE, "triggerer": NO_SECRET_OF_PEOPLE}

    def __exit__(self, *exc_info: object) -> None:
        super().__exit__(*exc_info)
        if self._database is not None:
            self.stop_database()

    def start(self, components: Sequence[str] = COMPONENTS) -> None:
        """Start the components."""
        super().start(components)

    # The database

    def start_database(self) -> None:
        """Start it, with the data that it has."""
        self._database = contextlib.ExitStack()
        self._database.enter_context(self.postgres.running())

    def stop_database(self, *, at_once: bool = False) -> None:
        """End it, and everybody's connections; at_once: as if it had crashed."""
        assert self._database is not None, "it runs"  # noqa: S101
        if at_once:
            self.postgres.crash()
        self._database.close()
        self._database = None

    # Components

    def tell(self, who: str, **environment: str) -> None:
        """Give a kind of component, or one of them, something in its environment when it next starts."""
        self.told[who] = {**self.told.get(who, {}), **environment}

    def env_of(self, name: str) -> Mapping[str, str]:
        """Environment of a component: that of all, what its kind was told, what it was told."""
        return {**self.env, **self.told.get(kind(name), {}), **self.told.get(name, {})}

    def command(self, name: str) -> list[str]:
        """What starts a component, a server of Redis, or the proxy."""
        match kind(name):
            case "redis":
                folder = self.home / "redis"
                folder.mkdir(exist_ok=True)
                command = ["redis-server", "--port", str(self._ports["redis"]), "--bind", "127.0.0.1"]
                return [*command, "--dir", str(folder), "--appendonly", "yes", "--save", ""]
            case "proxy":
                return ["haproxy", "-db", "-f", str(self._proxy_config())]
            case "api-server":
                return [*super().command("api-server"), "--port", str(self._ports[name])]
            case "worker":
                options = ["--celery-hostname", f"{name}@%h", "--concurrency", "6", "--skip-serve-logs"]
                return [sys.executable, "-m", "airflow", "celery", "worker", *options]
            case airflows:
                return super().command(airflows)

    def start_component(self, name: str) -> None:
        """Start one component that is not running."""
        log = self.log_file(name)
        self._heard[name] = log.stat().st_size if log.exists() else 0
        super().start_component(name)

    def name_of(self, pid: int) -> str | None:
        """The component to which a process belongs."""
        for name, process in self._running.items():
            if pid in session_members(process.pid):
                return name
        return None

    def check_running(self) -> None:
        """Start what has ended by itself, as a service manager does."""
        for name, process in list(self._running.items()):
            if process.exit_code is not None:
                self.ended_by_itself.append(name)
                self.kill_component(name)  # whatever it left behind
                self.start_component(name)

    def health(self) -> dict[str, bool]:
        """For each running component: does it serve, or has it reported itself alive since it was started?"""
        jobs = self._heartbeats()
        return {name: self._is_well(name, jobs) for name in self._running}

    def heard(self, name: str) -> str:
        """What a component has printed since it was last started."""
        with self.log_file(name).open(errors="replace") as log:
            log.seek(self._heard[name])
            return log.read()

    # Over HTTP

    def transport(self) -> httpx.BaseTransport:
        """What reads goes on while servers are away."""
        return SteadyReading()

    @property
    def health_path(self) -> str:
        """What tells whether an API server serves approvals: who stands before it asks there."""
        return f"{self.base_path}/approvals/v1/health"

    # Inner workings

    def _proxy_config(self) -> Path:
        servers = [f"  server {n} 127.0.0.1:{p}" for n, p in self._ports.items() if kind(n) == "api-server"]
        config = self.home / "haproxy.cfg"
        config.write_text(_PROXY.format(port=self.port, health=self.health_path, servers="\n".join(servers)))
        return config

    def _heartbeats(self) -> dict[str, list[datetime]]:
        """The last heartbeats of those of Airflow's jobs that call themselves alive, by their type."""
        found: dict[str, list[datetime]] = {}
        try:
            answer = self.admin.get("/api/v2/jobs", params={"is_alive": True, "limit": 100})
            for job in answer.json()["jobs"] if answer.is_success else ():
                beat = datetime.fromisoformat(job["latest_heartbeat"].replace("Z", "+00:00"))
                found.setdefault(job["job_type"], []).append(beat)
        except httpx.HTTPError:
            pass
        return found

    def _is_well(self, name: str, jobs: Mapping[str, Sequence[datetime]]) -> bool:
        match kind(name):
            case "redis":
                return self._redis_answers()
            case "proxy":
                return True
            case "api-server":
                return self._serves(self._ports[name])
            case "worker":
                return " ready." in self.heard(name)
            case other:
                peers = [peer for peer in self._running if kind(peer) == other]
                since = max(self._started_at[peer] for peer in peers)
                return sum(beat > since for beat in jobs.get(_JOBS[other], ())) >= len(peers)

    def _redis_answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._ports["redis"]), timeout=2) as redis:
                redis.sendall(b"PING\r\n")
                return redis.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def _serves(self, port: int) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}{self.health_path}", trust_env=False).is_success
        except httpx.TransportError:
            return False


def kind(name: str) -> str:
    """What a component is, without its number."""
    what, _, number = name.rpartition("-")
    return what if number.isdigit() else name


def until(cluster: Cluster, seconds: float, since: float | None = None) -> None:
    """Wait until so many seconds have gone by since a moment of ``time.monotonic``; None: since now."""
    end = (time.monotonic() if since is None else since) + seconds
    cluster.wait_for(lambda: time.monotonic() > end, seconds + 60, f"{seconds:g} s to go by")
