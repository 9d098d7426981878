"""Approval gates for Apache Airflow: roles, escalation, expiry and a record of every step."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_approvals.operators.approval_ext import (
        ApprovalCancelled as ApprovalCancelled,
    )
    from airflow_approvals.operators.approval_ext import (
        ApprovalDenied as ApprovalDenied,
    )
    from airflow_approvals.operators.approval_ext import (
        ApprovalExpired as ApprovalExpired,
    )
    from airflow_approvals.operators.approval_ext import (
        ApprovalExtOperator as ApprovalExtOperator,
    )
    from airflow_approvals.triggers.approval import ApprovalTrigger as ApprovalTrigger

__version__ = "0.2.0"

_PUBLIC = {
    "ApprovalCancelled": "airflow_approvals.operators.approval_ext",
    "ApprovalDenied": "airflow_approvals.operators.approval_ext",
    "ApprovalExpired": "airflow_approvals.operators.approval_ext",
    "ApprovalExtOperator": "airflow_approvals.operators.approval_ext",
    "ApprovalTrigger": "airflow_approvals.triggers.approval",
}

__all__ = ["__version__", *sorted(_PUBLIC)]  # noqa: PLE0604  (the names are served by __getattr__)


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that provider discovery stays free of Airflow imports."""
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
