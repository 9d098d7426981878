"""The files of the Approvals page. They hold no data, so they are served without sign-in."""

from __future__ import annotations

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class PageFiles(StaticFiles):
    """Static files that browsers ask for again each time; unchanged ones cost an empty 304."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file, to be checked before it is used again."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response
