"""How late ten thousand waiting triggers in one process hear of an answer that nobody pushes to them.

Starts an API server on a PostgreSQL database, which has to be empty, fills it with gates that wait with a
trigger, runs all their triggers in one event loop, as a triggerer does, and answers some over REST.
Usage: ``python -m benchmarks.watching DATABASE_URL [--triggers 10000] [--answers 20]``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from airflow_approvals.triggers.approval import ApprovalTrigger
from airflow_approvals.triggers.watcher import shared_watcher
from dev.stack import Account, AirflowStack

GOAL_SECONDS = 6.0
STARTING_SECONDS = 30.0
EVERY_SECONDS = 1.7
TICK_SECONDS = 0.05
READS = re.compile(r"path=/approvals/v1/approvals/list")


def main(database_url: str, triggers: int, answers: int) -> None:
    """Fill, wait, answer, and print."""
    with (
        tempfile.TemporaryDirectory(prefix="approvals-watching-") as folder,
        AirflowStack(
            Path(folder), database_url=database_url, progress=lambda what: print(what, file=sys.stderr)
        ) as stack,
    ):
        stack.migrate()
        stack.create_accounts(users=[Account("admin", "admin", ("Admin",))])
        command = [sys.executable, "-m", "benchmarks.crowd", database_url, "--closed", "0", "--no-native"]
        command += ["--open", str(triggers), "--dags", "500", "--way", "trigger"]
        environment = {**stack.env, "PYTHONPATH": str(Path.cwd())}
        subprocess.run(command, env=environment, check=True, stdout=sys.stderr)
        stack.start(["api-server"])
        stack.wait_healthy()
        os.environ.update({name: value for name, value in stack.env.items() if name.startswith("AIRFLOW")})
        with sa.create_engine(database_url).connect() as connection:
            query = "SELECT approval_id, ti_id FROM approval_waiter ORDER BY approval_id"
            waiting = [(str(row.approval_id), str(row.ti_id)) for row in connection.execute(sa.text(query))]
        asyncio.run(_wait(stack, waiting, answers))


async def _wait(stack: AirflowStack, waiting: list[tuple[str, str]], answers: int) -> None:
    loop = asyncio.get_running_loop()
    heard: dict[str, float] = {}
    all_heard = asyncio.Event()

    async def run(approval_id: str, ti_id: str) -> None:
        async for _ in ApprovalTrigger(approval_id=approval_id, ti_id=ti_id).run():
            heard[approval_id] = loop.time()
            if len(heard) == answers:
                all_heard.set()

    tasks = [loop.create_task(run(*each)) for each in waiting]
    await asyncio.sleep(STARTING_SECONDS)
    log = stack.log_file("api-server")
    before, cpu, begun = len(log.read_text()), resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    stalls: list[float] = []
    noting = loop.create_task(_note_stalls(stalls))
    sent: dict[str, float] = {}
    for approval_id, _ in waiting[:: len(waiting) // answers][:answers]:
        await asyncio.sleep(EVERY_SECONDS)
        path = f"/approvals/v1/approvals/{approval_id}/cancel"
        (await asyncio.to_thread(stack.admin.post, path, json={"reason": "x"})).raise_for_status()
        sent[approval_id] = loop.time()
    await all_heard.wait()
    passed = time.monotonic() - begun
    noting.cancel()
    used = resource.getrusage(resource.RUSAGE_SELF)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await shared_watcher().client.close()
    late = [heard[each] - sent[each] for each in sent]
    reads = len(READS.findall(log.read_text()[before:]))
    seconds = used.ru_utime + used.ru_stime - cpu.ru_utime - cpu.ru_stime
    print(f"{len(waiting):,} triggers in one process, {answers} answers")
    print(f"heard of after    {median(late):.1f} s, at most {max(late):.1f} s (goal: {GOAL_SECONDS:g} s)")
    print(f"reads             one every {passed / max(reads, 1):.1f} s")
    print(f"this process      {seconds / passed:.0%} of a core, longest stall {max(stalls) * 1000:.0f} ms")


async def _note_stalls(stalls: list[float]) -> None:
    """Note by how much short sleeps are too long: so long something else ran."""
    while True:
        begun = time.monotonic()
        await asyncio.sleep(TICK_SECONDS)
        stalls.append(time.monotonic() - begun - TICK_SECONDS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database_url")
    parser.add_argument("--triggers", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=20)
    given = parser.parse_args()
    main(given.database_url, given.triggers, given.answers)
