"""One way to change a request: read it locked, apply a command, write it, and start over when beaten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import tenacity
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from airflow_approvals.domain import lifecycle
from airflow_approvals.domain.approval import Approval, Event
from airflow_approvals.domain.errors import ApprovalError, ChangedMeanwhile, NotFound
from airflow_approvals.store import approvals as store

ATTEMPTS = 20

T = TypeVar("T")
Step = Callable[[Approval], lifecycle.Change]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A request after a command, and the events that command wrote."""

    approval: Approval
    events: tuple[Event, ...]


def retrying(work: Callable[[], T], *, session: Session) -> T:
    """Run ``work`` in a transaction; roll back and run it again when a concurrent change won.

    :raises ChangedMeanwhile: it lost every time.
    """
    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type((store.StaleVersion, OperationalError, IntegrityError)),
        wait=tenacity.wait_random(0, 0.1),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        after=lambda _: session.rollback(),
        reraise=True,
    )
    try:
        return attempts(work)
    except store.StaleVersion:
        raise ChangedMeanwhile("Others kept changing this request; look at it and try again.") from None
    except ApprovalError:
        session.rollback()
        raise


def change(approval_id: UUID, *, refresh: Step, command: Step, after: Step, session: Session) -> Outcome:
    """Apply ``command`` to the request as it really is, and commit.

    :param refresh: brings the request up to date first; kept even when the command is refused.
    :param after: applied to a closed request in the same transaction, e.g. to wake its task.
    :raises NotFound: no such request.
    :raises ApprovalError: whatever the command raises.
    """

    def work() -> tuple[Outcome, ApprovalError | None]:
        before = store.get(approval_id, session=session, lock=True)
        if before is None:
            raise NotFound
        refusal: ApprovalError | None = None
        current, events = refresh(before)
        try:
            current, more = command(current)
            events += more
        except ApprovalError as error:
            refusal = error
        if not current.is_open:
            current, more = after(current)
            events += more
        if events:
            current = store.save(before, current, events, session=session)
        session.commit()
        return Outcome(approval=current, events=events), refusal

    outcome, refusal = retrying(work, session=session)
    if refusal is not None:
        raise refusal
    return outcome
