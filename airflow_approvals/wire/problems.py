"""Error answers: made of an error by the server, made an error again by the client."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from airflow_approvals.domain import errors
from airflow_approvals.domain.people import ActorKind
from airflow_approvals.domain.status import Status
from airflow_approvals.wire.words import words


class ClosedShape(BaseModel):
    """How a request was closed."""

    status: Status
    by: str = Field(description="The name of who closed it.")
    by_kind: ActorKind
    at: AwareDatetime


class Problem(BaseModel):
    """Every error answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "detail": "This needs permission to edit Dag release.",
                    "code": "not_allowed",
                    "rule": "may_edit_dag",
                }
            ]
        }
    )

    detail: str = Field(description="For people: what is wrong and what to do next.")
    code: str = Field(description="For programs: stable across releases.")
    rule: str | None = Field(default=None, description="With `not_allowed`: the rule that refuses.")
    closed: ClosedShape | None = Field(default=None, description="With `already_closed`: how, by whom, when.")


_PLAIN: Mapping[str, type[errors.ApprovalError]] = {
    error.code: error
    for error in (
        errors.NotFound,
        errors.Conflict,
        errors.AlreadyVoted,
        errors.StillOpen,
        errors.NotDelivered,
        errors.ContentDiffers,
        errors.ChangedMeanwhile,
        errors.NewerVersion,
    )
}


def problem_of(error: errors.ApprovalError) -> Problem:
    """Give the JSON of an error answer."""
    closed = None
    if isinstance(error, errors.AlreadyClosed):
        kind = ActorKind(error.by_kind)
        closed = ClosedShape(status=error.status, by=error.by, by_kind=kind, at=error.at)
    rule = error.rule if isinstance(error, errors.NotAllowed) else None
    return Problem(detail=words(error), code=error.code, rule=rule, closed=closed)


def error_of(problem: Problem) -> errors.ApprovalError | None:
    """Rebuild the error that an answer stands for; None when it is not one of ours."""
    match problem.code:
        case errors.NotSignedIn.code:
            return errors.NotSignedIn(problem.detail)
        case errors.NotAllowed.code:
            return errors.NotAllowed(problem.detail, rule=problem.rule or "unknown")
        case errors.Invalid.code:
            return errors.Invalid(problem.detail)
        case errors.AlreadyClosed.code:
            how = problem.closed
            if how is None:
                return None
            return errors.AlreadyClosed(status=how.status, by=how.by, by_kind=how.by_kind.value, at=how.at)
        case code:
            return _PLAIN[code](problem.detail) if code in _PLAIN else None
