"""The "Approval" button on the task instance page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from airflow.sdk import BaseOperator, BaseOperatorLink

from airflow_approvals.config import public_url


def approval_url(approval_id: UUID) -> str:
    """Give the address of the Approvals page at which a signed-in person reads and decides the request."""
    return f"{public_url()}/plugin/approvals?id={approval_id}"


class ApprovalLink(BaseOperatorLink):  # type: ignore[misc]
    """Opens the request of this task instance."""

    name = "Approval"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """Give the address, empty before the request is open. Runs on the worker, after each run."""
        approval_id = getattr(operator, "approval_id", None)
        return approval_url(approval_id) if approval_id else ""
