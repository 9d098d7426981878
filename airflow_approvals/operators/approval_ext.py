"""A task that waits until someone with the right role approves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar, NoReturn
from uuid import UUID

from airflow.sdk import BaseNotifier, BaseOperator, BaseOperatorLink, Context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from airflow_approvals.config import current
from airflow_approvals.domain.errors import AlreadyClosed, Invalid, NotAllowed, NotFound
from airflow_approvals.domain.outcome import Outcome, outcome_of, returned
from airflow_approvals.domain.policy import OnDeny, OnExpiry
from airflow_approvals.domain.status import OPEN, Status
from airflow_approvals.domain.waiting import Way
from airflow_approvals.links import ApprovalLink, approval_url
from airflow_approvals.operators import arguments, parking, reaching, saying
from airflow_approvals.operators.notifying import notify
from airflow_approvals.triggers.watcher import FAILURES
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.waiting import WaitsBody
from airflow_approvals.wire.words import words


class ApprovalDenied(AirflowFailException):  # type: ignore[misc]
    """Somebody said no. Fails the task without another try."""


class ApprovalExpired(AirflowFailException):  # type: ignore[misc]
    """Nobody answered in time. Fails the task without another try."""


class ApprovalCancelled(AirflowFailException):  # type: ignore[misc]
    """The request was withdrawn. Fails the task without another try."""


FAILED: Mapping[Status, type[AirflowFailException]] = {
    Status.DENIED: ApprovalDenied,
    Status.EXPIRED: ApprovalExpired,
    Status.CANCELLED: ApprovalCancelled,
}


class ApprovalExtOperator(BaseOperator):  # type: ignore[misc]
    """Ask people for a decision and wait for it without holding a worker slot.

    Approved: the task succeeds and returns the decision, as ``{"approval_id", "status", "decided_by",
    "decided_at", "comment", "escalated"}`` (``decided_at`` in RFC 3339). Every try asks anew, and an open
    request of an older try is cancelled; but a decision that was lost with its worker holds for the next one.

    :param subject: one line that says what is to be approved. (templated)
    :param approver_role: the role whose holders may decide. (templated)
    :param body: more about it, as Markdown. (templated)
    :param escalate_role: role that is asked as well when ``expires_in`` has passed without an answer, and
        gets as long again. Needs ``expires_in``. (templated)
    :param expires_in: how long each role is given; None waits for ever.
    :param on_deny: what a denial does to this task: ``"fail"`` or ``"skip"``.
    :param on_expiry: what silence does: ``"fail"``, ``"skip"``, ``"approve"`` or ``"deny"``; all but the
        first need ``expires_in``. (templated)
    :param respect_trigger_rules: where ``"skip"`` skips, leave it to the trigger rules downstream what of it
        runs; else nothing of it does.
    :param metadata: facts shown beside the request: JSON, at most 64 KiB. (templated)
    :param deferrable: wait with a trigger, whatever ``[approvals] wait_in`` says.
    :param notifiers: run once the request is open, and again after each escalation, with the request as
        ``approval`` and its address as ``approval_url`` in the context. They can neither fail nor hold up
        the wait.
    :raises ValueError: an argument makes no sense; the message names it. Raised when the Dag is parsed.
    """

    template_fields: Sequence[str] = (
        "subject",
        "body",
        "approver_role",
        "escalate_role",
        "on_expiry",  # also so that the server knows the Dag's own word on silence (airflow_core/declared.py)
        "metadata",
    )
    template_fields_renderers: ClassVar[dict[str, str]] = {"body": "md", "metadata": "json"}
    operator_extra_links: Sequence[BaseOperatorLink] = (ApprovalLink(),)
    ui_color = "#fdf0d5"
    inherits_from_skipmixin = (
        True  # has Airflow look whether this gate lets through what is directly downstream
    )

    def __init__(
        self,
        *,
        subject: str,
        approver_role: str,
        body: str = "",
        escalate_role: str | None = None,
        expires_in: timedelta | None = None,
        on_deny: str = OnDeny.FAIL.value,
        on_expiry: str = OnExpiry.FAIL.value,
        respect_trigger_rules: bool = False,
        metadata: Mapping[str, Any] | None = None,
        notifiers: Sequence[BaseNotifier] | BaseNotifier = (),
        deferrable: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.subject = subject
        self.approver_role = approver_role
        self.body = body
        self.escalate_role = escalate_role
        self.expires_in = expires_in
        self.on_deny = on_deny
        self.on_expiry = on_expiry.value if isinstance(on_expiry, OnExpiry) else on_expiry
        self.respect_trigger_rules = respect_trigger_rules
        self.deferrable = deferrable
        self.metadata = {} if metadata is None else metadata
        self.notifiers = [notifiers] if isinstance(notifiers, BaseNotifier) else notifiers
        self.approval_id: UUID | None = None
        self._client: reaching.Api | None = None
        _check({**self._arguments(), "notifiers": self.notifiers, "deferrable": deferrable}, self.task_id)

    @classmethod
    def partial(cls, **kwargs: Any) -> Any:
        """Fix what many mapped gates have in common; checked now, what is mapped when each of them runs."""
        _check(kwargs, kwargs.get("task_id"))
        return super().partial(**kwargs)

    def execute(self, context: Context) -> dict[str, Any]:
        """Open the request, tell the notifiers, and give the worker back until there is an answer."""
        self._client = reaching.api_of(self, context)
        try:
            body = arguments.request(self._arguments())
            body.waits = WaitsBody.of(parking.waits(self, context, base=ApprovalExtOperator, way=self._way()))
            approval = self._client.open(body)
        except Invalid as error:
            raise AirflowFailException(f"{self.task_id}, with its arguments rendered: {error}") from None
        self.approval_id = approval.id
        if approval.status in OPEN:
            self.log.info("Approval %s is open: %s", approval.id, approval_url(approval.id))
            approval = self._notify(context, approval)
        return self._go_on(context, approval)

    def execute_woken(
        self, context: Context, event: Mapping[str, Any], approval_id: str, level: int
    ) -> dict[str, Any]:
        """Come back from ``awaiting_input``: with an answer, or because a deadline has passed."""
        if "status" not in event:
            self._client = reaching.api_of(self, context)
            self._bring_up_to_date(UUID(approval_id))
        return self.execute_complete(context, {**event, "approval_id": approval_id, "level": level})

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> dict[str, Any]:
        """Act on what the server says now; the event only tells that there is something to look at."""
        approval_id = UUID(str(event["approval_id"]))
        self._client = reaching.api_of(self, context)
        try:
            approval = self._client.get(approval_id)
        except (NotAllowed, NotFound) as error:
            raise ApprovalCancelled(
                f"Approval {approval_id} cannot be read any more: {words(error)}"
            ) from None
        self.approval_id = approval.id
        if approval.level > int(event.get("level", 0)):
            self.log.info(saying.escalation(approval))
            if approval.status in OPEN:
                approval = self._notify(context, approval)
        return self._go_on(context, approval)

    def on_kill(self) -> None:
        """Cancel the request when this task is killed while it runs, before or after it waits."""
        if self.approval_id is None or self._client is None:
            return
        try:
            self._client.cancel(self.approval_id, "task_killed")
        except AlreadyClosed:
            self.log.info("Approval %s was closed before the task was killed", self.approval_id)
        except FAILURES as error:
            self.log.warning("The request of a killed task is left to the maintenance Dag: %s", error)

    def _go_on(self, context: Context, approval: ApprovalShape) -> dict[str, Any]:  # noqa: RET503  (see last case)
        outcome = outcome_of(approval.status, on_deny=approval.on_deny, on_expiry=approval.on_expiry)
        if outcome is not None:
            self._bring_up_to_date(approval.id, takes=True)
        match outcome:
            case None:
                self._wait(context, approval)
            case Outcome.SUCCESS:
                self.log.info(saying.ending(approval))
                return _decision(approval)
            case Outcome.SKIPPED:
                raise AirflowSkipException(saying.ending(approval))
            case Outcome.FAILED:
                raise FAILED[approval.status](saying.ending(approval))

    def _bring_up_to_date(self, approval_id: UUID, *, takes: bool = False) -> None:
        """Have the server apply a deadline that has passed; what it says is seen when the request is read.

        :param takes: this run goes by the answer. One that is lost before that leaves it to the next try.
        """
        assert self._client is not None  # noqa: S101
        try:
            self._client.advance(approval_id, takes=takes)
        except FAILURES as error:
            self.log.warning("Approval %s could not be brought up to date: %s", approval_id, error)

    def _look_again(self, approval: ApprovalShape) -> ApprovalShape:
        """Read the request once more, if it can be read now."""
        assert self._client is not None  # noqa: S101
        try:
            return self._client.get(approval.id)
        except FAILURES as error:
            self.log.warning("The request could not be read again; waiting for it all the same: %s", error)
            return approval

    def _wait(self, context: Context, approval: ApprovalShape) -> NoReturn:
        now = datetime.now(tz=timezone.utc)
        workers = parking.for_a_worker(self, base=ApprovalExtOperator)
        self.log.info("Waiting for %s, %s", saying.asked(approval), saying.until(approval, now))
        self.log.info(saying.how_it_ends(approval, workers, approval_url(approval.id)))
        parking.park(self, str(context["ti"].id), approval, way=self._way(), now=now)

    def _way(self) -> Way:
        return parking.way(deferrable=self.deferrable, settings=current())

    def _arguments(self) -> dict[str, Any]:
        return {
            "subject": self.subject,
            "body": self.body,
            "approver_role": self.approver_role,
            "escalate_role": self.escalate_role,
            "expires_in": self.expires_in,
            "on_deny": self.on_deny,
            "on_expiry": self.on_expiry,
            "respect_trigger_rules": self.respect_trigger_rules,
            "metadata": self.metadata,
        }

    def _notify(self, context: Context, approval: ApprovalShape) -> ApprovalShape:
        """Run the notifiers, and give the request as it is then: they take long, people may not."""
        if not self.notifiers:
            return approval
        more = {"approval": approval.model_dump(mode="json"), "approval_url": approval_url(approval.id)}
        timeout_seconds = current().notify_timeout_seconds
        notify(self.notifiers, {**context, **more}, timeout_seconds=timeout_seconds)
        return self._look_again(approval)


def _check(given: Mapping[str, Any], task_id: str | None) -> None:
    try:
        arguments.check(given)
    except Invalid as error:
        raise ValueError(f"ApprovalExtOperator {task_id!r}: {error}") from None


def _decision(approval: ApprovalShape) -> dict[str, Any]:
    return returned(
        approval_id=approval.id,
        status=approval.status,
        decided_by=approval.actor_name,
        decided_at=approval.resolved_at,
        comment=approval.comment,
        escalated=approval.escalated_at is not None,
    )
