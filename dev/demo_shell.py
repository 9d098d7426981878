"""A shell, or one command, for which `airflow` is the demo's: what `make demo-shell` starts."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from dev.demo import DEMO_SETTINGS, REPOSITORY
from dev.deployment import Deployment

HOME = REPOSITORY / ".demo"
WELCOME = """The `airflow` of this shell is the demo's. Try:

  airflow approvals list
  airflow approvals approve ID --as manager

`exit` leaves it; the demo goes on."""


def environment(home: Path) -> dict[str, str]:
    """Give what the demo's own processes are given, with `airflow` and `python` on the path."""
    port = int((home / "port").read_text())
    demo = Deployment(home, dags_folder=REPOSITORY / "dags", port=port, extra_env=DEMO_SETTINGS)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {**demo.env, "PATH": path, "VIRTUAL_ENV": sys.prefix}


def main(command: list[str], home: Path = HOME) -> NoReturn:
    """Become the command, or a shell."""
    if not (home / "port").exists():
        sys.exit("There is no demo yet: run `make demo` first.")
    if not command:
        print(WELCOME, flush=True)
        command = [os.environ.get("SHELL") or "/bin/sh", "-i"]
    variables = environment(home)
    program = shutil.which(command[0], path=variables["PATH"])
    if program is None:
        sys.exit(f"There is no program {command[0]}.")
    os.execve(program, command, variables)  # noqa: S606  (what was typed, by whom it runs)


if __name__ == "__main__":
    main(sys.argv[1:])
