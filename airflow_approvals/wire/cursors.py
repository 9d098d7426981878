"""Where the next page of a list begins, as a text that nobody has to understand."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from uuid import UUID

from airflow_approvals.domain.calendar import utc
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.search import After, Order


def cursor_of(after: After | None, order: Order) -> str | None:
    """Write one; None stays None."""
    if after is None:
        return None
    at, id_ = after
    told = [order.value, None if at is None else at.isoformat(), id_.hex]
    return base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode()


def after_of(cursor: str, order: Order) -> After:
    """Read one that an answer had.

    :raises Invalid: it is none, or one of a list in another order.
    """
    try:
        its_order, at, id_ = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        after = None if at is None else utc(datetime.fromisoformat(at)), UUID(hex=id_)
    except (ValueError, TypeError, AttributeError, RecursionError, Invalid):
        raise Invalid("cursor is not one that a list gave as next_cursor.") from None
    if its_order != order.value:
        raise Invalid(
            f"cursor is of a list with order_by={its_order}; keep all other parameters as they were."
        )
    return after
