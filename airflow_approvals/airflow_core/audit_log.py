"""Airflow's own audit log: its table ``log``, shown under Browse → Audit Log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from airflow.models.log import Log
from sqlalchemy.orm import Session

MAX_OWNER_LENGTH = 500  # of Airflow's column


def write(
    event: str,
    *,
    owner: str,
    dag_id: str | None,
    run_id: str | None,
    task_id: str | None,
    map_index: int | None,
    extra: Mapping[str, Any],
    session: Session,
) -> None:
    """Add a line, as part of the caller's transaction.

    :param owner: the name of who did it.
    """
    name = owner[:MAX_OWNER_LENGTH]
    session.add(
        Log(
            event=event,
            owner=name,
            owner_display_name=name,
            extra=json.dumps(extra),
            dag_id=dag_id,
            run_id=run_id,
            task_id=task_id,
            map_index=map_index,
        )
    )
