"""The command line as people use it: a process per command, all on one migrated database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, func, insert, select, text, update
from sqlalchemy.orm import sessionmaker

from airflow_approvals.config import Settings
from airflow_approvals.domain.approval import Approval, Origin
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.events import AnyEvent
from airflow_approvals.domain.people import Actor, ActorKind
from airflow_approvals.domain.policy import Policy
from airflow_approvals.service import commands, opening, reading
from airflow_approvals.service.opening import Question
from airflow_approvals.service.transaction import Work
from airflow_approvals.store import approvals as store
from airflow_approvals.store import tables
from dev.deployment import Account, Deployment
from tests.airflow_rows import AirflowRows

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FAB_ACCOUNTS = (
    Account("mia", "mia", ("manager",)),
    Account("dora", "dora", ("director",)),
    Account("carl", "carl", ("reader",)),
    Account("ina", "ina", ("manager",)),
)
INACTIVE = "ina"
READER = {"reader": [("can_read", "DAGs")]}
SIMPLE_ACCOUNTS = (Account("ann", "ann", ("admin",)), Account("vic", "vic", ("viewer",)))
COMMAND_SECONDS = 180
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Answer:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """What ``-o json`` printed."""
        assert self.code == 0, self.err
        return json.loads(self.out)


WARM: list[subprocess.Popen[str]] = []
"""Every process that runs commands."""


@pytest.fixture(scope="session", autouse=True)
def cold() -> Iterator[None]:
    """End those processes in the end."""
    yield
    for process in WARM:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()


class Cli:
    """``airflow approvals …`` in the environment of one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self._env = deployment.env
        self._warm: subprocess.Popen[str] | None = None
        self._asking = threading.Lock()

    def __call__(self, *arguments: str, **environment: str) -> Answer:
        """Run one command to its end."""
        with tempfile.TemporaryDirectory() as folder:
            files = {name: str(Path(folder) / name) for name in ("out", "err", "code")}
            asked = {
                "argv": ["approvals", *arguments],
                "env": {**self._env, **environment},
                "cwd": str(self.deployment.home),
                **files,
            }
            self._ask(json.dumps(asked))
            give_up = monotonic() + COMMAND_SECONDS
            while not Path(files["code"]).exists():
                assert monotonic() < give_up, f"{arguments} did not end"
                sleep(0.01)
            return Answer(
                int(Path(files["code"]).read_text()),
                Path(files["out"]).read_text(),
                Path(files["err"]).read_text(),
            )

    def _ask(self, line: str) -> None:
        with self._asking:
            if self._warm is None:
                self._warm = subprocess.Popen(
                    [sys.executable, "-m", "tests.integration.cli.warm"],
                    env={**self._env, "PYTHONPATH": os.pathsep.join([str(ROOT), *self._own_path()])},
                    cwd=self.deployment.home,
                    stdin=subprocess.PIPE,
                    text=True,
                )
                WARM.append(self._warm)
            assert self._warm.stdin is not None
            self._warm.stdin.write(f"{line}\n")
            self._warm.stdin.flush()

    def _own_path(self) -> list[str]:
        return list(filter(None, [self._env.get("PYTHONPATH")]))

    def at_once(self, *commands: Sequence[str]) -> list[Answer]:
        """Run commands side by side."""
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            return list(pool.map(lambda arguments: self(*arguments), commands))


