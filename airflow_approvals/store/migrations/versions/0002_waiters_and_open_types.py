"""Waiters in a table of their own, who closed a request and why, and a record that takes any fact.

Data moves in a handful of statements over whole tables, whatever their size. The other direction gives
back what 0001 can hold.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(250)
NAME = sa.String(512)
TIME = sa.TIMESTAMP(timezone=True)
JSON = sa.JSON(none_as_null=True)

TYPES_OF_0001 = (
    "type IN ('opened', 'voted', 'escalated', 'reminded', 'approved', 'denied', 'expired', "
    "'cancelled', 'updated', 'resumed')"
)


def upgrade() -> None:
    """Split, fill, and let go of what moved."""
    types = sa.CheckConstraint(TYPES_OF_0001, name=op.f("ck_approval_event_type"))
    old = (sa.Column("type", sa.String(20), nullable=False), sa.Column("detail", JSON, nullable=False), types)
    with op.batch_alter_table("approval_event", copy_from=_event(*old)) as batch:
        batch.drop_constraint(op.f("ck_approval_event_type"), type_="check")
        batch.alter_column("type", existing_type=sa.String(20), type_=sa.String(50), existing_nullable=False)
        batch.alter_column("detail", new_column_name="fields", existing_type=JSON, existing_nullable=False)
    # What silence did was an approval or a denial by the system; it is one fact, whatever it leads to.
    op.execute(
        "UPDATE approval_event SET type = 'expired' "
        "WHERE type IN ('approved', 'denied') AND actor_kind = 'system'"
    )
    op.create_table(
        "approval_waiter",
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("ti_id", sa.Uuid(), nullable=False),
        sa.Column("map_index", sa.Integer, nullable=False),
        sa.Column("try_number", sa.Integer, nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("ends", sa.String(10), nullable=False),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("approval_id", "ti_id", name=op.f("pk_approval_waiter")),
        sa.UniqueConstraint("ti_id", name=op.f("uq_approval_waiter_ti_id")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_approval_waiter_approval"), ondelete="CASCADE"
        ),
    )
    op.execute(
        "INSERT INTO approval_waiter (approval_id, ti_id, map_index, try_number, way, ends, ended_at) "
        "SELECT id, ti_id, map_index, try_number, 'trigger', 'worker', resumed_at "
        "FROM approval WHERE ti_id IS NOT NULL"
    )
    with op.batch_alter_table("approval", copy_from=_approval(*_only_in_0001())) as batch:
        batch.add_column(sa.Column("actor_kind", sa.String(10)))
        batch.add_column(sa.Column("reason", sa.Text))
        batch.add_column(sa.Column("recorded", sa.Integer))
        batch.drop_constraint(op.f("uq_approval_ti_id"), type_="unique")
        for column in ("ti_id", "try_number", "resumed_at", "quorum", "inputs"):
            batch.drop_column(column)
    op.execute(
        "UPDATE approval SET "
        "recorded = (SELECT coalesce(max(seq), 0) FROM approval_event WHERE approval_id = approval.id), "
        "actor_kind = (SELECT actor_kind FROM approval_event WHERE approval_id = approval.id "
        "AND type IN ('approved', 'denied', 'expired', 'cancelled')), "
        "reason = CASE WHEN status = 'cancelled' THEN comment END, "
        "comment = CASE WHEN status <> 'cancelled' THEN comment END, "
        f"policy = {_with_version()}"
    )
    filled = (*_only_in_0002(), sa.Column("recorded", sa.Integer))
    with op.batch_alter_table("approval", copy_from=_approval(*filled)) as batch:
        batch.alter_column("recorded", existing_type=sa.Integer, nullable=False)


def downgrade() -> None:
    """Put together again; a fact that 0001 does not know becomes an ``updated`` without changes."""
    op.execute(f"UPDATE approval SET comment = coalesce(reason, comment), policy = {_without_version()}")
    present = (*_only_in_0002(), sa.Column("recorded", sa.Integer, nullable=False))
    with op.batch_alter_table("approval", copy_from=_approval(*present)) as batch:
        for column in ("actor_kind", "reason", "recorded"):
            batch.drop_column(column)
        batch.add_column(sa.Column("try_number", sa.Integer))
        batch.add_column(sa.Column("ti_id", sa.Uuid()))
        batch.add_column(sa.Column("resumed_at", TIME))
        batch.add_column(sa.Column("quorum", sa.Integer))
        batch.add_column(sa.Column("inputs", JSON))
    waiter = "FROM approval_waiter WHERE approval_id = approval.id"
    op.execute(
        f"UPDATE approval SET try_number = (SELECT try_number {waiter}), ti_id = (SELECT ti_id {waiter}), "
        f"resumed_at = (SELECT ended_at {waiter}), quorum = {_quorum()}"
    )
    present = _only_in_0001()[:-2]
    with op.batch_alter_table(
        "approval", copy_from=_approval(*present, sa.Column("quorum", sa.Integer))
    ) as batch:
        batch.alter_column("quorum", existing_type=sa.Integer, nullable=False)
        batch.create_unique_constraint(op.f("uq_approval_ti_id"), ["ti_id"])
    op.drop_table("approval_waiter")
    nothing = '{"changed": {}}'
    op.execute(
        f"UPDATE approval_event SET type = 'updated', fields = '{nothing}' WHERE NOT ({TYPES_OF_0001})"
    )
    op.execute(
        "UPDATE approval_event SET type = (SELECT status FROM approval WHERE id = approval_id) "
        "WHERE type = 'expired'"
    )
    new = (sa.Column("type", sa.String(50), nullable=False), sa.Column("fields", JSON, nullable=False))
    with op.batch_alter_table("approval_event", copy_from=_event(*new)) as batch:
        batch.alter_column("fields", new_column_name="detail", existing_type=JSON, existing_nullable=False)
        batch.alter_column("type", existing_type=sa.String(50), type_=sa.String(20), existing_nullable=False)
        batch.create_check_constraint(op.f("ck_approval_event_type"), TYPES_OF_0001)


# SQLite can drop a constraint only by copying the table, and the statements can be printed without a
# database only if the table is told here.


def _event(*more: Any) -> sa.Table:
    return sa.Table(
        "approval_event",
        sa.MetaData(),
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor_kind", sa.String(10), nullable=False),
        sa.Column("actor_id", NAME, nullable=False),
        sa.Column("actor_name", NAME, nullable=False),
        *more,
        sa.PrimaryKeyConstraint("approval_id", "seq", name=op.f("pk_approval_event")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_approval_event_approval"), ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "actor_kind IN ('person', 'task', 'system')", name=op.f("ck_approval_event_actor_kind")
        ),
    )


def _approval(*more: Any) -> sa.Table:
    return sa.Table(
        "approval",
        sa.MetaData(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dag_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("task_id", ID),
        sa.Column("map_index", sa.Integer, nullable=False),
        sa.Column("team_name", ID),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("policy", JSON, nullable=False),
        sa.Column("requested_by", NAME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("escalated_at", TIME),
        sa.Column("resolved_at", TIME),
        sa.Column("actor_id", NAME),
        sa.Column("actor_name", NAME),
        sa.Column("comment", sa.Text),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.CheckConstraint(
            "status IN ('pending', 'escalated', 'approved', 'denied', 'expired', 'cancelled')",
            name=op.f("ck_approval_status"),
        ),
        sa.Index(op.f("ix_approval_status_expires_at"), "status", "expires_at"),
        sa.Index(op.f("ix_approval_status_created_at"), "status", "created_at"),
        sa.Index(op.f("ix_approval_dag_id_run_id_task_id"), "dag_id", "run_id", "task_id"),
        sa.Index(op.f("ix_approval_created_at"), "created_at"),
        sa.Index(op.f("ix_approval_resolved_at"), "resolved_at"),
    )


def _only_in_0001() -> tuple[Any, ...]:
    return (
        sa.Column("try_number", sa.Integer),
        sa.Column("ti_id", sa.Uuid()),
        sa.Column("inputs", JSON),
        sa.Column("resumed_at", TIME),
        sa.Column("quorum", sa.Integer, nullable=False),
        sa.UniqueConstraint("ti_id", name=op.f("uq_approval_ti_id")),
    )


def _only_in_0002() -> tuple[Any, ...]:
    return (sa.Column("actor_kind", sa.String(10)), sa.Column("reason", sa.Text))


def _is_postgres() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _with_version() -> str:
    if _is_postgres():
        return """(policy::jsonb || '{"version": 1}'::jsonb)::json"""
    return "json_set(policy, '$.version', 1)"


def _without_version() -> str:
    return "(policy::jsonb - 'version')::json" if _is_postgres() else "json_remove(policy, '$.version')"


def _quorum() -> str:
    return "(policy->>'quorum')::integer" if _is_postgres() else "json_extract(policy, '$.quorum')"
