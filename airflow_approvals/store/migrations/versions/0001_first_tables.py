"""Requests, approvers, votes and events."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(250)
NAME = sa.String(512)
TIME = sa.TIMESTAMP(timezone=True)
JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dag_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("task_id", ID),
        sa.Column("map_index", sa.Integer, nullable=False),
        sa.Column("try_number", sa.Integer),
        sa.Column("ti_id", sa.Uuid()),
        sa.Column("team_name", ID),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("quorum", sa.Integer, nullable=False),
        sa.Column("policy", JSON, nullable=False),
        sa.Column("requested_by", NAME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("escalated_at", TIME),
        sa.Column("resolved_at", TIME),
        sa.Column("actor_id", NAME),
        sa.Column("actor_name", NAME),
        sa.Column("comment", sa.Text),
        sa.Column("inputs", JSON),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("resumed_at", TIME),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("ti_id", name=op.f("uq_approval_ti_id")),
        sa.CheckConstraint(
            "status IN ('pending', 'escalated', 'approved', 'denied', 'expired', 'cancelled')",
            name=op.f("ck_approval_status"),
        ),
    )
    for columns in (
        ["status", "expires_at"],
        ["status", "created_at"],
        ["dag_id", "run_id", "task_id"],
        ["created_at"],
        ["resolved_at"],
    ):
        op.create_index(op.f("_".join(["ix_approval", *columns])), "approval", columns)
    _create_child(
        "approval_approver",
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", NAME, nullable=False),
        key=["approval_id", "level", "kind", "name"],
        values={"kind": "'role', 'user'"},
    )
    op.create_index(op.f("ix_approval_approver_kind_name"), "approval_approver", ["kind", "name"])
    _create_child(
        "approval_vote",
        sa.Column("actor_id", NAME, nullable=False),
        sa.Column("actor_name", NAME, nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
        key=["approval_id", "actor_id"],
        values={"verdict": "'approve', 'deny'"},
    )
    _create_child(
        "approval_event",
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("actor_kind", sa.String(10), nullable=False),
        sa.Column("actor_id", NAME, nullable=False),
        sa.Column("actor_name", NAME, nullable=False),
        sa.Column("detail", JSON, nullable=False),
        key=["approval_id", "seq"],
        values={
            "type": "'opened', 'voted', 'escalated', 'reminded', 'approved', 'denied', 'expired', "
            "'cancelled', 'updated', 'resumed'",
            "actor_kind": "'person', 'task', 'system'",
        },
    )


def downgrade() -> None:
    """Remove the four tables and the whole record with them."""
    for table in ("approval_event", "approval_vote", "approval_approver", "approval"):
        op.drop_table(table)


def _create_child(table: str, *columns: sa.Column[Any], key: list[str], values: dict[str, str]) -> None:
    op.create_table(
        table,
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f(f"fk_{table}_approval"), ondelete="CASCADE"
        ),
        *(
            sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))
            for column, listed in values.items()
        ),
    )
