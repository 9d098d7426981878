"""What the sweep costs with very many requests due or waiting, and what people who read meanwhile notice.

Starts an API server on a PostgreSQL database, which has to be empty, fills it with a crowd, and sweeps over
REST as the maintenance Dag does, call by call. Meanwhile one person reads the list of a Dag again and again.
Usage: ``python -m benchmarks.sweeping DATABASE_URL [--due 100000] [--waiting 10000] [--closed 0]``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

import sqlalchemy as sa

from airflow_approvals.wire.operations import SweepShape
from airflow_approvals.wire.rounds import until_done
from benchmarks.crowd import Crowd
from dev.stack import Account, AirflowStack

READER_PAUSE_SECONDS = 0.1
ALONE_SECONDS = 20.0
IDLE_SWEEPS = 5
APPROVALS = "/approvals/v1/approvals"
TABLES = "approval, dag_bundle, dag, dag_run, trigger, log"


@dataclass
class Readings:
    """How long a person waited for a list, in seconds."""

    seconds: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        p95 = quantiles(self.seconds, n=20)[-1]
        return f"{median(self.seconds) * 1000:.0f} ms, 95 %: {p95 * 1000:.0f} ms"


@dataclass(frozen=True)
class Swept:
    """One sweep: how long its calls took, in seconds, and what they did."""

    calls: list[float]
    counts: dict[str, int | bool]


@dataclass(frozen=True)
class Bench:
    """A running API server and its database."""

    stack: AirflowStack
    database: sa.Engine

    def fill(self, crowd: Crowd) -> None:
        """Have this crowd there, and no other; in a process with the server's settings."""
        with self.database.begin() as connection:
            connection.execute(sa.text(f"TRUNCATE {TABLES} CASCADE"))
        command = [sys.executable, "-m", "benchmarks.crowd", str(self.stack.database_url), "--no-native"]
        command += ["--closed", str(crowd.closed), "--open", str(crowd.open), "--dags", str(crowd.dags)]
        command += ["--to-escalate", str(crowd.to_escalate), "--to-expire", str(crowd.to_expire)]
        env = {**self.stack.env, "PYTHONPATH": str(Path.cwd())}
        subprocess.run(command, env=env, check=True, stdout=sys.stderr)

    def sweep(self) -> Swept:
        """Do what the maintenance Dag does."""
        calls: list[float] = []

        def call(failed: Collection[UUID], after: UUID | None) -> SweepShape:
            body = {"leave_out": [str(each) for each in failed], "after": after and str(after)}
            begun = time.perf_counter()
            answer = self.stack.admin.post("/approvals/v1/maintenance/escalate", json=body)
            calls.append(time.perf_counter() - begun)
            shape = SweepShape.model_validate_json(answer.raise_for_status().content)
            print(f"{calls[-1]:.1f} s: {shape}", file=sys.stderr)
            return shape

        return Swept(calls, until_done(call).summary)

    @contextmanager
    def reading(self) -> Iterator[Readings]:
        """Read a list again and again while the context lasts."""
        readings, over = Readings(), threading.Event()
        person = self.stack.client("reader")

        def read() -> None:
            while not over.wait(READER_PAUSE_SECONDS):
                begun = time.perf_counter()
                person.get(APPROVALS, params={"dag_id": "dag_1", "limit": 25}).raise_for_status()
                readings.seconds.append(time.perf_counter() - begun)

        thread = threading.Thread(target=read)
        thread.start()
        try:
            yield readings
        finally:
            over.set()
            thread.join()


def main(database_url: str, due: int, waiting: int, closed: int) -> None:
    """Fill, sweep and print, thrice."""
    with (
        tempfile.TemporaryDirectory(prefix="approvals-sweeping-") as folder,
        AirflowStack(
            Path(folder), database_url=database_url, progress=lambda what: print(what, file=sys.stderr)
        ) as stack,
    ):
        stack.migrate()
        stack.create_accounts(
            users=[Account("admin", "admin", ("Admin",)), Account("reader", "reader", ("Op",))]
        )
        stack.start(["api-server"])
        stack.wait_healthy()
        bench = Bench(stack, sa.create_engine(database_url))
        lines = [["what", "measured", "goal"], ["---", "---:", "---:"]]
        bench.fill(Crowd(closed=closed, open=waiting, dags=500))
        few = [bench.sweep() for _ in range(IDLE_SWEEPS)]
        lines.append([f"a call that finds nothing, {waiting:,} waiting", _call(few), "-"])
        for what, goal, escalates in (("to escalate", 120, True), ("to expire, tasks ended", 600, False)):
            all_due = {"to_escalate" if escalates else "to_expire": due}
            bench.fill(Crowd(closed=closed, open=waiting + due, dags=500, **all_due))
            with bench.reading() as alone:
                time.sleep(ALONE_SECONDS)
            with bench.reading() as beside:
                swept = bench.sweep()
            print(swept.counts, file=sys.stderr)
            ratio = median(beside.seconds) / median(alone.seconds)
            lines.append([f"{due:,} {what}", f"{sum(swept.calls):.0f} s", f"<= {goal * due / 100_000:.0f} s"])
            lines.append(["its longest call", f"{max(swept.calls):.1f} s", "<= 10 s"])
            lines.append(["a list without it", str(alone), "-"])
            lines.append(["a list beside it", f"{beside}, {ratio:.2f} x", "<= 1.20 x"])
            if escalates:
                many = [bench.sweep() for _ in range(IDLE_SWEEPS)]
                calls = f"{_call(many)}, {_seconds(many) / _seconds(few):.2f} x"
                lines.append([f"a call that finds nothing, {waiting + due:,} waiting", calls, "about 1 x"])
        print("\n".join(f"| {' | '.join(cells)} |" for cells in lines))


def _seconds(sweeps: list[Swept]) -> float:
    return median(seconds for swept in sweeps for seconds in swept.calls)


def _call(sweeps: list[Swept]) -> str:
    return f"{_seconds(sweeps) * 1000:.0f} ms ({len(sweeps[0].calls)} a sweep)"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database_url")
    parser.add_argument("--due", type=int, default=100_000)
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--closed", type=int, default=0)
    given = parser.parse_args()
    main(given.database_url, given.due, given.waiting, given.closed)
