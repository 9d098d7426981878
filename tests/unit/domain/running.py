"""How the service gives a command, without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.change import Change

Input = TypeVar("Input")


def run(
    command: Callable[[Approval, Input, datetime], Change], approval: Approval, given: Input, now: datetime
) -> Change:
    """Bring the request up to date, then give the command, as ``service/commands.py`` does."""
    caught_up = advance(approval, now)
    return caught_up.then(command(caught_up.approval, given, now))
