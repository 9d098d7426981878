"""What ten thousand waiting gates cost in a minute: requests to our API, and triggers.

Fills the database of a whole Airflow with gates that wait in ``awaiting_input``, starts it, and counts.
Usage: ``python -m benchmarks.waiting [--gates 10000] [--seconds 60]``.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, text

from dev.stack import Account, AirflowStack


def main(gates: int, seconds: float) -> None:
    """Fill, wait, count and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        AirflowStack(Path(folder), progress=lambda what: print(what, file=sys.stderr)) as stack,
    ):
        stack.migrate()
        stack.create_accounts(users=[Account("admin", "admin", ("Admin",))])
        database = f"sqlite:///{Path(folder) / 'airflow.db'}"
        crowd = ["--closed", "0", "--open", str(gates), "--no-native"]
        command = [sys.executable, "-m", "benchmarks.crowd", database, *crowd]
        subprocess.run(command, env={**stack.env, "PYTHONPATH": str(Path.cwd())}, check=True)
        stack.start()
        stack.wait_healthy()
        heard = len(stack.log_file("api-server").read_text())
        time.sleep(seconds)
        news = stack.log_file("api-server").read_text()[heard:]
        requests = len(re.findall(r"path=/approvals/", news))
        with create_engine(database).connect() as connection:
            counts = {
                what: connection.execute(text(query)).scalar_one()
                for what, query in {
                    "waiting": "SELECT count(*) FROM task_instance WHERE state = 'awaiting_input'",
                    "triggers": "SELECT count(*) FROM trigger",
                }.items()
            }
        print(f"{counts['waiting']:,} gates waiting in awaiting_input for {seconds:g} s:")
        print(f"  {requests} requests to our API, {counts['triggers']} triggers")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--gates", type=int, default=10_000)
    arguments.add_argument("--seconds", type=float, default=60)
    asked = arguments.parse_args()
    main(asked.gates, asked.seconds)
