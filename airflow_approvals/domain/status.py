"""The states of an approval and the moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Status(str, Enum):
    """Where a request stands. The values are what the database and the REST API hold."""

    PENDING = "pending"
    ESCALATED = "escalated"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


TRANSITIONS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.PENDING: frozenset(
            {Status.ESCALATED, Status.APPROVED, Status.DENIED, Status.EXPIRED, Status.CANCELLED}
        ),
        Status.ESCALATED: frozenset(
            {Status.ESCALATED, Status.APPROVED, Status.DENIED, Status.EXPIRED, Status.CANCELLED}
        ),
        Status.APPROVED: frozenset(),
        Status.DENIED: frozenset(),
        Status.EXPIRED: frozenset(),
        Status.CANCELLED: frozenset(),
    }
)

OPEN: frozenset[Status] = frozenset(status for status, targets in TRANSITIONS.items() if targets)
TERMINAL: frozenset[Status] = frozenset(Status) - OPEN
