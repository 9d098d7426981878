"""An index for each way of asking, however many requests there are.

The one of what a search looks through needs PostgreSQL's extension pg_trgm. Where that is not there, or this
user may not make it, the index is left out, and a search reads every request.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COUNTED = ["dag_id", "level", "status", "escalated_at", "resolved_at", "actor_kind"]
IS_OPEN = sa.text("status IN ('pending', 'escalated')")
SEARCHABLE = "(subject || '\n' || dag_id || '\n' || run_id || '\n' || coalesce(task_id, ''))"
MAKE_SEARCHABLE = f"""
DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX ix_approval_searchable ON approval USING gin ({SEARCHABLE} gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
    RAISE WARNING 'airflow_approvals: no pg_trgm (%), so a search will read every request', SQLERRM;
END $$
"""


def upgrade() -> None:
    """Replace indexes of one time by indexes of lists, which go on by id where a time is shared."""
    op.drop_index("ix_approval_created_at", "approval")
    op.drop_index("ix_approval_resolved_at", "approval")
    op.create_index("ix_approval_created_at_id", "approval", ["created_at", "id"], postgresql_include=COUNTED)
    op.create_index("ix_approval_resolved_at_id", "approval", ["resolved_at", "id"])
    op.create_index(
        "ix_approval_expires_at_id",
        "approval",
        ["expires_at", "id"],
        postgresql_where=IS_OPEN,
        sqlite_where=IS_OPEN,
    )
    op.create_index("ix_approval_dag_id_team_name", "approval", ["dag_id", "team_name"])
    if op.get_context().dialect.name == "postgresql":
        op.execute(MAKE_SEARCHABLE)
        op.execute("ANALYZE approval")  # so that the planner knows what searches find


def downgrade() -> None:
    """Put the old ones back. The extension stays: others may use it by now."""
    op.execute("DROP INDEX IF EXISTS ix_approval_searchable")
    for name in ("created_at_id", "resolved_at_id", "expires_at_id", "dag_id_team_name"):
        op.drop_index(f"ix_approval_{name}", "approval")
    op.create_index("ix_approval_created_at", "approval", ["created_at"])
    op.create_index("ix_approval_resolved_at", "approval", ["resolved_at"])
