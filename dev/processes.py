"""Start, watch and end one process together with everything it forks."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 20.0
KILL_SECONDS = 10.0


class Process:
    """A child in its own session, with its output appended to a log file.

    The session is what makes "everything it forked" findable: Airflow puts task runners into process groups
    of their own, but none of its processes leaves the session.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path,
        keep: Sequence[int] = (),
    ) -> None:
        """Start the command; `keep` names file descriptors that the child inherits."""
        self.name = name
        self.log = log
        self._asked_to_end = False
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                command,
                env=dict(env),
                cwd=log.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=tuple(keep),
            )

    @property
    def pid(self) -> int:
        """Process id of the child, which is also its session id."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """Exit code, or None while the child runs."""
        return self._popen.poll()

    def terminate(self) -> None:
        """Ask the child to end, and do not wait for it."""
        if not self._asked_to_end:  # a second request would make the scheduler abandon running tasks
            self._asked_to_end = True
            self._popen.terminate()

    def stop(self, timeout_seconds: float = STOP_SECONDS) -> None:
        """Ask the child to end, then end by force what is left of it and of its descendants."""
        try:
            self.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(timeout_seconds)
        finally:  # an impatient second Ctrl-C must not leave anything behind either
            self.kill()

    def kill(self) -> None:
        """End the child and all its descendants at once, as a power cut would."""
        give_up = time.monotonic() + KILL_SECONDS
        while members := session_members(self.pid):
            for pid in members:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._popen.poll()
            if time.monotonic() > give_up:
                raise RuntimeError(f"{self.name}: processes {members} do not end")
            time.sleep(0.02)
        self._popen.wait()


def session_members(session: int) -> list[int]:
    """Ids of the processes in a session, without those that have ended and only wait to be reaped."""
    return [pid for pid in _all_pids() if _session(pid) == session and not _is_zombie(pid)]


def _all_pids() -> list[int]:
    proc = Path("/proc")
    if (proc / "self").exists():
        return [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()]
    listing = subprocess.run(["ps", "-A", "-o", "pid="], capture_output=True, text=True, check=True)
    return [int(line) for line in listing.stdout.split()]


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _is_zombie(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "Z"
