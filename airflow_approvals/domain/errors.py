"""Everything that can go wrong with an approval.

::

    ApprovalError
    ├── NotSignedIn             who is asking is unknown
    ├── NotAllowed              a rule refuses this person or task (``rule`` names it)
    │   └── NotAnApprover       somebody else is asked
    ├── NotFound                no such request, or not one this caller may see
    ├── Conflict                the request is not in a state for this
    │   ├── AlreadyClosed       somebody or something was first
    │   ├── AlreadyVoted        this person has answered before
    │   ├── StillOpen           this is done to closed requests only
    │   ├── NotDelivered        the decision has not reached its task yet
    │   ├── ContentDiffers      the task asked before, with other content
    │   ├── ChangedMeanwhile    others kept changing the request; ask again
    │   └── NewerVersion        a newer version of this package wrote the request
    └── Invalid                 the input makes no sense; nothing was changed

Each class has a stable machine-readable ``code`` and carries what it knows as attributes. What people read is
made of these at the edge (``wire/words.py``).
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from airflow_approvals.domain.status import Status


class ApprovalError(Exception):
    """Base of every error this package raises on purpose."""

    code: ClassVar[str] = "error"


class NotSignedIn(ApprovalError):  # noqa: N818  (named as the answer it gives)
    """The caller has no valid session or token; ``detail`` says what is wrong with it."""

    code = "not_signed_in"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotAllowed(ApprovalError):  # noqa: N818
    """A rule refuses this caller.

    :param rule: name of the rule, stable across releases, e.g. ``person_decides``.
    """

    code = "not_allowed"

    def __init__(self, detail: str, *, rule: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.rule = rule


class NotAnApprover(NotAllowed):
    """The person is not among those who are asked.

    :param asked: the approvers of all reached levels, as ``role manager`` or ``user ana``.
    :param held: the person's roles, sorted.
    """

    RULE: ClassVar[str] = "approver_of_reached_level"

    def __init__(self, *, name: str, asked: tuple[str, ...], held: tuple[str, ...]) -> None:
        super().__init__(f"{name} is not one of {asked}", rule=self.RULE)
        self.name = name
        self.asked = asked
        self.held = held


class NotFound(ApprovalError):  # noqa: N818
    """There is no such request, or the caller may not see it; the two are never told apart."""

    code = "not_found"


class Conflict(ApprovalError):  # noqa: N818
    """The request is not in a state in which this can be done."""

    code = "conflict"


class AlreadyClosed(Conflict):
    """The request was resolved before this command came.

    :param status: how.
    :param by: the name of who did it.
    :param by_kind: an ``ActorKind``'s value: a person may be called anything, also ``system``.
    :param at: when.
    """

    code = "already_closed"

    def __init__(self, *, status: Status, by: str, by_kind: str, at: datetime) -> None:
        super().__init__(f"{status.value} by {by_kind} {by} at {at.isoformat()}")
        self.status = status
        self.by = by
        self.by_kind = by_kind
        self.at = at


class AlreadyVoted(Conflict):
    """The same person answered this request before; a vote is never replaced."""

    code = "already_voted"


class StillOpen(Conflict):
    """This is done to closed requests only: cancel it first, or wait for the decision."""

    code = "still_open"


class NotDelivered(Conflict):
    """The request is closed, but its task has not picked the decision up yet."""

    code = "not_delivered"


class ContentDiffers(Conflict):
    """The same task instance opened a request before, with other content."""

    code = "content_differs"


class ChangedMeanwhile(Conflict):
    """Concurrent changes won each time this command was tried."""

    code = "changed_meanwhile"


class NewerVersion(Conflict):
    """A newer version of this package wrote the request's terms; this one must not act on it."""

    code = "newer_version"


class Invalid(ApprovalError):  # noqa: N818
    """The input cannot be acted on; nothing was changed. ``detail`` names it and says what is accepted."""

    code = "invalid"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail
