"""What each error says to people: what is wrong, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_approvals.domain import errors
from airflow_approvals.domain.calendar import utc
from airflow_approvals.domain.people import ActorKind
from airflow_approvals.domain.status import Status

_WORDS: Mapping[type[errors.ApprovalError], str] = {
    errors.NotFound: "No approval with this id is visible to you.",
    errors.Conflict: "The request is not in a state in which this can be done.",
    errors.AlreadyVoted: "You have answered this request already; another approver has to answer too.",
    errors.StillOpen: "This request is open: cancel it first, or wait for the decision.",
    errors.NotDelivered: "The task has yet to go on with the decision; try again in a minute.",
    errors.ContentDiffers: (
        "This task instance has asked already, with other content. Clear the task to ask anew."
    ),
    errors.ChangedMeanwhile: "Others kept changing this request; look at it and try again.",
    errors.NewerVersion: (
        "A newer version of airflow-provider-approvals opened this request; install that version to act "
        "on it. Deleting it, once it is closed, works with this one."
    ),
}


def words(error: errors.ApprovalError) -> str:
    """Say it in English; times in UTC."""
    match error:
        case errors.AlreadyClosed():
            silence = error.by_kind == ActorKind.SYSTEM.value and error.status is not Status.CANCELLED
            how = ", because nobody answered in time," if silence else f" by {error.by}"
            end = f"{error.status.value}{how} at {utc(error.at):%Y-%m-%d %H:%M:%S} UTC"
            return f"This request is closed: {end}. Your command changed nothing."
        case errors.NotAnApprover():
            return (
                f"This request is decided by {', '.join(error.asked)}; {error.name} holds "
                f"{', '.join(error.held) or 'no role'}. "
                "Ask one of them, or ask your administrator for the role."
            )
        case errors.NotSignedIn() | errors.NotAllowed() | errors.Invalid():
            return error.detail
        case _:
            return _WORDS[type(error)]
