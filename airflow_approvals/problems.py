"""The one table between errors and HTTP: the server reads it forwards, the client backwards."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_approvals.domain.errors import (
    AlreadyClosed,
    AlreadyVoted,
    ApprovalError,
    ChangedMeanwhile,
    Conflict,
    ContentDiffers,
    Invalid,
    NotAllowed,
    NotDelivered,
    NotFound,
    NotSignedIn,
    StillOpen,
)
from airflow_approvals.wire import Problem

STATUS_OF: Mapping[type[ApprovalError], int] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    AlreadyClosed: 409,
    AlreadyVoted: 409,
    StillOpen: 409,
    NotDelivered: 409,
    ContentDiffers: 409,
    ChangedMeanwhile: 409,
    Invalid: 422,
}

_BY_CODE = {error.code: error for error in STATUS_OF}


def problem_of(error: ApprovalError) -> Problem:
    """Give the JSON of an error answer."""
    rule = error.rule if isinstance(error, NotAllowed) else None
    return Problem(detail=error.detail, code=error.code, rule=rule)


def error_of(problem: Problem) -> ApprovalError | None:
    """Rebuild the error that an answer stands for; None when the code is not one of ours."""
    error = _BY_CODE.get(problem.code)
    if error is None:
        return None
    if error is NotAllowed:
        return NotAllowed(problem.detail, rule=problem.rule or "unknown")
    return error(problem.detail)
