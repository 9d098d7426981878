"""Airflow's rows of the crowd: what makes open requests alive, and its own Human-in-the-loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.taskinstance import TaskInstance
from airflow.models.trigger import Trigger

from benchmarks.crowd.sql import Sql, insert, subject_and_body

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from benchmarks.crowd import Crowd


def fill_airflows(crowd: Crowd, sql: Sql, session: Session) -> None:
    """Write the runs and tasks that make open requests alive, and Airflow's own Human-in-the-loop."""

    place = {"dag_id": "dag_id", "run_id": "run_id"}
    run = {
        **place,
        "run_type": "'manual'",
        "state": "CASE WHEN is_open THEN 'running' ELSE 'success' END",
        "run_after": sql.time("created"),
        "start_date": sql.time("created"),
        "log_template_id": "NULL",
        "clear_number": "0",
    }
    insert(DagRun.__table__, run, None if crowd.native else "is_open", session)
    task = {
        **place,
        "map_index": "-1",
        "try_number": "1",
        "max_tries": "0",
        "pool": "'default_pool'",
        "pool_slots": "1",
        "start_date": sql.time("created"),
        "updated_at": sql.time("created"),
    }
    waiting: dict[str, str]
    if crowd.way == "trigger":
        last = session.execute(sa.select(sa.func.coalesce(sa.func.max(Trigger.id), 0))).scalar_one()
        kwargs = f"""'{{"approval_id": "' || {sql.written_id("id")} || '"}}'"""
        trigger = {
            "id": f"{last} + place",
            "classpath": "'airflow_approvals.triggers.approval.ApprovalTrigger'",
            "kwargs": kwargs,
            "created_date": sql.time("created"),
        }
        insert(Trigger.__table__, trigger, "is_open", session)
        if not sql.sqlite:
            session.execute(sa.text("SELECT setval('trigger_id_seq', max(id)) FROM trigger"))
        waiting = {"state": "'deferred'", "next_method": "'execute_complete'"}
        waiting |= {"trigger_id": f"{last} + place"}
    else:
        kwargs = f"""'{{"approval_id": "' || {sql.written_id("id")} || '", "level": 0}}'"""
        waiting = {
            "state": "'awaiting_input'",
            "next_method": "'execute_woken'",
            "next_kwargs": sql.json(kwargs, binary=True),
            "trigger_timeout": sql.time("deadline"),
        }
    gate = {**task, "id": "ti_id", "task_id": "'gate'", **waiting}
    insert(TaskInstance.__table__, gate, "is_open", session)
    if not crowd.native:
        return
    native = {**task, "id": "native_id", "task_id": "'native'", "operator": "'ApprovalOperator'"}
    native |= {"state": f"CASE WHEN is_open THEN {waiting['state']} ELSE 'success' END"}
    insert(TaskInstance.__table__, native, None, session)
    answered = "CASE WHEN NOT is_open THEN {} END"
    detail = {
        "ti_id": "native_id",
        **subject_and_body(sql),
        "options": sql.json("""'["Approve", "Reject"]'"""),
        "params": sql.json("'{}'"),
        "params_input": sql.json("'{}'"),
        "created_at": sql.time("created"),
        "responded_at": answered.format(sql.time("created + lasted")),
        "responded_by": answered.format(
            sql.json("""'{"id": "id-' || person || '", "name": "' || person || '"}'""")
        ),
        "chosen_options": answered.format(sql.json("""'["Approve"]'""")),
    }
    insert(HITLDetail.__table__, detail, None, session)
