"""The operator on a worker, against a real API: it acts on what the server says, and on nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from airflow_approvals import ApprovalCancelled, ApprovalDenied, ApprovalExpired
from airflow_approvals.domain.approval import Approval, Withdrawn
from airflow_approvals.domain.commands.advance import advance
from airflow_approvals.domain.commands.close import Cancellation, cancel
from airflow_approvals.domain.commands.decide import decide
from airflow_approvals.domain.errors import AlreadyClosed, NotAllowed
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.policy import OnDeny, OnExpiry, Policy
from airflow_approvals.domain.status import Status
from airflow_approvals.domain.waiting import Way
from tests.builders import DIRECTOR, MINUTE, NOW, no, yes
from tests.integration.waiting.approvals_api import SECRET, ApprovalsApi, answering, failing, wait_for
from tests.integration.waiting.gates import CONTEXT, Recorder, asked, gate, keep
from tests.integration.waiting.ways import parks


def in_status(status: Status, *, on_deny: OnDeny, on_expiry: OnExpiry) -> Approval:
    """Give this task's request, closed in some way."""
    policy = Policy.of_roles(
        approver_role="director",
        expires_in=MINUTE,
        on_deny=on_deny,
        on_expiry=on_expiry,
    )
    approval = asked(policy=policy)
    at = approval.created_at + timedelta(seconds=1)
    match status:
        case Status.APPROVED:
            return decide(approval, yes(DIRECTOR, "Seen."), at).approval
        case Status.DENIED:
            return decide(approval, no(DIRECTOR, "Seen."), at).approval
        case Status.EXPIRED:
            return advance(approval, at + MINUTE).approval
        case Status.CANCELLED:
            return cancel(approval, Cancellation(actor=SYSTEM, reason="run_deleted"), at).approval
        case _:
            return approval


def test_an_approval_is_returned(api: ApprovalsApi) -> None:
    """What goes to XCom says who decided, when, and with which words."""
    approved = in_status(Status.APPROVED, on_deny=OnDeny.FAIL, on_expiry=OnExpiry.FAIL)
    returned = gate().execute_complete(CONTEXT, keep(api, approved))
    assert approved.resolution is not None
    assert returned == {
        "approval_id": str(approved.id),
        "status": "approved",
        "decided_by": DIRECTOR.name,
        "decided_at": approved.resolution.at.isoformat(),
        "comment": "Seen.",
        "escalated": False,
    }


def outcomes() -> Iterator[Any]:
    """Give every closed status that is no approval, under every policy, and what the task then does."""
    for on_deny in OnDeny:
        for on_expiry in (OnExpiry.FAIL, OnExpiry.SKIP):
            denied = AirflowSkipException if on_deny is OnDeny.SKIP else ApprovalDenied
            expired = AirflowSkipException if on_expiry is OnExpiry.SKIP else ApprovalExpired
            expected = {
                Status.DENIED: (denied, f"Denied by {DIRECTOR.name}: Seen."),
                Status.EXPIRED: (expired, "Nobody decided in time: role director"),
                Status.CANCELLED: (ApprovalCancelled, "Cancelled by system: run_deleted"),
            }
            for status, (error, words) in expected.items():
                yield pytest.param(
                    in_status(status, on_deny=on_deny, on_expiry=on_expiry),
                    error,
                    words,
                    id=f"{status.value}, deny: {on_deny.value}, expiry: {on_expiry.value}",
                )


@pytest.mark.parametrize(("approval", "error", "words"), list(outcomes()))
def test_any_other_end_fails_or_skips_as_the_policy_says(
    api: ApprovalsApi, approval: Approval, error: type[Exception], words: str
) -> None:
    """Each end has an error of its own, and none of them is worth another try."""
    with pytest.raises(error) as raised:
        gate().execute_complete(CONTEXT, keep(api, approval))
    assert type(raised.value) is error
    assert isinstance(raised.value, AirflowFailException | AirflowSkipException)
    assert words in str(raised.value)


def test_a_request_that_is_gone_fails_the_task(api: ApprovalsApi) -> None:
    """A deleted request can never be approved."""
    with pytest.raises(ApprovalCancelled, match="cannot be read any more"):
        gate().execute_complete(CONTEXT, {"approval_id": str(uuid4()), "status": "deleted", "level": 0})


