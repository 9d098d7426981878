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
    │   ├── Kept                the record is kept until its retention time is over
    │   ├── ContentDiffers      the task asked before, with other content
    │   ├── ContentChanged      the person answers a text that is no longer the request's
    │   ├── ChangedMeanwhile    others kept changing the request; ask again
    │   ├── TooManyEdits        nobody can follow a record of more
    │   └── NewerVersion        a newer version of this package wrote the request
    ├── VersionDiffers          the request is no longer as the caller says it is (``If-Match``)
    ├── Invalid                 the input makes no sense; nothing was changed
    ├── TooManyRequests         this person asks for more than anybody needs; ask later
    └── Unavailable             the database does not answer; ask later

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


class Kept(Conflict):
    """A closed request stays until its retention time is over.

    :param until: when it may be deleted; None: never.
    """

    code = "kept"

    def __init__(self, *, until: datetime | None) -> None:
        super().__init__("for ever" if until is None else f"until {until.isoformat()}")
        self.until = until


class ContentChanged(Conflict):
    """The content is another one than the person says they have read.

    :param fingerprint: of the content as it is now.
    :param changed: which of ``subject``, ``body`` and ``metadata`` differ; all three when what they have read
        was never this request's content.
    """

    code = "content_changed"

    def __init__(self, *, fingerprint: str, changed: tuple[str, ...]) -> None:
        super().__init__(", ".join(changed))
        self.fingerprint = fingerprint
        self.changed = changed


class ChangedMeanwhile(Conflict):
    """Concurrent changes won each time this command was tried."""

    code = "changed_meanwhile"


class TooManyEdits(Conflict):
    """The request was edited as often as one may be.

    :param limit: how often that is.
    """

    code = "too_many_edits"

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"{limit} edits")
        self.limit = limit


class NewerVersion(Conflict):
    """A newer version of this package wrote the request's terms; this one must not act on it."""

    code = "newer_version"


class VersionDiffers(ApprovalError):  # noqa: N818
    """The caller wanted to change the request only as they knew it, and it has changed.

    :param version: the request's version now.
    """

    code = "version_differs"

    def __init__(self, *, version: int) -> None:
        super().__init__(f"version {version}")
        self.version = version


class Invalid(ApprovalError):  # noqa: N818
    """The input cannot be acted on; nothing was changed. ``detail`` names it and says what is accepted."""

    code = "invalid"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class TooManyRequests(ApprovalError):  # noqa: N818
    """This person asked for more than the limit of their kind.

    :param retry_after_seconds: when asking again can succeed.
    """

    code = "too_many_requests"

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__(f"again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class Unavailable(ApprovalError):  # noqa: N818
    """The database cannot be reached or is too busy; nothing was changed.

    :param retry_after_seconds: when asking again is worth it.
    """

    code = "unavailable"

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__(f"again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds
