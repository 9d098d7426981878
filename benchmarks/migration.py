"""How long a large database takes from revision 0001 to 0002 and back.

Fills a SQLite file, or an empty database given by its URL, with requests as version 0.1.0 wrote them, and
migrates it. Each time is also given beside that of copying the same tables whole, in the same run.
Usage: ``python -m benchmarks.migration [--requests 1000000] [DATABASE_URL]``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from time import perf_counter

TABLES = ("approval", "approval_approver", "approval_vote", "approval_event")
POLICY = (
    '{"levels": [{"approvers": [{"kind": "role", "name": "manager"}], "timeout_seconds": 3600.0}], '
    '"on_deny": "fail", "on_expiry": "fail", "quorum": 1}'
)
AT = "2026-01-05 09:00:00"
BODY = "Counted twice. " * 20


def statements(requests: int, *, sqlite: bool) -> list[str]:
    """Give what fills the tables: every hundredth request is open, the others were approved and delivered."""
    new_id = "lower(hex(randomblob(16)))" if sqlite else "gen_random_uuid()"
    numbers = (
        f"WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {requests})"
        if sqlite
        else f"WITH series AS (SELECT generate_series(1, {requests}) AS n)"
    )
    when_closed = "CASE WHEN n % 100 > 0 THEN {} END"
    zone = "" if sqlite else "::timestamptz"
    time = f"'{AT}'{zone}"
    closed_at = when_closed.format(time)
    ana, by_ana = when_closed.format("'ana'"), "'person', 'id-ana', 'ana'"
    closed = "FROM approval WHERE status = 'approved'"
    opened = '{"expires_at": null}'
    voted = '{"verdict": "approve", "comment": "Fine.", "level": 0, "as": ["role manager"]}'
    return [
        f"{numbers} INSERT INTO approval (id, dag_id, run_id, task_id, map_index, try_number, ti_id, "
        "subject, body, status, level, quorum, policy, created_at, resolved_at, actor_id, actor_name, "
        f"comment, metadata, resumed_at, version) SELECT {new_id}, 'dag_' || (n % 500), 'run_' || n, "
        f"'gate', -1, 1, {new_id}, 'Release ' || n, '{BODY}', "
        "CASE WHEN n % 100 > 0 THEN 'approved' ELSE 'pending' END, "
        f"0, 1, '{POLICY}', {time}, {closed_at}, {ana}, {ana}, {ana}, '{{}}', {closed_at}, 2 FROM series",
        "INSERT INTO approval_approver SELECT id, 0, 'role', 'manager' FROM approval",
        "INSERT INTO approval_vote (approval_id, actor_id, actor_name, verdict, comment, level, at) "
        f"SELECT id, 'id-ana', 'ana', 'approve', 'Fine.', 0, {time} {closed}",
        *(
            "INSERT INTO approval_event "
            "(approval_id, seq, at, type, actor_kind, actor_id, actor_name, detail) "
            f"SELECT id, {seq}, {time}, '{type_}', {actor}, '{detail}' {rows}"
            for seq, type_, actor, detail, rows in (
                (1, "opened", "'task', 'ti:1', 'ti:1'", opened, "FROM approval"),
                (2, "voted", by_ana, voted, closed),
                (3, "approved", by_ana, '{"comment": "Fine."}', closed),
                (4, "resumed", "'system', 'system', 'system'", '{"status": "approved"}', closed),
            )
        ),
    ]


def main(url: str, requests: int) -> None:
    """Fill, copy, migrate up and down, and print."""
    os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = url
    from airflow.utils.session import create_session
    from sqlalchemy import text

    from airflow_approvals.store.db_manager import ApprovalsDBManager

    with create_session(scoped=False) as session:
        manager = ApprovalsDBManager(session)
        sqlite = session.get_bind().dialect.name == "sqlite"
        manager.upgradedb("0001")
        for statement in statements(requests, sqlite=sqlite):
            session.execute(text(statement.replace(": ", r"\: ")))
        session.commit()

        start = perf_counter()
        for table in TABLES:
            session.execute(text(f"CREATE TABLE copy_of_{table} AS SELECT * FROM {table}"))
        session.commit()
        copied = perf_counter() - start
        for table in TABLES:
            session.execute(text(f"DROP TABLE copy_of_{table}"))
        session.commit()

        start = perf_counter()
        manager.upgradedb("0002")
        up = perf_counter() - start
        start = perf_counter()
        manager.downgrade("0001")
        down = perf_counter() - start
    print(f"{requests:,} requests, {'sqlite' if sqlite else 'postgresql'}")
    print(f"copying the four tables {copied:8.1f} s    1.0 x")
    print(f"0001 to 0002            {up:8.1f} s{up / copied:7.1f} x")
    print(f"0002 to 0001            {down:8.1f} s{down / copied:7.1f} x")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url", nargs="?")
    parser.add_argument("--requests", type=int, default=1_000_000)
    given = parser.parse_args()
    if given.url:
        main(given.url, given.requests)
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(f"sqlite:///{Path(folder) / 'approvals.db'}", given.requests)
