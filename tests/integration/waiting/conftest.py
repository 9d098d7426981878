"""One running API per test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from airflow_approvals.domain.waiting import Way
from tests.integration.waiting.approvals_api import SECRET, ApprovalsApi
from tests.integration.waiting.ways import WAYS


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApprovalsApi]:
    """An API to which Airflow's configuration leads, asked every 2 seconds."""
    with ApprovalsApi() as running:
        monkeypatch.setenv("AIRFLOW__APPROVALS__API_URL", running.url)
        monkeypatch.setenv("AIRFLOW__APPROVALS__JWT_SECRET", SECRET)
        monkeypatch.setenv("AIRFLOW__APPROVALS__POLL_INTERVAL_SECONDS", "2")
        yield running


@pytest.fixture(params=WAYS, ids=lambda way: way.value)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Way:
    """Each way of waiting that this Airflow has."""
    monkeypatch.setenv("AIRFLOW__APPROVALS__WAIT_IN", request.param.value)
    return Way(request.param)
