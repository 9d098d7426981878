"""What a request asks, and what tells one content from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.fingerprint import fingerprint

MAX_SUBJECT_LENGTH = 500

ContentField = Literal["subject", "body", "metadata"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Content:
    """What people read before they decide. Equal is what has the same fingerprint: ``true`` is not ``1``.

    :param subject: one line; :meth:`of` makes it one.
    :param body: Markdown.
    :param metadata: facts, as JSON.
    """

    subject: str
    body: str
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.subject:
            raise Invalid("subject is empty; say in one line what is to be approved.")
        if len(self.subject) > MAX_SUBJECT_LENGTH:
            raise Invalid(f"subject is longer than {MAX_SUBJECT_LENGTH} characters; put the rest into body.")

    @classmethod
    def of(cls, *, subject: str, body: str, metadata: Mapping[str, Any]) -> Content:
        """Take content as somebody wrote it: blanks and line breaks of the subject become single blanks."""
        return cls(subject=" ".join(subject.split()), body=body, metadata=dict(metadata))

    @cached_property
    def fingerprint(self) -> str:
        """Give 64 hexadecimal digits that stand for exactly this content."""
        return fingerprint({"subject": self.subject, "body": self.body, "metadata": self.metadata})

    def differing(self, other: Content) -> tuple[ContentField, ...]:
        """Name the fields in which two contents differ."""
        fields: tuple[ContentField, ...] = get_args(ContentField)
        return tuple(
            name
            for name in fields
            if fingerprint({name: getattr(self, name)}) != fingerprint({name: getattr(other, name)})
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Content) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)
