"""A process that has Airflow loaded, and runs each command in a fork of itself: loading it takes seconds.

Reads a JSON object a line: ``argv``, ``env``, ``cwd``, and the files ``out``, ``err`` and ``code`` to fill. A
command begins as ``python -m airflow`` does, in a process of its own, only later.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any


def serve() -> None:
    """Run commands until the input ends."""
    from airflow.__main__ import main
    from airflow.cli import cli_parser

    cli_parser.get_parser()
    for line in sys.stdin:
        asked = json.loads(line)
        if os.fork() == 0:  # waits for the command, so that others can begin meanwhile
            command = os.fork()
            if command == 0:
                run(main, asked)
            _, status = os.waitpid(command, 0)
            done = Path(asked["code"])
            done.with_suffix(".part").write_text(str(os.waitstatus_to_exitcode(status)))
            done.with_suffix(".part").rename(done)
            os._exit(0)
        _reap()


def run(main: Any, asked: dict[str, Any]) -> None:
    """Be the command, and end."""
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    for name, stream in (("out", 1), ("err", 2)):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT), stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["airflow", *asked["argv"]]
    code: Any = 0
    try:
        main()
    except SystemExit as error:
        code = error.code
    except BaseException:  # noqa: BLE001  (as Python itself does at the end of a process)
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


def _reap() -> None:
    while True:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if ended == 0:
            return


if __name__ == "__main__":
    serve()
