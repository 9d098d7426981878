"""Airflow's configuration, database and accounts in one home directory; nothing of it runs by itself."""

from __future__ import annotations

import base64
import json
import os
import random
import secrets as random_secrets
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, asdict, dataclass, field
from pathlib import Path
from typing import Literal

AuthManager = Literal["fab", "simple"]

OUTPUT_TAIL_LINES = 50

_AUTH_MANAGERS: Mapping[AuthManager, str] = {
    "fab": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
    "simple": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
}

# Below the ranges from which Linux and macOS take the ports of outgoing connections.
_FREE_PORTS = range(20000, 32000)


class StackError(RuntimeError):
    """Airflow did not do what was asked; the message carries the end of its logs."""


@dataclass(frozen=True)
class Account:
    """A user of the stack; under "simple" only the first role counts, one of viewer, user, op, admin."""

    name: str
    password: str
    roles: tuple[str, ...] = ()


@dataclass(eq=False)
class Deployment:
    """What Airflow is told about itself, where it keeps things, and who may sign in."""

    home: Path
    _: KW_ONLY
    dags_folder: Path | None = None  # None: `<home>/dags`
    port: int | None = None  # None: a free one
    host: str = "127.0.0.1"  # the interface to listen on
    base_path: str = ""  # "/team-a" puts Airflow under that path
    auth: AuthManager = "fab"
    database_url: str | None = None  # None: SQLite in the home
    extra_env: Mapping[str, str] = field(default_factory=dict)  # wins over everything set here
    progress: Callable[[str], None] = lambda _message: None  # is told what is being done
    base_url: str = field(init=False)
    accounts: dict[str, Account] = field(init=False)

    def __post_init__(self) -> None:
        """Fill in what was left open and make the folders."""
        self.home = self.home.resolve()
        self.dags_folder = (self.dags_folder or self.home / "dags").resolve()
        self.port = self.port or free_port()
        self.base_url = f"http://127.0.0.1:{self.port}{self.base_path.rstrip('/')}"
        for folder in (self.home, self.dags_folder, self.home / "logs", self.home / "tmp"):
            folder.mkdir(parents=True, exist_ok=True)
        self.accounts = self._load_accounts()

    @property
    def env(self) -> dict[str, str]:
        """Environment of every Airflow process: the caller's, without its own Airflow settings, plus ours."""
        passwords_file = self.home / "simple_passwords.json"
        passwords_file.write_text(json.dumps({user.name: user.password for user in self.accounts.values()}))
        simple_users = ",".join(
            f"{user.name}:{(*user.roles, 'viewer')[0]}" for user in self.accounts.values()
        )
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
        no_proxy = ",".join(filter(None, [inherited.get("NO_PROXY"), "127.0.0.1,localhost"]))
        temporary = str(self.home / "tmp")
        return {
            **inherited,
            **load_secrets(self.home / "secrets.json"),
            "NO_PROXY": no_proxy,
            "no_proxy": no_proxy,
            "TMPDIR": temporary,
            "PYTHONUNBUFFERED": "1",
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags_folder),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__AUTH_MANAGER": _AUTH_MANAGERS[self.auth],
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": simple_users,
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords_file),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.base_url}/execution/",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.database_url
            or f"sqlite:///{self.home / 'airflow.db'}",
            "AIRFLOW__API__BASE_URL": self.base_url,
            "AIRFLOW__API__HOST": self.host,
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
            "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
            "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "2",
            "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "2",
            "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "15",
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.home / "logs" / "tasks"),
            "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(
                self.home / "logs" / "dag_processor"
            ),
            "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
            **self.extra_env,
        }

    def airflow(self, *args: str, timeout_seconds: float = 180) -> str:
        """Run an `airflow` command to its end and return its standard output."""
        return self._run("airflow " + " ".join(args), ["-m", "airflow", *args], timeout_seconds)

    def migrate(self) -> None:
        """Create or upgrade the database, the tables of the installed providers included."""
        self.progress("migrating the database")
        self.airflow("db", "migrate")

    def create_accounts(
        self,
        users: Sequence[Account] = (),
        roles: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    ) -> None:
        """Create roles (name to (action, resource) permissions) and users in one step; may be repeated.

        Under "simple" this writes configuration that Airflow reads when it starts, and roles cannot be made.
        """
        if self.auth == "simple":
            if roles:
                raise ValueError("SimpleAuthManager has four fixed roles, no others can be made")
        else:
            self.progress("creating roles and users")
            accounts = self.home / "tmp" / "new_accounts.json"
            accounts.write_text(json.dumps({"roles": roles or {}, "users": [asdict(user) for user in users]}))
            script = Path(__file__).with_name("fab_accounts.py")
            self._run("creating accounts", [str(script), str(accounts)], timeout_seconds=180)
            accounts.unlink()
        self.accounts |= {user.name: user for user in users}
        (self.home / "accounts.json").write_text(
            json.dumps([asdict(user) for user in self.accounts.values()])
        )

    def create_user(self, name: str, password: str, roles: Sequence[str]) -> None:
        """Create one user; several at once are much cheaper with create_accounts()."""
        self.create_accounts(users=[Account(name, password, tuple(roles))])

    def create_role(self, name: str, permissions: Sequence[tuple[str, str]] = ()) -> None:
        """Create one FAB role with (action, resource) permissions, such as ("can_read", "DAGs")."""
        self.create_accounts(roles={name: permissions})

    def _run(self, what: str, python_args: Sequence[str], timeout_seconds: float) -> str:
        command = [sys.executable, *python_args]
        try:
            done = subprocess.run(
                command,
                env=self.env,
                cwd=self.home,
                capture_output=True,
                text=True,
                check=False,
                timeout=timeout_seconds,
            )
        except subprocess.TimeoutExpired:
            raise StackError(f"{what} did not end within {timeout_seconds:.0f} s") from None
        if done.returncode:
            output = (done.stdout + done.stderr).splitlines()[-OUTPUT_TAIL_LINES:]
            raise StackError("\n".join([f"{what} ended with exit code {done.returncode}:", *output]))
        return done.stdout

    def _load_accounts(self) -> dict[str, Account]:
        if not (self.home / "accounts.json").exists():
            return {}
        stored = json.loads((self.home / "accounts.json").read_text())
        return {a["name"]: Account(a["name"], a["password"], tuple(a["roles"])) for a in stored}


def free_port() -> int:
    """A port of the loopback interface that nothing uses at the moment."""
    while True:
        port = random.choice(_FREE_PORTS)  # noqa: S311  (no secret)
        if is_free(port):
            return port


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Could a server listen on this port now?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def load_secrets(file: Path) -> dict[str, str]:
    """The keys kept in the file, random on first use, so that a second start can read what it finds."""
    if not file.exists():
        secrets = {
            "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(random_secrets.token_bytes(32)).decode(),
            "AIRFLOW__API__SECRET_KEY": random_secrets.token_urlsafe(32),
            "AIRFLOW__API_AUTH__JWT_SECRET": random_secrets.token_urlsafe(64),
        }
        file.touch(mode=0o600)
        file.write_text(json.dumps(secrets, indent=2))
    return dict(json.loads(file.read_text()))
