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
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

from sqlalchemy import create_engine, insert, text

from dev.stack import Account, AirflowStack

RUNS = 10
DAG_ID = "waiting"
DAG = f"""
from airflow.sdk import DAG
from airflow_approvals import ApprovalExtOperator

with DAG("{DAG_ID}", schedule=None, is_paused_upon_creation=True):
    ApprovalExtOperator(task_id="gate", subject="s", approver_role="manager")
"""


def main(gates: int, seconds: float) -> None:
    """Fill, wait, count and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        AirflowStack(Path(folder), progress=lambda what: print(what, file=sys.stderr)) as stack,
    ):
        (Path(folder) / "dags" / "waiting.py").write_text(DAG)
        stack.migrate()
        stack.create_accounts(users=[Account("admin", "admin", ("Admin",))])
        stack.reserialize()
        command = [sys.executable, "-m", "benchmarks.waiting", "--fill", str(gates)]
        subprocess.run(command, env={**stack.env, "PYTHONPATH": str(Path.cwd())}, check=True)
        stack.start()
        stack.wait_healthy()
        heard = len(stack.log_file("api-server").read_text())
        time.sleep(seconds)
        news = stack.log_file("api-server").read_text()[heard:]
        requests = len(re.findall(r"path=/approvals/", news))
        with create_engine(f"sqlite:///{Path(folder) / 'airflow.db'}").connect() as connection:
            counts = {
                what: connection.execute(text(query)).scalar_one()
                for what, query in {
                    "waiting": "SELECT count(*) FROM task_instance WHERE state = 'awaiting_input'",
                    "triggers": "SELECT count(*) FROM trigger",
                }.items()
            }
        print(f"{counts['waiting']:,} gates waiting in awaiting_input for {seconds:g} s:")
        print(f"  {requests} requests to our API, {counts['triggers']} triggers")


def fill(gates: int) -> None:
    """Have so many gates wait, in the database of this process's Airflow."""
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunType
    from uuid6 import uuid7

    from airflow_approvals.domain.approval import Origin
    from airflow_approvals.domain.commands.open import Opening, open_request
    from airflow_approvals.domain.content import Content
    from airflow_approvals.domain.people import Actor, ActorKind
    from airflow_approvals.domain.policy import Policy
    from airflow_approvals.domain.waiting import Ends, Waiter, Waits, Way
    from airflow_approvals.store import approvals as store

    now = datetime.now(tz=timezone.utc)
    task = Actor(kind=ActorKind.TASK, id="ti:benchmark", name="benchmark")
    policy = Policy.of_roles(approver_role="manager", expires_in=timedelta(days=1))
    waits = Waits(way=Way.AWAITING_INPUT, ends=Ends.SERVER)
    with create_session() as session:
        for run in range(RUNS):
            session.add(
                DagRun(
                    dag_id=DAG_ID,
                    run_id=f"run_{run}",
                    run_type=DagRunType.MANUAL,
                    state=DagRunState.RUNNING,
                    run_after=now,
                )
            )
        session.flush()
        for number in range(gates):
            ti_id, approval_id = UUID(str(uuid7())), UUID(str(uuid7()))
            place = {"dag_id": DAG_ID, "run_id": f"run_{number % RUNS}", "task_id": "gate"}
            map_index = number // RUNS
            session.execute(
                insert(TaskInstance).values(
                    **place,
                    id=ti_id,
                    map_index=map_index,
                    try_number=1,
                    max_tries=0,
                    pool="default_pool",
                    state="awaiting_input",
                    next_method="execute_woken",
                    next_kwargs={"approval_id": str(approval_id), "level": 0},
                    trigger_timeout=now + timedelta(days=1),
                )
            )
            opening = Opening(
                id=approval_id,
                origin=Origin(**place, map_index=map_index),
                content=Content(subject=f"Release {number}", body=""),
                policy=policy,
                actor=task,
                requested_by=None,
                waiter=Waiter(ti_id=ti_id, map_index=map_index, try_number=1, waits=waits),
            )
            store.add(open_request(opening, now), session=session)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--gates", type=int, default=10_000)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--fill", type=int, default=0, help="used by itself")
    asked = arguments.parse_args()
    if asked.fill:
        fill(asked.fill)
    else:
        main(asked.gates, asked.seconds)
