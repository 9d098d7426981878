"""Which errors tell of a lost race."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from airflow_approvals.store.locks import is_lost_race


@pytest.mark.parametrize("attribute", ["pgcode", "sqlstate"], ids=["psycopg2", "psycopg 3"])
@pytest.mark.parametrize(
    ("code", "lost"), [("40P01", True), ("40001", True), ("55P03", True), ("57014", False)]
)
def test_a_code_counts_however_the_driver_calls_it(attribute: str, code: str, lost: bool) -> None:
    """Airflow works with either."""
    said = Exception("as the server says")
    setattr(said, attribute, code)
    assert is_lost_race(OperationalError("", {}, said)) is lost
