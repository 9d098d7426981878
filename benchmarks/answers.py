"""How long a gate takes from its answer to its end, beside Airflow's own Human-in-the-loop operator.

Starts an Airflow with a Dag for each kind of gate, answers gates over REST, one at a time and the kinds by
turns, and reads from Airflow's database when what happened. The database may be given; it has to be empty.
Usage: ``python -m benchmarks.answers [--rounds 15] [--database-url DATABASE_URL] [--idle-sleep 0.3]``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa

from dev.stack import Account, AirflowStack

ROUNDS = 15
SETTLED_SECONDS = 12.0  # after parking: Airflow has taken in that the task gave its worker back
EARLY_SECONDS = 3.0  # at most: Airflow may not have
POLL_SECONDS = 0.01
LIMIT_SECONDS = 120.0

NATIVE, OURS, OURS_TRIGGER = "native", "ours", "ours_trigger"
SETTLED, EARLY = "12 s after parking", "0-3 s after parking"
ACCOUNTS = (Account("admin", "admin", ("Admin",)), Account("approver", "approver", ("Op", "manager")))
APPROVALS = "/approvals/v1/approvals"

DAG_FILE = """
from airflow.sdk import DAG, task
from {module} import {operator}


@task
def after():
    pass


with DAG({dag_id!r}, schedule=None, max_active_runs=1000):
    {operator}(task_id="gate", subject="s"{more}) >> after()
"""
OPERATORS = {
    NATIVE: ("airflow.providers.standard.operators.hitl", "ApprovalOperator", ""),
    OURS: ("airflow_approvals", "ApprovalExtOperator", ', approver_role="manager"'),
    OURS_TRIGGER: ("airflow_approvals", "ApprovalExtOperator", ', approver_role="manager", deferrable=True'),
}
DAGS = {  # a file each: a task reads the whole file that its Dag is in, with all that this imports
    kind: DAG_FILE.format(dag_id=kind, module=module, operator=operator, more=more)
    for kind, (module, operator, more) in OPERATORS.items()
}

TIMES = ("started_at", "parked_at", "ended_at", "succeeded_at", "next_at")
STORY = sa.text("""
SELECT run.state, gate.state AS gate, gate.start_date AS started_at, gate.end_date AS ended_at,
    next.state AS next, next.start_date AS next_at,
    (SELECT max(dttm) FROM log WHERE log.dag_id = run.dag_id AND log.run_id = run.run_id
        AND log.task_id = 'gate' AND log.event IN ('awaiting_input', 'deferred')) AS parked_at,
    (SELECT max(dttm) FROM log WHERE log.dag_id = run.dag_id AND log.run_id = run.run_id
        AND log.task_id = 'gate' AND log.event = 'success') AS succeeded_at
