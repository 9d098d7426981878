"""Alembic environment: our tables only, our own version table, Airflow's engine."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from airflow import settings
from alembic import context

from airflow_approvals.store.db_manager import ApprovalsDBManager

target_metadata = ApprovalsDBManager.metadata


# Dropping the old copy of a table would otherwise take along every row that refers to it.
WITHOUT_FOREIGN_KEYS = "PRAGMA foreign_keys=OFF"


def include_object(_object: Any, name: str | None, type_: str, *_: Any) -> bool:
    """Keep Airflow's tables out of comparisons."""
    return type_ != "table" or name in target_metadata.tables


OPTIONS: dict[str, Any] = {
    "target_metadata": target_metadata,
    "version_table": ApprovalsDBManager.version_table_name,
    "include_object": include_object,
    "compare_type": True,
    "render_as_batch": True,
}


def is_sqlite() -> bool:
    """Tell whether tables are changed by copying them."""
    return bool(context.get_context().dialect.name == "sqlite")


def begin_for_all(connection: sa.Connection) -> None:
    """Keep a whole migration in one transaction; for changes of tables the driver would begin none."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def run_offline() -> None:
    """Print the SQL."""
    context.configure(url=settings.SQL_ALCHEMY_CONN, literal_binds=True, **OPTIONS)
    with context.begin_transaction():
        if is_sqlite():
            context.static_output(f"{WITHOUT_FOREIGN_KEYS};")
        context.run_migrations()


def run_online() -> None:
    """Change the database."""
    with settings.engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration=True, **OPTIONS)
        if is_sqlite():
            connection.exec_driver_sql(WITHOUT_FOREIGN_KEYS)
            connection.commit()
            sa.event.listen(connection, "begin", begin_for_all)
        try:
            with context.begin_transaction():
                context.run_migrations()
        finally:
            if is_sqlite():
                connection.rollback()
                sa.event.remove(connection, "begin", begin_for_all)
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")


if context.is_offline_mode():
    run_offline()
else:
    run_online()
