"""A private PostgreSQL server that lasts as long as one command: `python -m dev.postgres -- make test`.

The command finds the server's address in AIRFLOW_APPROVALS_TEST_POSTGRES. When that is set already, the
server it names is used and none is started. The data is temporary and not safe from power cuts.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dev.deployment import free_port

URL_VARIABLE = "AIRFLOW_APPROVALS_TEST_POSTGRES"
START_SECONDS = 60.0
STOP_SECONDS = 30.0

# A crash of the machine loses data so, and one of the server the last half second if it is forgetful, too.
_FAST = ("fsync=off", "full_page_writes=off", "max_connections=200")
_FORGETFUL = ("synchronous_commit=off",)
_MISSING = (
    f"no PostgreSQL server programs found: what needs PostgreSQL is skipped. "
    f"Install them (Debian, Ubuntu: apt-get install postgresql; nothing has to be running), "
    f"or name a server whose user may create databases: "
    f"{URL_VARIABLE}=postgresql+psycopg2://user:password@host:5432/postgres"
)


def find_programs() -> Path | None:
    """The directory of the newest installed PostgreSQL server's programs, None when there is none."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    packaged = Path("/usr/lib/postgresql").glob("*/bin")
    return max(packaged, key=lambda folder: int(folder.parent.name), default=None)


@dataclass(frozen=True)
class PrivateServer:
    """A server's data in a folder, and the free port on which it runs while ``running`` lasts."""

    programs: Path
    folder: Path
    user: str | None
    crash_safe: bool = False  # keeps what was committed when the server, not the machine, ends at once
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """SQLAlchemy's URL of the database that every server has."""
        return f"postgresql+psycopg2://postgres@127.0.0.1:{self.port}/postgres"

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Run it; may be done again, with the same data."""
        options = ["listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}"]
        command = [str(self.programs / "postgres"), "-D", f"{self.folder}/data", "-p", str(self.port)]
        options += [*_FAST, *(() if self.crash_safe else _FORGETFUL)]
        command += [argument for option in options for argument in ("-c", option)]
        log = self.folder / "log"
        with (
            log.open("ab") as output,
            subprocess.Popen(
                command,
                user=self.user,
                cwd=self.folder,
                stdout=output,
                stderr=output,
                start_new_session=True,
            ) as server,
        ):
            try:
                _wait_ready(self.programs, self.port, server, log)
                yield
            finally:
                _stop(server)

    def crash(self) -> None:
        """End it at once, with all connections and without a word to the disk; only while it runs."""
        pg_ctl = [str(self.programs / "pg_ctl"), "stop", "-D", f"{self.folder}/data", "-m", "immediate"]
        subprocess.run(pg_ctl, user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL, check=True)


@contextlib.contextmanager
def prepared_server(programs: Path, *, crash_safe: bool = False) -> Iterator[PrivateServer]:
    """Make a server's data, gone at the end; it does not run yet."""
    # PostgreSQL refuses to run as root; its Debian package brings a user for it.
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="approvals-postgres-") as folder:
        if user:
            account = pwd.getpwnam(user)
            os.chown(folder, account.pw_uid, account.pw_gid)
        initdb = [str(programs / "initdb"), "-D", f"{folder}/data", "-U", "postgres", "-A", "trust"]
        initdb += ["--no-sync", "-E", "UTF8", "--locale", "C"]
        subprocess.run(initdb, user=user, cwd=folder, stdout=subprocess.DEVNULL, check=True)
        yield PrivateServer(programs, Path(folder), user, crash_safe)


@contextlib.contextmanager
def private_server(programs: Path) -> Iterator[str]:
    """Run a server on a free port of the loopback interface; yields its SQLAlchemy URL."""
    with prepared_server(programs) as server, server.running():
        yield server.url


def _wait_ready(programs: Path, port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    probe = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(probe, check=False).returncode:
        if server.poll() is not None or time.monotonic() > give_up:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.1)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast shutdown": does not wait for clients to leave
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)  # "immediate shutdown": also ends the server's own children


def main(arguments: Sequence[str]) -> int:
    """Run the command given after `--`; without PostgreSQL it runs all the same, with a word about it."""
    if arguments[:1] != ["--"] or len(arguments) == 1:
        print("usage: python -m dev.postgres -- COMMAND [ARGUMENT ...]", file=sys.stderr)
        return 2
    with contextlib.ExitStack() as stack:
        environment = dict(os.environ)
        if not environment.get(URL_VARIABLE):
            if programs := find_programs():
                environment[URL_VARIABLE] = stack.enter_context(private_server(programs))
            else:
                print(f"NOTE: {_MISSING}", file=sys.stderr)
        return _run(arguments[1:], environment)


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run the command to its end, also when interrupted: tests have servers of their own to stop."""
    with subprocess.Popen(command, env=environment) as child:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends Ctrl-C to the command as well
        signal.signal(signal.SIGTERM, lambda *_: child.send_signal(signal.SIGINT))
        return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
