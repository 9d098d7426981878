"""What a task says of how it waits, and of what its end takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool, StringConstraints, ValidationError

from airflow_approvals.domain.waiting import AtEnd, Ends, Outlet, OutletKind, Waits, Way
from airflow_approvals.wire.base import Input, storable

MAX_OUTLETS = 1000

AssetText = Annotated[str, StringConstraints(max_length=1500), AfterValidator(storable)]
"""As long as Airflow lets names and addresses of assets be."""


class OutletBody(Input):
    """Something that the task brings up to date by succeeding."""

    kind: OutletKind
    name: AssetText | None = None
    uri: AssetText | None = None


class AtEndBody(Input):
    """What belongs to the end of the task, where the server ends it."""

    returns: StrictBool = True
    multiple_outputs: StrictBool = False
    dag_result: StrictBool = False
    mapped_over: StrictBool = False
    outlets: list[OutletBody] = Field(default=[], max_length=MAX_OUTLETS)
    failure_callback: StrictBool = False
    failure_email: StrictBool = False


class WaitsBody(Input):
    """How the task that asks waits, and who ends it; tasks only."""

    way: Way = Way.TRIGGER
    ends: Ends = Ends.WORKER
    at_end: AtEndBody = AtEndBody()

    @classmethod
    def of(cls, waits: Waits) -> WaitsBody:
        """Shape it; a task of which more belongs to its end than can be said is ended by a worker."""
        try:
            outlets = [OutletBody(kind=o.kind, name=o.name, uri=o.uri) for o in waits.at_end.outlets]
            at_end = AtEndBody(**{**vars(waits.at_end), "outlets": outlets})
        except ValidationError:
            return cls(way=waits.way)
        return cls(way=waits.way, ends=waits.ends, at_end=at_end)

    def value(self) -> Waits:
        """Give what it says."""
        outlets = tuple(Outlet(kind=o.kind, name=o.name, uri=o.uri) for o in self.at_end.outlets)
        at_end = AtEnd(**{**self.at_end.model_dump(), "outlets": outlets})
        return Waits(way=self.way, ends=self.ends, at_end=at_end)
