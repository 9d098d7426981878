"""Error answers: made of an error by the server, made an error again by the client."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from airflow_approvals.domain import errors
from airflow_approvals.domain.content import ContentField
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
    changed: list[ContentField] | None = Field(
        default=None, description="With `content_changed`: what is not as you read it."
    )
    fingerprint: str | None = Field(
        default=None, description="With `content_changed`: that of the content as it is now."
    )
    until: AwareDatetime | None = Field(
        default=None, description="With `kept`: when the record may be deleted; left out: never."
    )
    version: int | None = Field(default=None, description="With `version_differs`: the version now.")
    limit: int | None = Field(default=None, description="With `too_many_edits`: how many one request takes.")
    retry_after_seconds: int | None = Field(
        default=None, description="With `too_many_requests` and `unavailable`; the same as `Retry-After`."
    )


_CARRIED = frozenset({"changed", "fingerprint", "until", "version", "limit", "retry_after_seconds"})

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
    return Problem.model_validate({"detail": words(error), "code": error.code, **_known(error)})


def error_of(problem: Problem) -> errors.ApprovalError | None:  # noqa: PLR0911  (one a class that knows more)
    """Rebuild the error that an answer stands for; None when it is not one of ours."""
    match problem:
        case Problem(code=errors.NotSignedIn.code):
            return errors.NotSignedIn(problem.detail)
        case Problem(code=errors.NotAllowed.code):
            return errors.NotAllowed(problem.detail, rule=problem.rule or "unknown")
        case Problem(code=errors.Invalid.code):
            return errors.Invalid(problem.detail)
        case Problem(code=errors.AlreadyClosed.code, closed=ClosedShape() as how):
            return errors.AlreadyClosed(status=how.status, by=how.by, by_kind=how.by_kind.value, at=how.at)
        case Problem(code=errors.ContentChanged.code, fingerprint=str(now), changed=list(changed)):
            return errors.ContentChanged(fingerprint=now, changed=tuple(changed))
        case Problem(code=errors.Kept.code):
            return errors.Kept(until=problem.until)
        case Problem(code=errors.VersionDiffers.code, version=int(version)):
            return errors.VersionDiffers(version=version)
        case Problem(code=errors.TooManyEdits.code, limit=int(limit)):
            return errors.TooManyEdits(limit=limit)
        case Problem(code=errors.TooManyRequests.code, retry_after_seconds=int(seconds)):
            return errors.TooManyRequests(retry_after_seconds=seconds)
        case Problem(code=errors.Unavailable.code, retry_after_seconds=int(seconds)):
            return errors.Unavailable(retry_after_seconds=seconds)
    return _PLAIN[problem.code](problem.detail) if problem.code in _PLAIN else None


def _known(error: errors.ApprovalError) -> dict[str, object]:
    """Give what an error knows beyond its words, under the names of :class:`Problem`."""
    match error:
        case errors.AlreadyClosed():
            how = {"status": error.status, "by": error.by, "by_kind": error.by_kind, "at": error.at}
            return {"closed": how}
        case errors.NotAllowed():
            return {"rule": error.rule}
        case _:
            return {name: value for name, value in vars(error).items() if name in _CARRIED}
