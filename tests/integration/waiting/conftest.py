"""One running API per test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.waiting.approvals_api import SECRET, ApprovalsApi


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApprovalsApi]:
    """An API to which Airflow's configuration leads, asked every 2 seconds and without settle time."""
    with ApprovalsApi() as running:
        monkeypatch.setenv("AIRFLOW__APPROVALS__API_URL", running.url)
        monkeypatch.setenv("AIRFLOW__APPROVALS__JWT_SECRET", SECRET)
        monkeypatch.setenv("AIRFLOW__APPROVALS__POLL_INTERVAL_SECONDS", "2")
        monkeypatch.setenv("AIRFLOW__APPROVALS__SETTLE_SECONDS", "0")
        yield running
