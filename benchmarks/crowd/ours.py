"""Our rows of the crowd: requests with all that belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_approvals.store import tables
from benchmarks.crowd.sql import Sql, insert, subject_and_body

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from benchmarks.crowd import Crowd

_LEVEL = '{{"approvers": [{{"kind": "role", "name": "{role}"}}], "timeout_seconds": 2592000.0}}'


def fill_ours(crowd: Crowd, sql: Sql, session: Session) -> None:
    levels = _LEVEL.format(role="' || role || '")
    onward = f", {_LEVEL.format(role='director')}"
    policy = (
        f"""'{{"version": 1, "levels": [{levels}' || CASE WHEN has_levels THEN '{onward}' ELSE '' END || """
        """'], "on_deny": "fail", "on_expiry": "fail", "respect_trigger_rules": true, "quorum": 1}'"""
    )
    ended, closed = sql.time("created + lasted"), "NOT is_open"
    by = "CASE WHEN is_open THEN NULL WHEN fate = 18 THEN {system} ELSE {person} END"
    comment = "CASE WHEN is_decided AND r % 3 = 0 THEN 'Compared with yesterday: fine.' END"
    insert(
        tables.approval,
        {
            "id": "id",
            "dag_id": "dag_id",
            "run_id": "run_id",
            "task_id": "'gate'",
            "map_index": "-1",
            **subject_and_body(sql),
            "metadata": sql.json("""'{"rows": ' || r || ', "table": "ledger"}'"""),
            "fingerprint": sql.repeat("0", "52") + " || " + sql.hexadecimal("n", 12),  # nobody computes it
            "policy": sql.json(policy),
            "status": "status",
            "level": "CASE WHEN is_escalated THEN 1 ELSE 0 END",
            "requested_by": "person",
            "created_at": sql.time("created"),
            "expires_at": sql.time("deadline"),
            "escalated_at": f"CASE WHEN is_escalated THEN {sql.time('created + lasted / 2')} END",
            "resolved_at": f"CASE WHEN {closed} THEN {ended} END",
            "actor_kind": by.format(system="'system'", person="'person'"),
            "actor_id": by.format(system="'system'", person="'id-' || person"),
            "actor_name": by.format(system="'system'", person="person"),
            "comment": comment,
            "reason": "CASE WHEN NOT is_open AND fate = 19 THEN 'Not needed any more.' END",
            "recorded": "1 + CASE WHEN is_escalated THEN 1 ELSE 0 END"
            " + CASE WHEN is_open THEN 0 WHEN is_decided THEN 2 ELSE 1 END",
            "version": "CASE WHEN is_open THEN 1 ELSE 2 END + CASE WHEN is_escalated THEN 1 ELSE 0 END",
        },
        None,
        session,
    )
    waits = {"map_index": "-1", "try_number": "1", "way": f"'{crowd.way}'", "ends": "'server'"}
    at_end = sql.json("""'{"returns": true}'""")
    ended_at = f"CASE WHEN {closed} THEN {ended} END"
    waiter = {"approval_id": "id", "ti_id": "ti_id", **waits, "at_end": at_end, "ended_at": ended_at}
    insert(tables.waiter, waiter, None, session)
    for level, kind, name, where in (
        ("0", "role", "role", None),
        ("1", "role", "'director'", "has_levels"),
        ("0", "user", "person", "r % 50 = 0"),
    ):
        asked = {"approval_id": "id", "level": level, "kind": f"'{kind}'", "name": name}
        insert(tables.approver, asked, where, session)
    vote = {"actor_id": "'id-' || person", "actor_name": "person", "comment": comment, "level": "0"}
    verdict = "CASE WHEN fate < 16 THEN 'approve' ELSE 'deny' END"
    vote |= {"verdict": verdict, "at": ended}
    insert(tables.vote, {"approval_id": "id", **vote}, "is_decided", session)
    _events(sql, session)


def _events(sql: Sql, session: Session) -> None:
    later = "CASE WHEN is_escalated THEN 1 ELSE 0 END"
    task, system = ("'task'", "'ti:crowd'", "'crowd'"), ("'system'", "'system'", "'system'")
    person = ("'person'", "'id-' || person", "person")
    ended = "created + lasted"
    voted = (
        """'{"verdict": "' || CASE WHEN fate < 16 THEN 'approve' ELSE 'deny' END || """
        """'", "comment": null, "level": 0, "as": ["role ' || role || '"]}'"""
    )
    for seq, at, type_, actor, fields, where in (
        ("1", "created", "'opened'", task, """'{"expires_at": null}'""", None),
        (
            "2",
            "created + lasted / 2",
            "'escalated'",
            system,
            """'{"level": 1, "expires_at": null}'""",
            "is_escalated",
        ),
        (f"2 + {later}", ended, "'voted'", person, voted, "is_decided"),
        (f"3 + {later}", ended, "status", person, "'{}'", "is_decided"),
        (f"2 + {later}", ended, "status", system, """'{"on_expiry": "fail"}'""", "status = 'expired'"),
        (f"2 + {later}", ended, "status", person, """'{"reason": "Not needed."}'""", "status = 'cancelled'"),
    ):
        kind, id_, name = actor
        event = {"approval_id": "id", "seq": seq, "at": sql.time(at), "type": type_}
        event |= {"fields": sql.json(fields), "actor_kind": kind, "actor_id": id_, "actor_name": name}
        insert(tables.event, event, where, session)
