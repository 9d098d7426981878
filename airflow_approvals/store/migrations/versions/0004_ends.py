"""What belongs to the end of a waiting task; one that waited before has none of it, and a worker ends it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column."""
    op.add_column("approval_waiter", sa.Column("at_end", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    """Drop it, and have a worker end whatever waits: that is all the version before knows."""
    op.execute("UPDATE approval_waiter SET ends = 'worker', way = 'trigger'")
    op.execute("UPDATE approval_event SET type = 'resumed', fields = '{}' WHERE type = 'ended'")
    op.drop_column("approval_waiter", "at_end")
