"""The task that waits for an answer: how it waits, who ends it, and what ending it takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from airflow_approvals.domain.calendar import require_aware


class Way(str, Enum):
    """How a task waits."""

    AWAITING_INPUT = "awaiting_input"
    TRIGGER = "trigger"


class Ends(str, Enum):
    """Who ends the task once the request is closed."""

    SERVER = "server"
    WORKER = "worker"


class OutletKind(str, Enum):
    """How a task names something it brings up to date; the values are the names of Airflow's classes."""

    ASSET = "Asset"
    NAME = "AssetNameRef"
    URI = "AssetUriRef"


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """Something the task brings up to date by succeeding."""

    kind: OutletKind
    name: str | None = None
    uri: str | None = None


@dataclass(frozen=True, kw_only=True)
class AtEnd:
    """What belongs to the end of a task beside its state, as its author declared it.

    :param returns: it leaves its decision as ``return_value``.
    :param multiple_outputs: and each part of it under the part's own name.
    :param dag_result: its decision is the result of the Dag run.
    :param mapped_over: something is mapped over its decision, and needs to know how long that is.
    :param outlets: what succeeding brings up to date.
    :param failure_callback: there is code to run when it fails.
    :param failure_email: somebody gets an e-mail when it fails.
    """

    returns: bool = True
    multiple_outputs: bool = False
    dag_result: bool = False
    mapped_over: bool = False
    outlets: tuple[Outlet, ...] = ()
    failure_callback: bool = False
    failure_email: bool = False


@dataclass(frozen=True, kw_only=True)
class Waits:
    """How a task waits, as it said when it asked.

    :param way: what it means to do; what it does is Airflow's to know.
    :param at_end: needed where the server ends it.
    """

    way: Way = Way.TRIGGER
    ends: Ends = Ends.WORKER
    at_end: AtEnd = AtEnd()


@dataclass(frozen=True, kw_only=True)
class Waiter:
    """One try of one task instance that waits for the answer.

    :param map_index: -1 when the task is not mapped.
    :param run_cleared: how often something of its run had been cleared when it asked; None: not known.
    :param ended_at: when the task was ended, or given the answer; None as long as it was not.
    :param taken_at: when the task, running, said that it goes by the answer; None as long as it did not.
    """

    ti_id: UUID
    map_index: int
    try_number: int
    waits: Waits = Waits()
    run_cleared: int | None = None
    ended_at: datetime | None = None
    taken_at: datetime | None = None

    def __post_init__(self) -> None:
        require_aware(self.ended_at, self.taken_at)
