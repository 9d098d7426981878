"""What becomes of a gate's request in a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from airflow_approvals.wire.bodies import DecisionBody

TESTER = "tester"

Kind = Literal["approve", "deny", "expire", "cancel"]


@dataclass(frozen=True)
class Answer:
    """What becomes of a gate's request.

    :param by: the user name of who does it, and who holds the role that is asked; nobody does ``expire``.
    :param comment: what they say; of ``cancel`` the reason.
    :raises ValueError: a kind that does not exist, or words that the approvals API would refuse.
    """

    kind: Kind
    by: str = TESTER
    comment: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            kinds = ", ".join(map(repr, get_args(Kind)))
            raise ValueError(
                f"A gate is answered with one of {kinds}, approved() or denied(), not with {self.kind!r}."
            )
        if not isinstance(self.by, str) or not self.by.strip():
            raise ValueError(f"by must be a user name, not {self.by!r}.")
        DecisionBody(comment=self.comment)

    def __str__(self) -> str:
        return self.kind if self.kind == "expire" else f"{self.kind}, as {self.by}"


def approved(*, by: str = TESTER, comment: str | None = None) -> Answer:
    """Have this user approve."""
    return Answer("approve", by, comment)


def denied(*, by: str = TESTER, comment: str | None = None) -> Answer:
    """Have this user deny."""
    return Answer("deny", by, comment)
