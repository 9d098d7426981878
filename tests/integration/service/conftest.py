"""Fixtures of the service tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.airflow_rows import AirflowRows
from tests.integration.service.desk import Desk
from tests.integration.service.racing import Race, track


@pytest.fixture
def desk(sessions: sessionmaker[Session], rows: AirflowRows) -> Desk:
    """The service on a clean database, SQLite and PostgreSQL in turn."""
    return Desk(sessions, rows)


@pytest.fixture
def race() -> Iterator[Race]:
    """Runs two calls at the same time."""
    with track() as racing:
        yield racing
