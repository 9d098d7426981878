"""Many people who answer different requests at once, beside as many at Airflow's own Human-in-the-loop.

Starts an API server on a PostgreSQL database, which has to be empty, fills it with waiting gates of both
kinds, and has clients approve them over REST for some seconds, the kinds by turns.
Usage: ``python -m benchmarks.deciding DATABASE_URL [--clients 32] [--seconds 60] [--rounds 10]``.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import httpx
import sqlalchemy as sa

from benchmarks.crowd import ROLES
from dev.stack import Account, AirflowStack

NATIVE, OURS = "native", "ours"
SERVER_ERROR = 500
NO_ANSWER = 599  # as proxies say it
TIMEOUT_SECONDS = 60.0
WAITING = sa.text(
    "SELECT approval.id, approval.dag_id, approval.run_id FROM approval "
    "WHERE status = 'pending' ORDER BY created_at DESC"
)


@dataclass
class Round:
    """What the clients got in the time of one round."""

    lasted_seconds: float = 0.0
    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """How many were answered."""
        return self.statuses.get(httpx.codes.OK, 0) / self.lasted_seconds


def main(database_url: str, clients: int, seconds: float, rounds: int, waiting: int) -> None:
    """Fill, answer, and print."""
    with (
        tempfile.TemporaryDirectory(prefix="approvals-deciding-") as folder,
        AirflowStack(
            Path(folder), database_url=database_url, progress=lambda what: print(what, file=sys.stderr)
        ) as stack,
    ):
        stack.migrate()
        roles = tuple(f"team_{number}" for number in range(ROLES))
        stack.create_accounts(
            roles=dict.fromkeys(roles, ()),
            users=[Account("admin", "admin", ("Admin",)), Account("approver", "approver", ("Op", *roles))],
        )
        command = [sys.executable, "-m", "benchmarks.crowd", database_url, "--closed", "0"]
        command += ["--open", str(waiting), "--dags", "500"]
        environment = {**stack.env, "PYTHONPATH": str(Path.cwd())}
        subprocess.run(command, env=environment, check=True, stdout=sys.stderr)
        with sa.create_engine(database_url).connect() as connection:
            found = connection.execute(WAITING).all()
        requests = {
            OURS: iter([("POST", f"/approvals/v1/approvals/{each.id}/approve", {}) for each in found]),
            NATIVE: iter(
                [
                    (
                        "PATCH",
                        f"/api/v2/dags/{each.dag_id}/dagRuns/{each.run_id}/taskInstances/native/-1/hitlDetails",
                        {"chosen_options": ["Approve"]},
                    )
                    for each in found
                ]
            ),
        }
        stack.start(["api-server"])
        stack.wait_healthy()
        token = stack.token("approver")  # once: while the server stands still nobody signs in
        results: dict[str, list[Round]] = {NATIVE: [], OURS: []}
        for _ in range(rounds):
            for kind, done in results.items():
                done.append(asyncio.run(_round(stack.base_url, token, requests[kind], clients, seconds)))
                print(f"{kind}: {done[-1].per_second:.1f}/s {done[-1].statuses}", file=sys.stderr)
        print(f"{clients} clients, {rounds} x {seconds:g} s\n")
        print(table(results))


def table(results: dict[str, list[Round]]) -> str:
    """Give everything as Markdown."""
    lines = [["what", NATIVE, OURS, "goal"], ["---", "---:", "---:", "---:"]]
    best = max(each.per_second for each in results[NATIVE])
    rates = {kind: [each.per_second for each in rounds] for kind, rounds in results.items()}
    for name, of in (("answers a second, median", median), ("answers a second, best", max)):
        lines.append([name, *(f"{of(rates[kind]):.1f}" for kind in results), f">= {best:.1f}"])
    waited = {kind: sorted(s for each in rounds for s in each.seconds) for kind, rounds in results.items()}
    lines.append(["median answer", *(f"{median(waited[kind]):.2f} s" for kind in results), "-"])
    late = (quantiles(waited[kind], n=100)[-1] for kind in results)
    lines.append(["99 % of answers", *(f"{seconds:.2f} s" for seconds in late), "-"])
    lines.append(["slowest answer", *(f"{waited[kind][-1]:.2f} s" for kind in results), "<= 5 s"])
    errors = (sum(_errors(each) for each in results[kind]) for kind in results)
    lines.append(["answers 5xx, or none", *map(str, errors), "0"])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _errors(done: Round) -> int:
    return sum(count for status, count in done.statuses.items() if status >= SERVER_ERROR)


async def _round(
    base_url: str, token: str, requests: Iterator[tuple[str, str, object]], clients: int, seconds: float
) -> Round:
    done = Round()
    headers = {"Authorization": f"Bearer {token}"}
    begun = time.perf_counter()

    async def person() -> None:
        async with httpx.AsyncClient(
            base_url=base_url, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False
        ) as client:
            while time.perf_counter() < begun + seconds:
                method, path, body = next(requests)
                sent = time.perf_counter()
                try:
                    status = (await client.request(method, path, json=body)).status_code
                except httpx.ReadTimeout:
                    status = NO_ANSWER
                done.seconds.append(time.perf_counter() - sent)
                done.statuses[status] = done.statuses.get(status, 0) + 1

    await asyncio.gather(*(person() for _ in range(clients)))
    done.lasted_seconds = time.perf_counter() - begun
    return done


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database_url")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--waiting", type=int, default=100_000)
    given = parser.parse_args()
    main(given.database_url, given.clients, given.seconds, given.rounds, given.waiting)
