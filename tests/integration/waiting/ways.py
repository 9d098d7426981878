"""The ways of waiting that the installed Airflow has, and how a task parks in each."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk.exceptions import TaskDeferred

from airflow_approvals.domain.waiting import Way
from airflow_approvals.operators.parking import TaskAwaitingInput

WAYS = [Way.TRIGGER] if TaskAwaitingInput is None else [Way.AWAITING_INPUT, Way.TRIGGER]


def parks(way: Way) -> Any:
    """Expect that a task gives its worker back in this way."""
    return pytest.raises(TaskDeferred if way is Way.TRIGGER else TaskAwaitingInput)


def known(way: Way, parked: Any) -> dict[str, Any]:
    """What a parked task has left for its way back: the request and its level."""
    kept = dict(parked.trigger.serialize()[1] if way is Way.TRIGGER else parked.kwargs)
    return {name: kept[name] for name in ("approval_id", "level")}
