"""Fills the database of an Airflow with very many requests, and as many of its own Human-in-the-loop.

Closed requests go back six years, ever more of them; open ones were opened in the last thirty days, each with
the Dag run and the task that waits for it. Every request has a twin among the Human-in-the-loop details, with
the same text, Dag and times. The same seed and moment give the same rows. All Dags are paused, so that no
scheduler minds the runs.
Usage: ``python -m benchmarks.crowd DATABASE_URL [--closed 1000000] [--open 10000] [--dags 10000]``,
on a database that is migrated, and empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks.crowd.sql import Sql

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DAGS_WITH_REQUESTS = 500
ROLES = 20
"""``team_0`` and so on; most requests go on to ``director``."""
PEOPLE = 50
SPAN = timedelta(days=6 * 365)
OPEN_SPAN = timedelta(days=30)

_MIX = "(((n + {seed}) * 48271) % 2147483647)"
_DAY_MS = 86_400_000


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """How many there are of what.

    :param dags: in Airflow's table; requests are in the first 500 of them.
    :param to_escalate: so many of the open ones are past their deadline and have a next level.
    :param to_expire: so many more are past their deadline on the last level.
    :param way: how the open ones wait: ``awaiting_input`` (Airflow 3.3) or ``trigger``.
    :param native: with Airflow's own, too.
    """

    closed: int = 1_000_000
    open: int = 10_000
    dags: int = 10_000
    to_escalate: int = 0
    to_expire: int = 0
    way: str = "awaiting_input"
    native: bool = True
    seed: int = 1


def fill(crowd: Crowd, now: datetime, *, session: Session) -> None:
    """Write all rows and commit; they look as if it were ``now``."""
    # Not sooner: Airflow reads where its database is when it is imported.
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel

    from benchmarks.crowd.airflows import fill_airflows
    from benchmarks.crowd.ours import fill_ours

    sql = Sql(session.get_bind().dialect.name)
    session.add(DagBundleModel(name="crowd"))
    session.flush()
    names = (f"dag_{number}" for number in range(crowd.dags))
    session.add_all(
        DagModel(dag_id=name, bundle_name="crowd", is_paused=True, is_stale=False) for name in names
    )
    session.flush()
    session.execute(sa.text(f"CREATE TEMPORARY TABLE crowd AS {_crowd(crowd, now, sql)}"))
    fill_ours(crowd, sql, session)
    fill_airflows(crowd, sql, session)
    session.execute(sa.text("DROP TABLE crowd"))
    session.commit()
    if not sql.sqlite:
        with session.get_bind().engine.execution_options(isolation_level="AUTOCOMMIT").connect() as own:
            own.execute(sa.text("VACUUM (ANALYZE)"))


def _crowd(crowd: Crowd, now: datetime, sql: Sql) -> str:
    """Give the query of what all the rows of one request are made of; times in milliseconds since 1970."""
    now_ms = int(now.timestamp() * 1000)
    span_ms, open_ms = (int(span.total_seconds() * 1000) for span in (SPAN, OPEN_SPAN))
    share = f"(CAST({crowd.closed} - n AS DOUBLE PRECISION) / {max(crowd.closed, 1)})"
    due, expiring = crowd.to_escalate + crowd.to_expire, f"place > {crowd.to_escalate}"
    numbers = (
        f"SELECT n, n - {crowd.closed} AS place, {_MIX.format(seed=crowd.seed)} AS r, "
        f"CASE WHEN n > {crowd.closed} "
        f"THEN {open_ms} * ({crowd.closed + crowd.open + 1} - n) / {crowd.open + 1} "
        f"ELSE 60000 + CAST({span_ms} * {share} * {share} AS BIGINT) END AS age "
        f"FROM {sql.series(crowd.closed + crowd.open)}"
    )
    drawn = (
        "SELECT *, place > 0 AS is_open, "
        f"place BETWEEN 1 AND {due} AS is_due, "
        f"CASE WHEN place BETWEEN 1 AND {due} THEN NOT {expiring} ELSE r % 5 > 0 END AS has_levels, "
        "(r / 1000) % 1000 AS pace, (r / 37) % 20 AS fate "
        f"FROM ({numbers}) AS numbers"
    )
    timed = (
        f"SELECT *, {now_ms} - age AS created, "
        "has_levels AND NOT is_due AND (r / 11) % 8 = 0 AS is_escalated, "
        "CASE WHEN is_open THEN age "
        "WHEN 30000 + pace * pace * pace * 259 / 1000 < age THEN 30000 + pace * pace * pace * 259 / 1000 "
        "ELSE age / 2 END AS lasted "
        f"FROM ({drawn}) AS drawn"
    )
    return (
        f"SELECT *, {sql.uuid7('created', '000')} AS id, {sql.uuid7('created', '001')} AS ti_id, "
        f"{sql.uuid7('created', '002')} AS native_id, "
        f"'dag_' || (r % {min(DAGS_WITH_REQUESTS, crowd.dags)}) AS dag_id, 'crowd__' || n AS run_id, "
        f"'user_' || ((r / 13) % {PEOPLE}) AS person, 'team_' || ((r / 101) % {ROLES}) AS role, "
        f"CASE WHEN is_due THEN {now_ms} - place % 3600 * 1000 "
        f"WHEN is_open THEN {now_ms} + (1 + r % 30) * {_DAY_MS} "
        f"ELSE created + lasted + {_DAY_MS} END AS deadline, "
        "CASE WHEN is_open AND is_escalated THEN 'escalated' WHEN is_open THEN 'pending' "
        "WHEN fate < 16 THEN 'approved' WHEN fate < 18 THEN 'denied' WHEN fate < 19 THEN 'expired' "
        "ELSE 'cancelled' END AS status, "
        "NOT is_open AND fate < 18 AS is_decided "
        f"FROM ({timed}) AS timed"
    )