class Requests:
    """Opens requests and looks at them, through the service on the same database."""

    def __init__(self, database: str) -> None:
        self.engine: Engine = create_engine(database)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self.rows = AirflowRows(self._sessions)

    def open(
        self,
        subject: str,
        *,
        role: str = "manager",
        dag_id: str = "release",
        run_id: str = "first",
        now: datetime | None = None,
        quorum: int = 1,
        map_index: int = -1,
        **terms: Any,
    ) -> UUID:
        """Open a request for a Dag run by hand; ``terms`` are those of ``Policy.of_roles``."""
        self.rows.run(dag_id, run_id)
        question = Question(
            content=Content(subject=subject, body="", metadata={"rows": 1200}),
            policy=replace(Policy.of_roles(approver_role=role, **terms), quorum=quorum),
        )
        rita = Actor(kind=ActorKind.PERSON, id="77", name="rita")
        origin = Origin(dag_id=dag_id, run_id=run_id, map_index=map_index)
        return opening.open_by_hand(origin, question, actor=rita, work=self.work(now)).id

    def open_by_waiting_task(self, subject: str, *, body: str) -> tuple[UUID, UUID]:
        """Open a request by a task that has been deferred for an hour; gives the ids of both."""
        ti_id = self.rows.task_instance(dag_id="release", run_id="first")
        question = Question(
            content=Content(subject=subject, body=body), policy=Policy.of_roles(approver_role="manager")
        )
        approval, _ = opening.open_by_task(ti_id, question, work=self.work())
        self.rows.set_state(ti_id, "deferred", updated_at=approval.created_at - HOUR)
        return approval.id, ti_id

    def advance(self, approval_id: UUID, now: datetime) -> None:
        """Apply to a request what is due at ``now``."""
        commands.bring_up_to_date(approval_id, work=self.work(now))

    def look(self, approval_id: UUID) -> Approval:
        """Read a request as it is in the database now."""
        return reading.get(approval_id, work=self.work())

    def record(self, approval_id: UUID) -> list[AnyEvent]:
        """Read what happened to a request."""
        return reading.record(approval_id, work=self.work())

    def remember(self, approval_id: UUID, facts: Sequence[AnyEvent]) -> None:
        """Add facts to a request's record, whatever they say; where it stands does not change."""
        with self._sessions.begin() as session:
            before = store.get(approval_id, session=session, lock=True)
            assert before is not None
            store.save(before, Change(approval=before, events=tuple(facts)), session=session)

    def write_row(self, approval_id: UUID, **values: Any) -> None:
        """Write a row of the record as a version may do that this one knows nothing of."""
        counted = func.count(tables.event.c.seq) + 1
        seq = select(counted).where(tables.event.c.approval_id == approval_id).scalar_subquery()
        request = tables.approval.c
        with self.engine.begin() as connection:
            connection.execute(insert(tables.event).values(approval_id=approval_id, seq=seq, **values))
            connection.execute(
                update(tables.approval)
                .where(request.id == approval_id)
                .values(recorded=request.recorded + 1, version=request.version + 1)
            )

    def work(self, now: datetime | None = None) -> Work:
        """Give what the use cases work with, on this database."""
        moment = now or datetime.now(tz=timezone.utc)
        return Work(settings=Settings(), clock=lambda: moment, sessions=self._sessions.begin)

    def permissions_of(self, role: str) -> set[str]:
        """Read from FAB's tables what a role may do."""
        query = text(
            "SELECT ab_permission.name || ' on ' || ab_view_menu.name FROM ab_role"
            " JOIN ab_permission_view_role ON ab_permission_view_role.role_id = ab_role.id"
            " JOIN ab_permission_view ON ab_permission_view.id = ab_permission_view_role.permission_view_id"
            " JOIN ab_permission ON ab_permission.id = ab_permission_view.permission_id"
            " JOIN ab_view_menu ON ab_view_menu.id = ab_permission_view.view_menu_id"
            " WHERE ab_role.name = :role"
        )
        with self.engine.connect() as connection:
            return set(connection.execute(query, {"role": role}).scalars())


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A deployment under FAB whose database is migrated and holds nothing else."""
    deployment = Deployment(tmp_path_factory.mktemp("cli_fab"), auth="fab")
    deployment.migrate()
    return deployment


@pytest.fixture(scope="session")
def roles_made(prepared: Deployment) -> Answer:
    """The answer to the first ``roles create``."""
    return Cli(prepared)("roles", "create", "manager", "director", "-o", "json")


@pytest.fixture(scope="session")
def fab(prepared: Deployment, roles_made: Answer) -> Cli:
    """The command line under FAB, with a manager, a director, an inactive manager, and somebody else."""
    assert roles_made.code == 0, roles_made.err
    prepared.create_accounts(users=FAB_ACCOUNTS, roles=READER)
    with create_engine(_database(prepared)).begin() as connection:
        connection.execute(
            text("UPDATE ab_user SET active = :no WHERE username = :name"), {"no": False, "name": INACTIVE}
        )
    return Cli(prepared)


@pytest.fixture(scope="session")
def requests(prepared: Deployment) -> Iterator[Requests]:
    """Requests on the database of all the command lines here."""
    made = Requests(_database(prepared))
    yield made
    made.engine.dispose()


@pytest.fixture(scope="session")
def simple(prepared: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The command line under SimpleAuthManager, with an admin and a viewer."""
    return _elsewhere(prepared, tmp_path_factory.mktemp("cli_simple"), {})


@pytest.fixture(scope="session")
def foreign(prepared: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The command line under an auth manager this package knows nothing about; ``lea`` is a manager."""
    home = tmp_path_factory.mktemp("cli_foreign")
    here = str(Path(__file__).parent)
    environment = {
        "PYTHONPATH": os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])]),
        "AIRFLOW__CORE__AUTH_MANAGER": "company.CompanyAuthManager",
        "AIRFLOW__APPROVALS__ROLE_MEMBERS": json.dumps({"manager": ["lea"]}),
    }
    return _elsewhere(prepared, home, environment)


@pytest.fixture(scope="session")
def unprepared(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The command line on a database without our tables."""
    return Cli(Deployment(tmp_path_factory.mktemp("cli_unprepared"), auth="simple"))


def _elsewhere(prepared: Deployment, home: Path, environment: Mapping[str, str]) -> Cli:
    deployment = Deployment(
        home, auth="simple", database_url=_database(prepared), extra_env=dict(environment)
    )
    deployment.create_accounts(users=SIMPLE_ACCOUNTS)
    return Cli(deployment)


def _database(deployment: Deployment) -> str:
    return deployment.env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
