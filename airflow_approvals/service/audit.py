"""What people do to requests, and what they were refused, in Airflow's own audit log too.

The record of a request tells what became of it and ends with it; the audit log outlives it.
"""

from __future__ import annotations

from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from airflow_approvals.airflow_core import audit_log
from airflow_approvals.domain.approval import Origin, Verdict
from airflow_approvals.domain.errors import ApprovalError, NotAllowed
from airflow_approvals.domain.people import Actor
from airflow_approvals.service.transaction import Work, writing


class Deed(str, Enum):
    """What somebody did, or was refused: events ``approval_<deed>`` and ``approval_<deed>_refused``."""

    OPEN = "open"
    APPROVE = "approve"
    DENY = "deny"
    EDIT = "edit"
    CANCEL = "cancel"
    DELETE = "delete"

    @classmethod
    def of(cls, verdict: Verdict) -> Deed:
        """Give the deed of an answer."""
        return cls.APPROVE if verdict is Verdict.APPROVE else cls.DENY


def note(
    deed: Deed,
    who: Actor,
    origin: Origin,
    *,
    approval_id: UUID | None,
    refusal: ApprovalError | None = None,
    session: Session,
) -> None:
    """Add a line, in the transaction of the deed.

    :param approval_id: None when a request was not even opened.
    :param refusal: why it was not done; None: it was.
    """
    extra: dict[str, Any] = {"approval_id": approval_id and str(approval_id), "actor_id": who.id}
    if who.os_user is not None:  # who answered on their behalf
        extra["os_user"] = who.os_user
    if refusal is not None:
        extra["refused"] = refusal.rule if isinstance(refusal, NotAllowed) else refusal.code
    audit_log.write(
        f"approval_{deed.value}" if refusal is None else f"approval_{deed.value}_refused",
        owner=who.name,
        dag_id=origin.dag_id,
        run_id=origin.run_id,
        task_id=origin.task_id,
        map_index=origin.map_index,
        extra=extra,
        session=session,
    )


def note_refusal(
    deed: Deed, who: Actor, origin: Origin, refusal: ApprovalError, *, approval_id: UUID | None, work: Work
) -> None:
    """Add a line about what was refused before it reached the request."""
    writing(_note_refusal, deed, who, origin, refusal, approval_id, work=work)


def _note_refusal(
    deed: Deed,
    who: Actor,
    origin: Origin,
    refusal: ApprovalError,
    approval_id: UUID | None,
    *,
    session: Session,
) -> None:
    note(deed, who, origin, approval_id=approval_id, refusal=refusal, session=session)
