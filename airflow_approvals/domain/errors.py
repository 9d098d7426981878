"""Everything that can go wrong with an approval.

::

    ApprovalError
    ├── NotSignedIn             who is asking is unknown
    ├── NotAllowed              a rule refuses this person or task (``rule`` names it)
    ├── NotFound                no such request, or not one this caller may see
    ├── Conflict                the request is not in a state for this
    │   ├── AlreadyClosed       somebody or something was first
    │   ├── AlreadyVoted        this person has answered before
    │   ├── StillOpen           this is done to closed requests only
    │   ├── NotDelivered        the decision has not reached its task yet
    │   ├── ContentDiffers      the task asked before, with other content
    │   └── ChangedMeanwhile    others kept changing the request; ask again
    └── Invalid                 the input makes no sense; nothing was changed

Each class has a stable machine-readable ``code``; ``detail`` is for people and says what to do next.
"""

from __future__ import annotations

from typing import ClassVar


class ApprovalError(Exception):
    """Base of every error this package raises on purpose."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotSignedIn(ApprovalError):  # noqa: N818  (named as the answer it gives)
    """The caller has no valid session or token."""

    code = "not_signed_in"


class NotAllowed(ApprovalError):  # noqa: N818
    """A rule refuses this caller.

    :param rule: name of the rule, stable across releases, e.g. ``approver_of_reached_level``.
    """

    code = "not_allowed"

    def __init__(self, detail: str, rule: str = "unknown") -> None:
        super().__init__(detail)
        self.rule = rule


class NotFound(ApprovalError):  # noqa: N818
    """There is no such request, or the caller may not see it; the two are never told apart."""

    code = "not_found"

    def __init__(self, detail: str = "No approval with this id is visible to you.") -> None:
        super().__init__(detail)


class Conflict(ApprovalError):  # noqa: N818
    """The request is not in a state in which this can be done."""

    code = "conflict"


class AlreadyClosed(Conflict):
    """The request was resolved before this command came."""

    code = "already_closed"


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


class Invalid(ApprovalError):  # noqa: N818
    """The input cannot be acted on; nothing was changed."""

    code = "invalid"
