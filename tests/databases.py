"""Databases for tests: Airflow's tables and ours, made by `airflow db migrate`, on SQLite and PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

POSTGRES_URL = "AIRFLOW_APPROVALS_TEST_POSTGRES"
NO_SKIP = "AIRFLOW_APPROVALS_TEST_NO_SKIP"
DATABASE_URL = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"

COMMAND_SECONDS = 300


class CommandError(AssertionError):
    """An Airflow command did not succeed; the message is its output."""


def python(*arguments: str, database: str, **environment: str) -> str:
    """Run Python in a process of its own, with Airflow on a database; gives all it printed.

    :raises CommandError: the exit code is not 0.
    """
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **environment, DATABASE_URL: database},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    if done.returncode:
        raise CommandError(done.stdout)
    return done.stdout


def airflow(*arguments: str, database: str, **environment: str) -> str:
    """Run an `airflow` command on a database; gives all it printed."""
    return python("-m", "airflow", *arguments, database=database, **environment)


@contextlib.contextmanager
def used_by_airflow(database: str) -> Iterator[None]:
    """Let the Airflow inside this process work on the database, as if it had been configured so."""
    from airflow import settings

    def configure() -> None:
        settings.dispose_orm()
        settings.configure_vars()
        settings.configure_orm()

    before = os.environ.get(DATABASE_URL)
    os.environ[DATABASE_URL] = database
    configure()
    try:
        yield
    finally:
        os.environ.pop(DATABASE_URL)
        if before is not None:
            os.environ[DATABASE_URL] = before
        configure()


class Databases(ABC):
    """Makes databases of one kind and removes them at the end."""

    @abstractmethod
    def empty(self) -> str:
        """Make a database without tables; gives its URL."""

    @abstractmethod
    def copy(self, database: str) -> str:
        """Copy a database that nobody is connected to; gives the URL of the copy."""

    @abstractmethod
    def close(self) -> None:
        """Remove all that was made."""

    def migrated(self) -> str:
        """Make a database that is ready for Airflow and for us."""
        return self.copy(self.migration[0])

    @cached_property
    def migration(self) -> tuple[str, str]:
        """The one database on which `airflow db migrate` was run, and what that printed."""
        database = self.empty()
        return database, airflow("db", "migrate", database=database)


class SqliteDatabases(Databases):
    """Files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def empty(self) -> str:
        """Name a file that does not exist yet."""
        return f"sqlite:///{self._folder / uuid.uuid4().hex}.db"

    def copy(self, database: str) -> str:
        """Copy the content by SQLite's own means, which see what lies in a write-ahead log."""
        copied = self.empty()
        with (
            contextlib.closing(sqlite3.connect(_file(database))) as source,
            contextlib.closing(sqlite3.connect(_file(copied))) as target,
        ):
            source.backup(target)
        return copied

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder)


class PostgresDatabases(Databases):
    """Databases on a running server, whose user may create some."""

    def __init__(self, server: str) -> None:
        self._server = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self._names: list[str] = []

    def empty(self) -> str:
        """Create a database from the server's plain template."""
        return self._create("template0")

    def copy(self, database: str) -> str:
        """Create a database with another one as its template."""
        return self._create(str(sa.make_url(database).database))

    def close(self) -> None:
        """Drop the databases, connections or not."""
        for name in self._names:
            self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _create(self, template: str) -> str:
        name = f"approvals_test_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        self._names.append(name)
        return self._server.url.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.execute(sa.text(statement))


def _file(database: str) -> str:
    return str(sa.make_url(database).database)
