"""What holds for every exchange before any route sees it: what a body may be, and how answers are kept.

A body is read here, as far as it may go, so that nothing too large, and nothing that two readers could
understand in two ways, reaches any other parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from airflow_approvals.domain.errors import Invalid
from airflow_approvals.wire.problems import Problem

MAX_BODY_BYTES = 1024 * 1024
MEANING = {
    413: f"The body is larger than {MAX_BODY_BYTES} bytes; nothing was changed.",
    415: "The body does not come as `application/json`; nothing was changed.",
}
"""What refusals of a body mean, for the OpenAPI document."""

_WITH_BODY = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_UTF8 = re.compile(r'\s*charset\s*=\s*("?)(utf-?8|us-ascii)\1\s*', re.IGNORECASE)


class _Refused(Exception):  # noqa: N818  (never leaves this module)
    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.problem = Problem(detail=detail, code=code)


class _Gone(Exception):  # noqa: N818
    """The client went away before its body was complete."""


class Envelope:
    """The outermost layer of the app.

    A body is refused above the limit (413), when it does not come as JSON (415), and when it is not the JSON
    that every reader understands alike (422). Answers are not kept, unless they say otherwise themselves, and
    their type is not guessed at.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one exchange."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", "no-store")
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        if scope["method"] in _WITH_BODY:
            headers = Headers(scope=scope)
            try:
                body = await _read(receive, headers)
                _check(body, headers)
            except _Gone:
                return
            except _Refused as refused:
                problem = refused.problem.model_dump(mode="json", exclude_none=True)
                await JSONResponse(problem, refused.status)(scope, receive, sealed)
                return
            receive = _again(body, receive)
        await self._app(scope, receive, sealed)


async def _read(receive: Receive, headers: Headers) -> bytes:
    """Give the whole body; one that is too large is refused for what it says, else as soon as it shows."""
    said = headers.get("content-length", "")
    size = int(said[:20]) if said.isdecimal() else 0
    body = bytearray()
    more = True
    while more and size <= MAX_BODY_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        body += message.get("body", b"")
        more = message.get("more_body", False)
        size = max(size, len(body))
    if size > MAX_BODY_BYTES:
        raise _Refused(413, "too_large", f"A body has at most {MAX_BODY_BYTES} bytes.")
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give the body to the next reader, once."""
    unread: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def replayed() -> Message:
        return next(unread, None) or await receive()

    return replayed


def _check(body: bytes, headers: Headers) -> None:
    if not body:
        return
    types = headers.getlist("content-type")
    if len(types) != 1 or not _is_json(types[0]):
        raise _Refused(415, "unsupported_media_type", "Send the body as application/json, in UTF-8.")
    try:
        # Not bytes: of those, Python's parser would take UTF-16 and UTF-32 as well.
        json.loads(body.decode(), object_pairs_hook=_distinct, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise _Refused(422, Invalid.code, "The body is not UTF-8.") from None
    except _Unclear as unclear:
        raise _Refused(422, Invalid.code, str(unclear)) from None
    except (ValueError, RecursionError):
        raise _Refused(422, Invalid.code, "The body is not readable JSON.") from None


def _is_json(content_type: str) -> bool:
    kind, *parameters = content_type.split(";")
    charsets = [each for each in parameters if "charset" in each.lower()]
    return kind.strip().lower() == "application/json" and all(map(_UTF8.fullmatch, charsets))


class _Unclear(Exception):  # noqa: N818
    """Readers of JSON differ in what this means."""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise _Unclear("The body has the same field twice in one object.")
    return values


def _no_number(name: str) -> NoReturn:
    raise _Unclear(f"The body has {name}, which is not JSON.")
