"""Turns errors into answers: a status from the one table, and ``{"detail", "code"}`` with what else is known.

The words are in ``wire/words.py``, where the client and the command line find them too.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response

from airflow_approvals.domain import errors
from airflow_approvals.service.transaction import unavailable
from airflow_approvals.wire.mistakes import what_is_wrong
from airflow_approvals.wire.problems import Problem, problem_of

log = logging.getLogger(__name__)

STATUS_OF: Mapping[type[errors.ApprovalError], int] = {
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.NotAnApprover: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.AlreadyClosed: 409,
    errors.AlreadyVoted: 409,
    errors.StillOpen: 409,
    errors.NotDelivered: 409,
    errors.Kept: 409,
    errors.ContentDiffers: 409,
    errors.ContentChanged: 409,
    errors.ChangedMeanwhile: 409,
    errors.TooManyEdits: 409,
    errors.NewerVersion: 409,
    errors.VersionDiffers: 412,
    errors.Invalid: 422,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}

_SUSPECT = frozenset({"person_only", "own_request", "task_only", "same_origin"})
"""Rules that nobody runs into by mistake: a token or a page that tries what it is not for."""

MAX_ERRORS_SHOWN = 10
MAX_NAME_SHOWN = 100

_MEANING = {
    401: "Not signed in.",
    403: "Not allowed; `rule` says why.",
    404: "No such request, or not visible to you; the two are not told apart.",
    409: "Closed, changed meanwhile, or conflicting.",
    412: "The request is not at the version of `If-Match`; nothing was changed.",
    422: "Malformed input; nothing was changed.",
    429: "Asked too often; `Retry-After` says when to ask again.",
    503: "The database does not answer; `Retry-After` says when to ask again.",
}


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe error answers for the OpenAPI document; 401, 422 and 503 always apply."""
    return {
        status: {"model": Problem, "description": _MEANING[status]} for status in (401, 422, 503, *statuses)
    }


def install(app: FastAPI) -> None:
    """Answer every error with JSON; core's handlers do not apply inside a mounted app."""
    app.add_exception_handler(errors.ApprovalError, _approval_error)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http_error)
    app.middleware("http")(_unexpected)


def _answer(status: int, problem: Problem) -> JSONResponse:
    answer = JSONResponse(problem.model_dump(mode="json", exclude_none=True), status_code=status)
    if problem.retry_after_seconds is not None:
        answer.headers["Retry-After"] = str(problem.retry_after_seconds)
    return answer


async def _approval_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.ApprovalError)  # noqa: S101  (registered for this class)
    if isinstance(error, errors.NotAllowed) and error.rule in _SUSPECT:
        log.warning("%s %s refused: %s", request.method, quote(request.url.path), error.rule)
    return _answer(STATUS_OF[type(error)], problem_of(error))


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    """Say where and what, without repeating the input; names of unknown fields are cut short."""
    assert isinstance(error, RequestValidationError)  # noqa: S101  (registered for this class)
    found = [
        f"{'.'.join(str(part)[:MAX_NAME_SHOWN] for part in e['loc'])}: {what_is_wrong(e)}"
        for e in error.errors()[:MAX_ERRORS_SHOWN]
    ]
    detail = "; ".join(found).encode(errors="replace").decode()
    return _answer(STATUS_OF[errors.Invalid], Problem(detail=detail, code=errors.Invalid.code))


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    """Answer for the framework: unknown path, wrong method, a body that cannot be parsed."""
    assert isinstance(error, HTTPException)  # noqa: S101  (registered for this class)
    if error.status_code == 400:  # noqa: PLR2004  (FastAPI's word for an unreadable body)
        return _answer(
            STATUS_OF[errors.Invalid],
            Problem(detail="The body is not readable JSON.", code=errors.Invalid.code),
        )
    code = {404: "no_such_path", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    answer = _answer(error.status_code, Problem(detail=str(error.detail), code=code))
    answer.headers.update(error.headers or {})
    return answer


async def _unexpected(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Answer for a database that is away, or for a bug; a handler for ``Exception`` would raise on into
    the outer app.
    """
    try:
        return await call_next(request)
    except Exception as error:
        if away := unavailable(error):
            log.warning("%s %s: %s", request.method, request.url.path, error)
            return _answer(STATUS_OF[errors.Unavailable], problem_of(away))
        log.exception("%s %s failed", request.method, request.url.path)
        detail = "The approvals API failed; the API server's log says why."
        return _answer(500, Problem(detail=detail, code="internal_error"))
