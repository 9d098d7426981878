"""From revision 0001 to the newest and back, with the requests that version 0.1.0 left."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from airflow_approvals.service import reading
from airflow_approvals.store.policies import policy_json
from airflow_approvals.store.tables import approval as approval_table
from airflow_approvals.store.tables import event as event_table
from airflow_approvals.store.tables import waiter as waiter_table
from tests.builders import NOW, types
from tests.migration.test_upgrading import everything, migrate, old, rows, upgraded, work_at

__all__ = ["old", "upgraded"]  # fixtures

REVISION_OF_DUMPS = "0001"


def test_a_fact_that_older_versions_do_not_know_can_be_read_after_down_and_up(upgraded: Session) -> None:
    """Going down it becomes an edit of nothing, and nothing else of the record is touched."""
    approval, record = everything(upgraded)["pending"]
    upgraded.execute(
        sa.insert(event_table),
        {
            "approval_id": approval.id,
            "seq": 2,
            "at": NOW,
            "type": "a_new_fact",
            "actor_kind": "system",
            "actor_id": "system",
            "actor_name": "system",
            "fields": {"more": 1},
        },
    )
    upgraded.commit()
    migrate(REVISION_OF_DUMPS)
    migrate("heads")
    found = reading.record(approval.id, work=work_at(NOW))
    assert found[:1] == record
    assert types(found) == ["opened", "updated"]


def test_a_request_without_a_record_is_no_obstacle(old: Session) -> None:
    """Somebody may have purged old events by hand."""
    old.execute(sa.text("DELETE FROM approval_event"))
    old.commit()
    migrate("heads")
    assert old.execute(sa.select(sa.func.max(approval_table.c.recorded))).scalar_one() == 0


def test_down_gives_back_what_was_there(old: Session) -> None:
    """Up and down again, row by row; and up once more."""
    before = rows(old)
    old.commit()
    migrate("heads")
    migrate(REVISION_OF_DUMPS)
    assert rows(old) == before
    old.commit()
    migrate("heads")
    assert len(everything(old)) == len(before["approval"])


def test_down_leaves_nothing_of_the_server_s_ends(upgraded: Session) -> None:
    """A version that knows no such thing reads every request, and has a worker end what waits."""
    approval, _ = everything(upgraded)["pending"]
    request, mine = approval_table.c, waiter_table.c
    written = policy_json(replace(approval.policy, respect_trigger_rules=True))
    upgraded.execute(sa.update(approval_table).where(request.id == approval.id).values(policy=written))
    ends = {"way": "awaiting_input", "ends": "server", "at_end": {"returns": True}}
    upgraded.execute(sa.update(waiter_table).where(mine.approval_id == approval.id).values(ends))
    ended = {"at": NOW, "type": "ended", "fields": {"outcome": "success"}, "seq": 2}
    system = dict.fromkeys(("actor_kind", "actor_id", "actor_name"), "system")
    upgraded.execute(sa.insert(event_table).values(approval_id=approval.id, **ended, **system))
    upgraded.commit()

    migrate("0003")

    policies = upgraded.execute(sa.select(request.policy)).scalars().all()
    assert policies
    assert not [policy for policy in policies if "respect_trigger_rules" in policy]
    assert upgraded.execute(sa.select(mine.way, mine.ends).distinct()).all() == [("trigger", "worker")]
    types_left = sa.select(event_table.c.type).where(event_table.c.approval_id == approval.id)
    assert upgraded.execute(types_left.order_by(event_table.c.seq)).scalars().all()[-1] == "resumed"
    upgraded.commit()
    migrate("heads")
