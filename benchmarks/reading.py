"""How long people wait for what they read, among a million requests, beside Airflow's own Human-in-the-loop.

Starts an API server on a PostgreSQL database, fills that with a crowd if it is empty, and asks over HTTP,
ours and native by turns, so that whatever else the machine does hits both.
Usage: ``python -m benchmarks.reading DATABASE_URL [--rounds 9]``; further arguments are those of the crowd.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import httpx
import sqlalchemy as sa

from dev.stack import Account, AirflowStack

ROUNDS = 9
ADMIN, READER = "admin", "reader"
"""Who may read every Dag, and who may read every second one and is asked as ``team_3`` and ``director``."""
NATIVE = "/api/v2/dags/~/dagRuns/~/hitlDetails?limit=50"
PAGE = "/approvals/v1/page/approvals?limit=50"
CLOSED = "".join(f"&status={status}" for status in ("approved", "denied", "expired", "cancelled"))
OPEN = "&status=pending&status=escalated"
RARE, COMMON = "Release 4321", "of the ledger"
TIMEOUT_SECONDS = 300.0

DAG_PERMISSIONS = """
INSERT INTO ab_view_menu (id, name)
    SELECT nextval('ab_view_menu_id_seq'), 'DAG:' || dag_id FROM dag WHERE substr(dag_id, 5)::int % 2 = 0;
INSERT INTO ab_permission_view (id, permission_id, view_menu_id)
    SELECT nextval('ab_permission_view_id_seq'), ab_permission.id, ab_view_menu.id
    FROM ab_permission, ab_view_menu WHERE ab_permission.name = 'can_read' AND ab_view_menu.name LIKE 'DAG:%';
INSERT INTO ab_permission_view_role (id, permission_view_id, role_id)
    SELECT nextval('ab_permission_view_role_id_seq'), ab_permission_view.id, ab_role.id
    FROM ab_permission_view JOIN ab_view_menu ON ab_view_menu.id = view_menu_id, ab_role
    WHERE ab_role.name = 'half' AND ab_view_menu.name LIKE 'DAG:%';
"""


@dataclass(frozen=True)
class Row:
    """A line of the table: what is asked of us and of Airflow; the goal is a ratio, or seconds."""

    what: str
    by: str
    ours: str
    native: str
    ratio: float | None = None
    seconds: float | None = None


def rows(cursor: str) -> list[Row]:
    """Give the lines; ``cursor`` leads deep into the history."""
    native = f"{NATIVE}&order_by=-created_at"
    history, deep = f"{PAGE}{CLOSED}&order_by=-resolved_at", f"{native}&offset=500000"
    waits = f"{PAGE}&assigned_to_me=true&order_by=expires_at"
    choices = "/approvals/v1/page/choices"
    metrics = "/approvals/v1/approvals/metrics?days="
    return [
        Row("default list", ADMIN, PAGE, native, ratio=0.1),
        Row("default list, half of the Dags", READER, PAGE, native, ratio=0.1),
        Row("history", ADMIN, history, native, ratio=0.1),
        Row("history, half of the Dags", READER, history, native, ratio=0.1),
        Row("open", ADMIN, f"{PAGE}{OPEN}&order_by=expires_at", native),
        Row("history, 500,000 deep, cursor", ADMIN, f"{history}&cursor={cursor}", deep),
        Row("history, 500,000 deep, offset", ADMIN, f"{history}&offset=500000", deep),
        Row("waiting for me", READER, waits, native, seconds=0.06),
        Row("filter choices", ADMIN, choices, native, seconds=0.06),
        Row("filter choices, half of the Dags", READER, choices, native, seconds=0.06),
        *(
            Row(f"search: {what}", ADMIN, f"{PAGE}&search={what}", f"{native}&subject_search={what}", 0.5)
            for what in (RARE, COMMON)
        ),
        Row("metrics, 30 days", ADMIN, f"{metrics}30", native, seconds=0.3),
        Row("metrics, ten years", ADMIN, f"{metrics}3650", native, seconds=2.0),
    ]


def main(url: str, rounds: int, crowd: list[str]) -> None:
    """Fill, start, ask and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        AirflowStack(
            Path(folder), database_url=url, progress=lambda what: print(what, file=sys.stderr)
        ) as stack,
    ):
        stack.migrate()
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            is_empty = connection.execute(sa.text("SELECT count(*) FROM dag")).scalar_one() == 0
        if is_empty:
            command = [sys.executable, "-m", "benchmarks.crowd", url, *crowd]
            subprocess.run(command, env={**stack.env, "PYTHONPATH": str(Path.cwd())}, check=True)
        half = [("can_read", "HITL Detail"), ("can_read", "Task Instances"), ("can_read", "DAG Runs")]
        stack.create_accounts(
            users=[
                Account(ADMIN, ADMIN, ("Admin",)),
                Account(READER, READER, ("half", "team_3", "director")),
            ],
            roles={"half": half, "team_3": [], "director": []},
        )
        with engine.begin() as connection:
            known = "SELECT count(*) FROM ab_view_menu WHERE name LIKE 'DAG:%'"
            if connection.execute(sa.text(known)).scalar_one() == 0:
                connection.execute(sa.text(DAG_PERMISSIONS))
            text = "SELECT count(*) FROM approval WHERE resolved_at IS NOT NULL"
            closed = connection.execute(sa.text(text)).scalar_one()
        engine.dispose()
        stack.start(["api-server"])
        stack.wait_healthy()
        clients = {name: stack.client(name) for name in (ADMIN, READER)}
        for client in clients.values():
            client.timeout = httpx.Timeout(TIMEOUT_SECONDS)
        print_table(rows(_cursor(clients[ADMIN])), clients, rounds, closed)


def _cursor(client: httpx.Client) -> str:
    """Give where a page of the history begins that has half a million before it."""
    found = _get(client, f"{PAGE}{CLOSED}&order_by=-resolved_at&offset=499950")
    return str(found.json()["next_cursor"])


def print_table(lines: list[Row], clients: dict[str, httpx.Client], rounds: int, closed: int) -> None:
    """Ask everything as often as there are rounds, and print medians."""
    took: dict[tuple[str, str], list[float]] = defaultdict(list)
    questions = dict.fromkeys((row.by, path) for row in lines for path in (row.ours, row.native))
    for _ in range(rounds + 1):  # the first one warms up
        for by, path in questions:
            start = perf_counter()
            _get(clients[by], path)
            took[by, path].append(perf_counter() - start)
    print(f"{closed:,} closed requests, PostgreSQL, median of {rounds} rounds:\n")
    print("| what | native | ours | ours / native | goal |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for row in lines:
        ours, native = (median(took[row.by, path][1:]) for path in (row.ours, row.native))
        goal = f"<= {row.ratio}" if row.ratio else f"<= {1000 * row.seconds:.0f} ms" if row.seconds else "-"
        print(
            f"| {row.what} | {1000 * native:.0f} ms | {1000 * ours:.0f} ms | {ours / native:.2f} | {goal} |"
        )


def _get(client: httpx.Client, path: str) -> httpx.Response:
    response = client.get(path)
    response.raise_for_status()
    return response


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given, more = parser.parse_known_args()
    main(given.url, given.rounds, more)
