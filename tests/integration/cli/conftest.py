"""The command line as people use it: a process per command, all on one migrated database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, text, update
from sqlalchemy.orm import sessionmaker

from airflow_approvals.config import Settings
from airflow_approvals.domain.approval import Actor, ActorKind, Approval, Event, Origin
from airflow_approvals.domain.policy import Policy
from airflow_approvals.service import approvals
from airflow_approvals.store.tables import approval as table
from dev.deployment import Account, Deployment
from tests.airflow_rows import AirflowRows

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


class Cli:
    """``airflow approvals …`` in the environment of one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self._env = deployment.env

    def __call__(self, *arguments: str) -> Answer:
        """Run one command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "airflow", "approvals", *arguments],
            env=self._env,
            cwd=self.deployment.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def at_once(self, *commands: Sequence[str]) -> list[Answer]:
        """Run commands side by side: each takes seconds of one core only to start."""
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
        **terms: Any,
    ) -> UUID:
        """Open a request for a Dag run by hand; ``terms`` are those of ``Policy.of_roles``."""
        self.rows.run(dag_id, run_id)
        with self._sessions() as session:
            return approvals.open_by_hand(
                Origin(dag_id=dag_id, run_id=run_id),
                approvals.Content(
                    subject=subject,
                    body="",
                    policy=Policy.of_roles(approver_role=role, **terms),
                    metadata={"rows": 1200},
                ),
                actor=Actor(kind=ActorKind.PERSON, id="77", name="rita"),
                expires_at=None,
                now=now or datetime.now(tz=timezone.utc),
                session=session,
            ).id

    def open_by_waiting_task(self, subject: str, *, body: str) -> tuple[UUID, UUID]:
        """Open a request by a task that has been deferred for an hour; gives the ids of both."""
        ti_id = self.rows.task_instance(dag_id="release", run_id="first")
        policy = Policy.of_roles(approver_role="manager")
        content = approvals.Content(subject=subject, body=body, policy=policy, metadata={})
        now = datetime.now(tz=timezone.utc)
        with self._sessions() as session:
            approval, _ = approvals.open_by_task(ti_id, content, now=now, session=session)
        self.rows.set_state(ti_id, "deferred", updated_at=now - HOUR)
        return approval.id, ti_id

    def advance(self, approval_id: UUID, now: datetime) -> None:
        """Apply to a request what is due at ``now``."""
        with self._sessions() as session:
            approvals.advance(approval_id, settings=Settings(), now=now, session=session)

    def look(self, approval_id: UUID) -> Approval:
        """Read a request as it is in the database now."""
        with self._sessions() as session:
            return approvals.get(approval_id, session=session)

    def record(self, approval_id: UUID) -> list[Event]:
        """Read what happened to a request."""
        with self._sessions() as session:
            return approvals.events(approval_id, session=session)

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

    def close_long_ago(self, approval_id: UUID, at: datetime) -> None:
        """Make a request one that expired at ``at``."""
        with self.engine.begin() as connection:
            connection.execute(
                update(table).where(table.c.id == approval_id).values(status="expired", resolved_at=at)
            )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A deployment under FAB whose database is migrated and holds nothing else."""
    deployment = Deployment(tmp_path_factory.mktemp("cli_fab"), auth="fab")
    deployment.migrate()
    return deployment


@pytest.fixture(scope="module")
def roles_made(prepared: Deployment) -> Answer:
    """The answer to the first ``roles create``."""
    return Cli(prepared)("roles", "create", "manager", "director", "-o", "json")


@pytest.fixture(scope="module")
def fab(prepared: Deployment, roles_made: Answer) -> Cli:
    """The command line under FAB, with a manager, a director, an inactive manager, and somebody else."""
    assert roles_made.code == 0, roles_made.err
    prepared.create_accounts(users=FAB_ACCOUNTS, roles=READER)
    with create_engine(_database(prepared)).begin() as connection:
        connection.execute(
            text("UPDATE ab_user SET active = :no WHERE username = :name"), {"no": False, "name": INACTIVE}
        )
    return Cli(prepared)


@pytest.fixture(scope="module")
def requests(prepared: Deployment) -> Iterator[Requests]:
    """Requests on the database of all the command lines here."""
    made = Requests(_database(prepared))
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def simple(prepared: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The command line under SimpleAuthManager, with an admin and a viewer."""
    return _elsewhere(prepared, tmp_path_factory.mktemp("cli_simple"), {})


@pytest.fixture(scope="module")
def foreign(prepared: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The command line under an auth manager this package knows nothing about; ``lea`` is a manager."""
    home = tmp_path_factory.mktemp("cli_foreign")
    (home / "company.py").write_text(
        "from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager\n"
        "class CompanyAuthManager(BaseAuthManager): pass\n"
    )
    environment = {
        "PYTHONPATH": os.pathsep.join([str(home), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "AIRFLOW__CORE__AUTH_MANAGER": "company.CompanyAuthManager",
        "AIRFLOW__APPROVALS__ROLE_MEMBERS": json.dumps({"manager": ["lea"]}),
    }
    return _elsewhere(prepared, home, environment)


@pytest.fixture(scope="module")
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
