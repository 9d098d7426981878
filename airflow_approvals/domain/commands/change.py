"""What a command gives."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.events import AnyEvent


@dataclass(frozen=True, kw_only=True)
class Change:
    """A request as it has become, and what happened on the way; no events: nothing changed."""

    approval: Approval
    events: tuple[AnyEvent, ...] = ()

    def then(self, following: Change) -> Change:
        """Join this with what happened next to ``self.approval``."""
        return Change(approval=following.approval, events=(*self.events, *following.events))
