"""Fixtures of the service tests."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.airflow_rows import AirflowRows
from tests.integration.service.desk import Desk


@pytest.fixture
def desk(sessions: sessionmaker[Session], rows: AirflowRows) -> Desk:
    """The service on a clean database, SQLite and PostgreSQL in turn."""
    return Desk(sessions, rows)