FROM dag_run run
JOIN task_instance gate ON gate.dag_id = run.dag_id AND gate.run_id = run.run_id AND gate.task_id = 'gate'
JOIN task_instance next ON next.dag_id = run.dag_id AND next.run_id = run.run_id AND next.task_id = 'after'
WHERE run.dag_id = :dag_id AND run.run_id = :run_id
""").columns(**dict.fromkeys(TIMES, sa.DateTime(timezone=True)))

TASK_ENDS = ("success", "failed", "skipped", "upstream_failed", "removed")
RUN_ENDS = ("success", "failed")


@dataclass(frozen=True)
class Run:
    """A Dag run whose gate has parked then."""

    kind: str
    id: str
    parked_at: datetime


@dataclass(frozen=True)
class Sample:
    """One answered gate; what comes after the answer is in seconds since it was sent."""

    parked: float  # seconds since the gate was running
    success: float
    seen: float
    next_running: float


@dataclass(frozen=True)
class Row:
    """A line of the table: an attribute of those samples that were answered then, and the ratio to reach."""

    what: str
    attribute: str
    answered: tuple[str, ...]
    goal: float | None


ROWS = (
    Row(f"answer to `success`, {SETTLED}", "success", (SETTLED,), 0.15),
    Row("as others see it (polled)", "seen", (SETTLED,), None),
    Row(f"answer to `success`, {EARLY}", "success", (EARLY,), 0.15),
    Row(f"answer to next task running, {SETTLED}", "next_running", (SETTLED,), 0.7),
    Row("running to parked", "parked", (SETTLED, EARLY), 1.0),
)


@dataclass
class Results:
    """What was measured, by the kind of gate and by when it was answered."""

    samples: dict[tuple[str, str], list[Sample]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, kind: str, answered: str, sample: Sample | None) -> None:
        """Take a sample, None for a gate that failed."""
        if sample is None:
            self.failures[kind, answered] += 1
        else:
            self.samples[kind, answered].append(sample)

    def table(self, kinds: Sequence[str]) -> str:
        """Everything as Markdown: median (min..max) and ratio of medians."""
        lines = [["what", "native", "ours", "ours / native", "goal"], ["---", "---:", "---:", "---:", "---:"]]
        for kind in kinds[1:]:
            more = " (`deferrable=True`)" if kind == OURS_TRIGGER else ""
            for row in ROWS:
                native, ours = self._seconds(NATIVE, row), self._seconds(kind, row)
                ratio = f"{median(ours) / median(native):.2f}" if native and ours else "-"
                goal = "-" if row.goal is None or kind == OURS_TRIGGER else f"<= {row.goal:.2f}"
                lines.append([row.what + more, _spread(native), _spread(ours), ratio, goal])
            for answered in (SETTLED, EARLY):
                counts = [self._failed(NATIVE, answered), self._failed(kind, answered)]
                lines.append([f"gates that failed, answered {answered}{more}", *counts, "-", "-"])
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)

    def _seconds(self, kind: str, row: Row) -> list[float]:
        samples = [sample for answered in row.answered for sample in self.samples[kind, answered]]
        return [getattr(sample, row.attribute) for sample in samples]

    def _failed(self, kind: str, answered: str) -> str:
        failures = self.failures[kind, answered]
        return f"{failures} of {failures + len(self.samples[kind, answered])}"


@dataclass(frozen=True)
class Watch:
    """Airflow, asked over HTTP, and its database, read."""

    stack: AirflowStack
    database: sa.Connection

    def start(self, kind: str) -> Run:
        """Start a run and wait until its gate has parked."""
        run_id = self.stack.trigger_dag(kind)
        story = self.wait(kind, run_id, lambda story: bool(story.parked_at), "the gate to park")
        return Run(kind, run_id, _aware(story.parked_at))

    def answer(self, run: Run, seconds_after_parking: float) -> Sample | None:
        """Look, approve when so long has passed, wait until the run is over; None when the gate failed.

        Airflow may write the success of a gate down twice, as the end of the task and in its log of events:
        the later one counts.
        """
        approver = self.stack.client("approver")
        if run.kind == NATIVE:
            gate = f"/api/v2/dags/{run.kind}/dagRuns/{run.id}/taskInstances/gate/-1/hitlDetails"
            approver.get(gate).raise_for_status()
            request = approver.build_request("PATCH", gate, json={"chosen_options": ["Approve"]})
        else:
            found = approver.get(APPROVALS, params={"dag_id": run.kind, "run_id": run.id}).raise_for_status()
            approve = f"{APPROVALS}/{found.json()['approvals'][0]['id']}/approve"
            request = approver.build_request("POST", approve, json={})
        due = run.parked_at + timedelta(seconds=seconds_after_parking)
        time.sleep(max(0.0, (due - _now()).total_seconds()))

        sent_at = _now()
        approver.send(request).raise_for_status()
        self.wait(run.kind, run.id, lambda story: story.gate in TASK_ENDS, "the gate to end")
        seen_at = _now()
        story = self.wait(run.kind, run.id, lambda story: story.state in RUN_ENDS, "the run to end")
        if story.gate != "success":
            return None
        success_at = max(_aware(story.ended_at), _aware(story.succeeded_at or story.ended_at))
        return Sample(
            parked=(run.parked_at - _aware(story.started_at)).total_seconds(),
            success=(success_at - sent_at).total_seconds(),
            seen=(seen_at - sent_at).total_seconds(),
            next_running=(_aware(story.next_at) - sent_at).total_seconds(),
        )

    def wait(self, kind: str, run_id: str, enough: Callable[[Any], bool], what: str) -> sa.Row[Any]:
        """Wait until what the database knows about the run is enough."""
        give_up = time.monotonic() + LIMIT_SECONDS
        ids = {"dag_id": kind, "run_id": run_id}
        while not ((story := self.database.execute(STORY, ids).first()) and enough(story)):
            self.stack.check_running()
            if time.monotonic() > give_up:
                raise self.stack.failure(f"{kind}: waited {LIMIT_SECONDS:.0f} s in vain for {what}")
            time.sleep(POLL_SECONDS)
        return story


def main(rounds: int, database_url: str | None, idle_sleep: str) -> None:
    """Start Airflow, measure, print; what has been measured is printed even if Airflow breaks on the way."""
    pace = {"AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": idle_sleep}
    with (
        tempfile.TemporaryDirectory(prefix="approvals-answers-") as folder,
        AirflowStack(Path(folder), database_url=database_url, extra_env=pace, progress=_say) as stack,
    ):
        for kind, source in DAGS.items():
            (Path(folder) / "dags" / f"{kind}.py").write_text(source)
        stack.migrate()
        stack.create_accounts(users=ACCOUNTS, roles={"manager": ()})
        stack.start()
        stack.wait_healthy()
        kinds = list(DAGS)
        for kind in kinds:
            stack.wait_dag(kind)
        version = stack.admin.get("/api/v2/version").json()["version"]
        engine = read_only_engine(stack.env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
        results = Results()
        with engine.connect() as database:
            watch = Watch(stack, database)
            try:
                settled_round(watch, kinds, Results())  # warms up
                for number in range(rounds):
                    _say(f"round {number + 1} of {rounds}")
                    turn = number % len(kinds)
                    order = kinds[turn:] + kinds[:turn]
                    settled_round(watch, order, results)
                    early_round(watch, order, EARLY_SECONDS * number / max(1, rounds - 1), results)
            finally:
                print(f"Airflow {version}, {engine.dialect.name}, an idle scheduler sleeps {idle_sleep} s")
                print(f"median (min..max) of {rounds} rounds\n\n{results.table(kinds)}", flush=True)


def settled_round(watch: Watch, kinds: Sequence[str], results: Results) -> None:
    """Start a gate of each kind, one after the other; answer them in the same order, each when settled."""
    for run in [watch.start(kind) for kind in kinds]:
        results.add(run.kind, SETTLED, watch.answer(run, SETTLED_SECONDS))


def early_round(watch: Watch, kinds: Sequence[str], seconds_after_parking: float, results: Results) -> None:
    """Start and answer a gate of each kind, one after the other."""
    for kind in kinds:
        results.add(kind, EARLY, watch.answer(watch.start(kind), seconds_after_parking))


def read_only_engine(url: str) -> sa.Engine:
    """Give access to the database that sees what is committed at the moment, and cannot write."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        address = address.set(database=f"file:{address.database}", query={"mode": "ro", "uri": "true"})
    return sa.create_engine(
        address, isolation_level="AUTOCOMMIT", execution_options={"postgresql_readonly": True}
    )


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _aware(stored: datetime) -> datetime:
    """Give what SQLite stores without a zone the one it is in."""
    return stored if stored.tzinfo else stored.replace(tzinfo=timezone.utc)


def _spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "-"
    return f"{1000 * median(seconds):.0f} ms ({1000 * min(seconds):.0f}..{1000 * max(seconds):.0f})"


def _say(message: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--database-url")
    parser.add_argument("--idle-sleep", default="0.3", help="seconds; Airflow's own default is 1")
    given = parser.parse_args()
    main(given.rounds, given.database_url, given.idle_sleep)
