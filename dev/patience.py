"""HTTP transports that ask again: when SQLite was locked, or while servers are away."""

from __future__ import annotations

import time

import httpx

ATTEMPTS = 4


class PatientTransport(httpx.HTTPTransport):
    """Repeats what Airflow's own API refused with a database error; every other answer goes through as it is.

    Airflow writes its audit log on the API server's event loop, before anything else a command does. When
    another request holds SQLite's lock and needs that loop to go on, both stand still until SQLite gives up
    after five seconds, and the command is answered with 500 without having done anything. PostgreSQL does not
    know this.
    """

    def __init__(self, airflow_path: str) -> None:
        """airflow_path is where Airflow's own API begins, such as "/team-a/api/v2/"."""
        super().__init__()
        self._airflow_path = airflow_path

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, and again while it meets a locked database."""
        for _ in range(ATTEMPTS - 1):
            response = super().handle_request(request)
            if not self._was_locked_out(request, response):
                return response
        return super().handle_request(request)

    def _was_locked_out(self, request: httpx.Request, response: httpx.Response) -> bool:
        return (
            response.status_code == httpx.codes.INTERNAL_SERVER_ERROR
            and request.url.path.startswith(self._airflow_path)
            and b'"Database error"' in response.read()
        )


class SteadyReading(httpx.HTTPTransport):
    """Asks again, for a while, what only reads and was not answered well; commands go through as they are."""

    def __init__(self, patience_seconds: float = 60.0) -> None:
        super().__init__()
        self._patience_seconds = patience_seconds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, and if it reads, again every second until a server has answered it."""
        give_up = time.monotonic() + (self._patience_seconds if request.method == "GET" else 0)
        while True:
            late = time.monotonic() > give_up
            try:
                response = super().handle_request(request)
            except httpx.TransportError:
                if late:
                    raise
            else:
                if late or not response.is_server_error:
                    return response
                response.close()
            time.sleep(1)
