"""Whether a task took its answer, and how often its run had been cleared; both decide what a new try gets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.TIMESTAMP(timezone=True)
APPROVES = '%"verdict": "approve"%'


def upgrade() -> None:
    """Make the columns. No answer from before is carried over."""
    op.add_column("approval_waiter", sa.Column("run_cleared", sa.Integer()))
    op.add_column("approval_waiter", sa.Column("taken_at", TIME))


def downgrade() -> None:
    """Drop them, and write the facts as the version before would have."""
    op.execute("UPDATE approval_event SET type = 'resumed' WHERE type = 'taken'")
    event = sa.table("approval_event", sa.column("type", sa.String()), sa.column("fields", sa.Text()))
    carried, fields = event.c.type == "carried", sa.cast(event.c.fields, sa.Text())
    for verdict, condition in (("approved", fields.like(APPROVES)), ("denied", sa.true())):
        op.execute(sa.update(event).where(carried, condition).values(type=verdict, fields=sa.text("'{}'")))
    op.drop_column("approval_waiter", "taken_at")
    op.drop_column("approval_waiter", "run_cleared")
