"""What belongs to the end of a waiting task; one that waited before has none of it, and a worker ends it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True)
BATCH = 500

approval = sa.table("approval", sa.column("id", sa.Uuid()), sa.column("policy", JSON))


def upgrade() -> None:
    """Make the column."""
    op.add_column("approval_waiter", sa.Column("at_end", JSON))


def downgrade() -> None:
    """Drop it, and leave nothing that the version before does not know.

    That one has a worker end whatever waits, and leaves what follows a skipped task to the trigger rules.
    """
    op.execute("UPDATE approval_waiter SET ends = 'worker', way = 'trigger'")
    op.execute("UPDATE approval_event SET type = 'resumed', fields = '{}' WHERE type = 'ended'")
    op.drop_column("approval_waiter", "at_end")
    if not context.is_offline_mode():
        _forget_rules()


def _forget_rules() -> None:
    connection = op.get_bind()
    query = sa.select(approval).order_by(approval.c.id).limit(BATCH)
    found = connection.execute(query).all()
    while found:
        for row in found:
            if "respect_trigger_rules" in row.policy:
                policy = {k: v for k, v in row.policy.items() if k != "respect_trigger_rules"}
                connection.execute(sa.update(approval).where(approval.c.id == row.id).values(policy=policy))
        found = connection.execute(query.where(approval.c.id > found[-1].id)).all()