def test_a_worker_that_is_not_let_in_asks_again(api: ApprovalsApi) -> None:
    """A secret that is being changed says nothing about the request."""
    event = keep(api, in_status(Status.APPROVED, on_deny=OnDeny.FAIL, on_expiry=OnExpiry.FAIL))
    api.secret = "the next secret"
    with ThreadPoolExecutor(1) as thread:
        woken = thread.submit(gate().execute_complete, CONTEXT, event)
        wait_for(lambda: api.refused > 0)
        api.secrets_before = (SECRET,)
        assert woken.result()["status"] == "approved"


@pytest.mark.parametrize("status", [Status.APPROVED, Status.DENIED])
def test_a_run_that_goes_by_the_answer_says_so(api: ApprovalsApi, status: Status) -> None:
    """Once: what is lost before it leaves the answer to the next try."""
    event = keep(api, in_status(status, on_deny=OnDeny.FAIL, on_expiry=OnExpiry.FAIL))
    with suppress(ApprovalDenied):
        gate().execute_complete(CONTEXT, event)
    assert len(api.commands("take")) == 1
    assert api.commands("advance") == []


def test_a_run_that_waits_on_takes_nothing(api: ApprovalsApi, way: Way) -> None:
    """There is no answer."""
    with parks(way):
        gate().execute(CONTEXT)
    assert api.commands("take") == []


def test_a_request_that_is_closed_when_it_opens_waits_for_nobody(api: ApprovalsApi) -> None:
    """An earlier try was lost with people's decision: nobody is told of a request, and the task goes on."""
    keep(api, in_status(Status.APPROVED, on_deny=OnDeny.FAIL, on_expiry=OnExpiry.FAIL))
    notifier = Recorder()
    assert gate(notifiers=[notifier]).execute(CONTEXT)["status"] == "approved"
    assert notifier.told == []
    assert len(api.commands("take")) == 1


@pytest.mark.parametrize(
    ("rendered", "words"),
    [
        pytest.param({"subject": "x" * 501}, "subject", id="too long"),
        pytest.param({"subject": " "}, "subject", id="blank"),
        pytest.param({"approver_role": ""}, "approver_role", id="nobody"),
        pytest.param({"escalate_role": "manager"}, "escalate_role", id="the same role"),
        pytest.param({"metadata": {"when": MINUTE}}, "metadata.when", id="no JSON"),
    ],
)
def test_arguments_that_make_no_sense_once_rendered_fail_without_another_try(
    api: ApprovalsApi, rendered: dict[str, Any], words: str
) -> None:
    """Templates can give anything; what is found on the worker or by the server names the argument too."""
    task = gate(escalate_role="director", expires_in=MINUTE)
    for name, value in rendered.items():
        setattr(task, name, value)
    with pytest.raises(AirflowFailException, match=words):
        task.execute(CONTEXT)
    assert api.approvals == {}


def test_a_killed_task_cancels_its_request(api: ApprovalsApi, way: Way) -> None:
    """A task killed before it waits leaves nothing open."""
    task = gate()
    with parks(way):
        task.execute(CONTEXT)
    task.on_kill()
    ((_, kept),) = api.approvals.items()
    assert isinstance(kept.resolution, Withdrawn)
    assert kept.resolution.reason == "task_killed"


def test_a_task_killed_before_it_asked_has_nothing_to_cancel(api: ApprovalsApi) -> None:
    """No request, no call."""
    gate().on_kill()
    assert api.asked == []


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(
            failing(AlreadyClosed(status=Status.DENIED, by="ana", by_kind="person", at=NOW)), id="closed"
        ),
        pytest.param(failing(NotAllowed("No.", rule="own_request")), id="refused"),
        pytest.param(answering(404), id="another server"),
    ],
)
def test_a_kill_is_not_held_up_by_a_refusal(api: ApprovalsApi, broken: Any) -> None:
    """What cannot be cancelled now is left to the maintenance Dag."""
    task = gate(deferrable=True)
    with parks(Way.TRIGGER):
        task.execute(CONTEXT)
    api.broken = broken
    task.on_kill()
    assert len(api.commands("cancel")) == 1
