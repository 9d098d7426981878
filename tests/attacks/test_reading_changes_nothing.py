"""Mail scanners, previews and crawlers follow every address, again and again: nothing happens by that."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from airflow_approvals.store import tables
from tests.attacks.cases import filled, routes
from tests.integration.api.server import MOUNTED_AT, Headers, Server

pytestmark = pytest.mark.e2e

TIMES = 100


def test_a_hundred_looks_at_every_route_change_no_row(fab: Server) -> None:
    """GET and HEAD, as somebody who may do everything, of a request that waits and one whose time is up."""
    waiting, late = fab.open(), fab.open()
    fab.let_deadline_pass(late)
    before = _rows(fab)
    looks = [
        (method, f"{MOUNTED_AT}{filled(path, approval['id'])}", by)
        for path in sorted({path for _, path in routes()})
        for approval, by in ((waiting, fab.person("chief")), (late, fab.cookie("chief")))
        for method in ("GET", "HEAD")
    ]
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda look: _looked(fab, *look), looks))
    assert {look: status for look, status in zip(looks, statuses, strict=True) if max(status) >= 500} == {}
    assert _rows(fab) == before


def _looked(fab: Server, method: str, target: str, by: Headers) -> set[int]:
    return {fab.http.request(method, target, headers=by).status_code for _ in range(TIMES // 2)}


def _rows(fab: Server) -> dict[str, list[Any]]:
    with fab.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in tables.approval.metadata.sorted_tables
        }
