"""Builds the FastAPI app that Airflow's API server mounts under ``/approvals``."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from airflow.configuration import conf
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from airflow_approvals import __version__
from airflow_approvals.api import envelope, problems
from airflow_approvals.api.callers import CallerDep
from airflow_approvals.api.pace import Pace
from airflow_approvals.api.routes import approvals, commands, operations, page
from airflow_approvals.api.static import PageFiles
from airflow_approvals.config import warnings

log = logging.getLogger(__name__)

PREFIX = "/v1"
PAGE_DIRECTORY = Path(__file__).parent.parent / "ui" / "dist"


class ApprovalsApp(FastAPI):
    """The app; its document also tells how the envelope refuses bodies."""

    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI document."""
        document = super().openapi()
        for path in document["paths"].values():
            for operation in path.values():
                if "requestBody" in operation:
                    responses = operation["responses"]
                    for status, meaning in envelope.MEANING.items():
                        responses[str(status)] = {**responses["422"], "description": meaning}
        return document


def create_app() -> FastAPI:
    """Build the app. Opens no database session."""
    for warning in warnings():
        log.warning("%s", warning)
    app = ApprovalsApp(
        title="Airflow approvals",
        description="Requests for a decision: who may answer, what was answered, and when.",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.pace = Pace()
    problems.install(app)
    app.add_middleware(envelope.Envelope)  # added last, it is the outermost
    # Before the routes with {approval_id} in the path, which would take "metrics" for an id.
    for router in (operations.router, page.router, approvals.router, commands.router):
        app.include_router(router, prefix=PREFIX)
    app.include_router(_documentation(app), include_in_schema=False)
    app.mount("/static", PageFiles(directory=PAGE_DIRECTORY), name="static")
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _documentation(app: FastAPI) -> APIRouter:
    """The OpenAPI document and its page: signed-in callers only, like everything but health."""
    router = APIRouter()

    @router.get("/openapi.json")
    def openapi(request: Request, caller: CallerDep) -> dict[str, Any]:
        return {**app.openapi(), "servers": [{"url": request.scope.get("root_path", "")}]}

    if conf.getboolean("api", "enable_swagger_ui", fallback=True):

        @router.get("/docs")
        def docs(request: Request, caller: CallerDep) -> HTMLResponse:
            url = f"{request.scope.get('root_path', '')}/openapi.json"
            return get_swagger_ui_html(openapi_url=url, title=app.title)

    return router
