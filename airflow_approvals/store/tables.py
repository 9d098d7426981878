"""The tables, in a MetaData of their own; nothing points into Airflow's tables."""

from __future__ import annotations

from enum import Enum
from typing import Any

from airflow.utils.sqlalchemy import UtcDateTime
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    literal_column,
    text,
)

from airflow_approvals.domain.approval import Verdict
from airflow_approvals.domain.people import ActorKind, ApproverKind
from airflow_approvals.domain.status import Status

ID_LENGTH = 250  # as Airflow's own dag_id, run_id and task_id
NAME_LENGTH = 512  # as flask-appbuilder's user names
FINGERPRINT_LENGTH = 64  # SHA-256 in hexadecimal
TYPE_LENGTH = 50  # of a fact; whichever there are, the database takes them

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON(none_as_null=True)

IS_OPEN = text("status IN ('pending', 'escalated')")
COUNTED = ("dag_id", "level", "status", "escalated_at", "resolved_at", "actor_kind")
"""What numbers are computed from: in the index, so that no request has to be read for them."""
BETWEEN: ColumnElement[str] = literal_column("'\n'")  # which none of the texts has


def _one_of(column: str, values: type[Enum]) -> CheckConstraint:
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _child(name: str, *columns: Any) -> Table:
    return Table(
        name,
        metadata,
        Column("approval_id", Uuid(), nullable=False),
        *columns,
        ForeignKeyConstraint(["approval_id"], ["approval.id"], ondelete="CASCADE"),
    )


approval = Table(
    "approval",
    metadata,
    Column("id", Uuid(), nullable=False),
    Column("dag_id", String(ID_LENGTH), nullable=False),
    Column("run_id", String(ID_LENGTH), nullable=False),
    Column("task_id", String(ID_LENGTH)),
    Column("map_index", Integer, nullable=False),
    Column("team_name", String(ID_LENGTH)),
    Column("subject", String(500), nullable=False),
    Column("body", Text, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("fingerprint", String(FINGERPRINT_LENGTH)),  # NULL: opened before 0.2.0
    Column("policy", Json, nullable=False),
    Column("status", String(20), nullable=False),
    Column("level", Integer, nullable=False),
    Column("requested_by", String(NAME_LENGTH)),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("expires_at", UtcDateTime()),
    Column("escalated_at", UtcDateTime()),
    Column("resolved_at", UtcDateTime()),
    Column("actor_kind", String(10)),
    Column("actor_id", String(NAME_LENGTH)),
    Column("actor_name", String(NAME_LENGTH)),
    Column("comment", Text),
    Column("reason", Text),
    Column("recorded", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    PrimaryKeyConstraint("id"),
    _one_of("status", Status),
    Index(None, "status", "expires_at"),
    Index(None, "status", "created_at"),
    Index(None, "dag_id", "run_id", "task_id"),
    Index(None, "dag_id", "team_name"),
    Index(None, "created_at", "id", postgresql_include=COUNTED),
    Index(None, "resolved_at", "id"),
    Index(None, "expires_at", "id", postgresql_where=IS_OPEN, sqlite_where=IS_OPEN),
)

searchable = approval.c.subject + BETWEEN + approval.c.dag_id + BETWEEN + approval.c.run_id
searchable += BETWEEN + func.coalesce(approval.c.task_id, literal_column("''"))
"""What a search looks through."""

waiter = _child(
    "approval_waiter",
    Column("ti_id", Uuid(), nullable=False),
    Column("map_index", Integer, nullable=False),
    Column("try_number", Integer, nullable=False),
    Column("way", String(20), nullable=False),
    Column("ends", String(10), nullable=False),
    Column("at_end", Json),  # NULL: opened before 0.2.0, and a worker ends it
    Column("run_cleared", Integer),  # NULL: opened before 0.2.0
    Column("ended_at", UtcDateTime()),
    Column("taken_at", UtcDateTime()),
    PrimaryKeyConstraint("approval_id", "ti_id"),
    UniqueConstraint("ti_id"),
)

approver = _child(
    "approval_approver",
    Column("level", Integer, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("name", String(NAME_LENGTH), nullable=False),
    PrimaryKeyConstraint("approval_id", "level", "kind", "name"),
    _one_of("kind", ApproverKind),
    Index(None, "kind", "name"),
)

vote = _child(
    "approval_vote",
    Column("actor_id", String(NAME_LENGTH), nullable=False),
    Column("actor_name", String(NAME_LENGTH), nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("comment", Text),
    Column("level", Integer, nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    PrimaryKeyConstraint("approval_id", "actor_id"),
    _one_of("verdict", Verdict),
)

content = _child(
    "approval_content",
    Column("fingerprint", String(FINGERPRINT_LENGTH), nullable=False),
    Column("subject", String(500), nullable=False),
    Column("body", Text, nullable=False),
    Column("metadata", Json, nullable=False),
    PrimaryKeyConstraint("approval_id", "fingerprint"),
)
"""Contents that an edit replaced, each once; the one of today is in ``approval``."""

event = _child(
    "approval_event",
    Column("seq", Integer, nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("type", String(TYPE_LENGTH), nullable=False),
    Column("actor_kind", String(10), nullable=False),
    Column("actor_id", String(NAME_LENGTH), nullable=False),
    Column("actor_name", String(NAME_LENGTH), nullable=False),
    Column("fields", Json, nullable=False),
    PrimaryKeyConstraint("approval_id", "seq"),
    _one_of("actor_kind", ActorKind),
)
