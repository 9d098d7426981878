"""Lets ``airflow db migrate``, ``check-migrations`` and ``reset`` take care of our tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.utils.db_manager import BaseDBManager

from airflow_approvals.store import versions
from airflow_approvals.store.tables import metadata

STORE_DIR = Path(__file__).parent
SUPPORTED = frozenset({"postgresql", "sqlite"})
"""SQLAlchemy's names of what the package is tested on."""


class ApprovalsDBManager(BaseDBManager):  # type: ignore[misc]
    """Found through ``get_provider_info()["db-managers"]`` by Airflow 3.2 and later.

    A new database is built by running the migrations, never from the tables in the code, so that every
    database has gone the same way.
    """

    metadata = metadata
    version_table_name = versions.TABLE
    migration_dir = str(STORE_DIR / "migrations")
    alembic_file = str(STORE_DIR / "alembic.ini")
    supports_table_dropping = True
    revision_heads_map = {"0.1.0": "0001", "0.2.0": versions.NEEDED}  # noqa: RUF012  (the base class declares it so)

    def initdb(self, **options: Any) -> None:
        """Create or upgrade the tables; refuse before anything is asked of the database."""
        self._require_supported()
        super().initdb(**options)

    def create_db_from_orm(self) -> None:
        """Create the tables of a new database."""
        self._require_supported()
        self._alembic("upgrade", "heads")

    def upgradedb(
        self,
        to_revision: str | None = None,
        from_revision: str | None = None,
        show_sql_only: bool = False,
        **_options: Any,
    ) -> None:
        """Bring the tables to ``to_revision``, by default the newest.

        :param from_revision: where the printed SQL begins, by default at an empty database.
        """
        self._require_supported()
        target = to_revision or "heads"
        self._alembic("upgrade", f"{from_revision}:{target}" if from_revision else target, sql=show_sql_only)

    def downgrade(
        self, to_revision: str, from_revision: str | None = None, show_sql_only: bool = False
    ) -> None:
        """Take the tables back to ``to_revision``; ``base`` removes them.

        :param from_revision: where the printed SQL begins, by default at what the database has.
        """
        revision = to_revision
        if show_sql_only:
            revision = f"{from_revision or self.get_current_revision()}:{to_revision}"
        self._alembic("downgrade", revision, sql=show_sql_only)

    def _require_supported(self) -> None:
        """Keep the tables out of databases on which nobody has tried them.

        :raises SystemExit: as Airflow's own ``db`` commands refuse: with one line.
        """
        dialect = self.session.get_bind().dialect.name
        if dialect not in SUPPORTED:
            raise SystemExit(
                f"airflow_approvals does not support {dialect}: its tables were not made. "
                "Use PostgreSQL 13 or newer, or SQLite for trials."
            )

    def _alembic(self, command: str, revision: str, *, sql: bool = False) -> None:
        from alembic import command as alembic_command

        self._release_metadata_locks_if_needed()
        getattr(alembic_command, command)(self.get_alembic_config(), revision, sql=sql)
