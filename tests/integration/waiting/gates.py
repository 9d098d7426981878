"""A gate as a worker runs it, without the rest of Airflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from airflow.sdk import BaseNotifier

from airflow_approvals import ApprovalExtOperator
from airflow_approvals.domain.approval import Approval
from tests.builders import opened, waiter
from tests.integration.waiting.approvals_api import ApprovalsApi

TI_ID = uuid4()


@dataclass
class TaskInstance:
    """As much of the running task instance as the operator looks at."""

    id: UUID
    map_index: int = -1


CONTEXT: Any = {"ti": TaskInstance(TI_ID)}


class Recorder(BaseNotifier):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[dict[str, Any]] = []

    def notify(self, context: Any) -> None:
        """Keep it."""
        self.told.append(dict(context))


def gate(**arguments: Any) -> ApprovalExtOperator:
    """A gate with sensible arguments."""
    return ApprovalExtOperator(
        **{"task_id": "gate", "subject": "Release 1.2", "approver_role": "manager", **arguments}
    )


def keep(api: ApprovalsApi, approval: Approval) -> dict[str, Any]:
    """Have the API know a request; give the event that its trigger would fire."""
    api.approvals[approval.id] = approval
    level = approval.progress.level
    return {"approval_id": str(approval.id), "status": approval.status.value, "level": level}


def asked(**fields: Any) -> Approval:
    """Give this task's request; takes the fields of ``Opening``."""
    return opened(waiter=waiter(ti_id=TI_ID), **fields)
