"""How the time of one list request depends on how much the viewer may see.

Fills a SQLite file, or an empty database given by its URL, with open requests and reads pages of them through
the service. Usage: ``python -m benchmarks.visibility [DATABASE_URL]``.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from uuid6 import uuid7

from airflow_approvals.domain.approval import Origin
from airflow_approvals.domain.commands.open import Opening, open_request
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.people import Actor, ActorKind
from airflow_approvals.domain.policy import Policy
from airflow_approvals.domain.search import Filters, Order, Viewer
from airflow_approvals.domain.status import OPEN
from airflow_approvals.domain.waiting import Waiter
from airflow_approvals.service import reading
from airflow_approvals.service.transaction import Work
from airflow_approvals.store import approvals as store
from airflow_approvals.store.tables import metadata

REQUESTS = 5000
DAGS = 50
FEW = 10
PAGE = 50
ROUNDS = 30
NOW = datetime(2026, 1, 5, tzinfo=timezone.utc)
TASK = Actor(kind=ActorKind.TASK, id="ti:benchmark", name="benchmark")


def main(url: str) -> None:
    """Fill, measure and print."""
    engine = create_engine(url)
    metadata.create_all(engine)
    with Session(engine) as session:
        fill(session)
    work = Work(sessions=lambda: Session(engine))
    viewers = {
        f"may read the Dags of all {REQUESTS:,}": viewer("editor", dags=DAGS),
        f"approver of all {REQUESTS:,}": viewer("ana", "manager"),
        f"approver of {FEW}": viewer("bo", "director"),
        "approver of none": viewer("cy", "nobody"),
    }
    milliseconds = {name: page_milliseconds(who, work) for name, who in viewers.items()}
    base = milliseconds[f"approver of {FEW}"]
    print(f"one page of {PAGE} of {REQUESTS:,} open requests, {engine.dialect.name}, median of {ROUNDS}")
    for name, took in milliseconds.items():
        print(f"{name:32}{took:8.1f} ms{took / base:8.1f} x")


def fill(session: Session) -> None:
    """Open the requests: all ask the managers, a few the directors as well."""
    for number in range(REQUESTS):
        policy = Policy.of_roles(
            approver_role="manager",
            escalate_role="director" if number % (REQUESTS // FEW) == 0 else None,
            expires_in=timedelta(hours=1),
        )
        opening = Opening(
            id=uuid7(),
            origin=Origin(dag_id=f"dag_{number % DAGS}", run_id=f"run_{number}", task_id="gate"),
            content=Content(subject=f"Release {number}", body=""),
            policy=policy,
            actor=TASK,
            requested_by=None,
            waiter=Waiter(ti_id=uuid7(), map_index=-1, try_number=1),
        )
        store.add(open_request(opening, NOW + timedelta(seconds=number)), session=session)
    session.commit()


def viewer(name: str, *roles: str, dags: int = 0) -> Viewer:
    """Make somebody with these roles who may read the first so many Dags."""
    actor = Actor(kind=ActorKind.PERSON, id=name, name=name, roles=frozenset(roles))
    return Viewer(actor=actor, readable_dag_ids=frozenset(f"dag_{number}" for number in range(dags)))


def page_milliseconds(who: Viewer, work: Work) -> float:
    """Read the first page of what is open, newest first, again and again; give the median."""
    took = []
    for _ in range(ROUNDS):
        start = perf_counter()
        reading.page(
            Filters(status=tuple(sorted(OPEN))),
            viewer=who,
            order=Order.CREATED_AT_DESC,
            limit=PAGE,
            offset=0,
            now=NOW,
            work=work,
        )
        took.append(perf_counter() - start)
    return 1000 * median(took)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(f"sqlite:///{Path(folder) / 'approvals.db'}")
