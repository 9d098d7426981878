"""What each error says to people: what is wrong, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

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
    errors.TooManyEdits: "A request takes {limit} edits; cancel this one and open another.",
    errors.VersionDiffers: (
        "The request changed since you read it; it is at version {version} now. Nothing was changed; read it "
        "again, then change it."
    ),
    errors.TooManyRequests: "You ask too often; try again in {retry_after_seconds} s.",
    errors.Unavailable: (
        "The database does not answer. Nothing was changed; try again in {retry_after_seconds} s."
    ),
}
"""Of the attributes of an error, those in braces are filled in."""

_CONTENT: Mapping[str, str] = {"subject": "its subject", "body": "its text", "metadata": "its details"}


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
        case errors.Kept():
            return _kept(error.until)
        case errors.ContentChanged():
            changed = ", ".join(_CONTENT[name] for name in error.changed)
            return (
                f"This request changed since you read it: {changed}. "
                "Your answer was not taken; read it again, then answer."
            )
        case errors.NotSignedIn() | errors.NotAllowed() | errors.Invalid():
            return error.detail
        case _:
            return _WORDS[type(error)].format(**vars(error))


def _kept(until: datetime | None) -> str:
    if until is None:
        return "Records are kept for ever here: [approvals] retention_days is 0."
    return f"[approvals] retention_days keeps this record until {utc(until):%Y-%m-%d %H:%M:%S} UTC."
