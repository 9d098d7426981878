"""Who is asked, and who acted."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from airflow_approvals.domain.people import ActorKind, Approver, ApproverKind
from airflow_approvals.wire.base import Name, Output


class ApproverShape(BaseModel):
    """A role, or a user by the name they sign in with."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")

    kind: ApproverKind
    name: Name

    @classmethod
    def of(cls, approver: Approver) -> ApproverShape:
        """Shape one approver."""
        return cls(kind=approver.kind, name=approver.name)


class ActorShape(Output):
    """Who did it."""

    kind: ActorKind
    id: str
    name: str
    os_user: str | None = Field(description="The operating-system user, when it came from the command line.")


LevelApprovers = Annotated[list[ApproverShape], Field(min_length=1, max_length=100)]
