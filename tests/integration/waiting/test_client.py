"""The client over real HTTP: every answer comes back as what it means."""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from fastapi import Response

from airflow_approvals.api.problems import STATUS_OF
from airflow_approvals.client import ApiUnavailable, ApprovalsClient, AsyncApprovalsClient, UnexpectedAnswer
from airflow_approvals.config import Settings
from airflow_approvals.domain.approval import Approval
from airflow_approvals.domain.errors import (
    AlreadyClosed,
    ApprovalError,
    ContentChanged,
    Invalid,
    Kept,
    NotAllowed,
    NotAnApprover,
    NotSignedIn,
    TooManyEdits,
    TooManyRequests,
    Unavailable,
    VersionDiffers,
)
from airflow_approvals.domain.status import Status
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.bodies import OpenBody
from airflow_approvals.wire.problems import problem_of
from airflow_approvals.wire.watching import WatchedShape
from tests.builders import NOW, ti_id_of
from tests.integration.waiting.approvals_api import SECRET, ApprovalsApi, Asked, answering, failing, wait_for

TELLING: dict[type[ApprovalError], ApprovalError] = {
    type(error): error
    for error in (
        NotSignedIn("words for people"),
        NotAllowed("words for people", rule="some_rule"),
        NotAnApprover(name="ana", asked=("role manager",), held=("viewer",)),
        AlreadyClosed(status=Status.DENIED, by="ana", by_kind="person", at=NOW),
        Invalid("words for people"),
        Kept(until=None),
        ContentChanged(fingerprint="0" * 64, changed=("body",)),
        TooManyEdits(limit=100),
        VersionDiffers(version=2),
    )
}
COME_BACK_LATER = {TooManyRequests, Unavailable}  # asked again: test_outages.py
ERRORS = [TELLING.get(error) or error() for error in STATUS_OF if error not in COME_BACK_LATER]
BODY = OpenBody(
    subject="Release 1.2",
    body="Some **words**.",
    approver_role="manager",
    escalate_role="director",
    expires_in=90.5,
    metadata={"rows": 12, "nothing": None, "deep": {"ü": [1.5, None]}},
)


def client_of(approval: Approval, api: ApprovalsApi, retry_seconds: float = 0) -> ApprovalsClient:
    """Give the client of the task that opened the request."""
    return ApprovalsClient(ti_id_of(approval), api.settings(), retry_seconds=retry_seconds)


def watch(settings: Settings, *approvals: Approval) -> dict[object, WatchedShape]:
    """Ask once as a triggerer does."""

    async def ask() -> dict[object, WatchedShape]:
        client = AsyncApprovalsClient(settings)
        try:
            return dict(await client.watch([approval.id for approval in approvals]))
        finally:
            await client.close()

    return asyncio.run(ask())


def test_a_request_arrives_as_it_was_sent(api: ApprovalsApi) -> None:
    """Text, times and JSON survive the way, null values inside the metadata included."""
    ti_id = uuid4()
    opened = ApprovalsClient(ti_id, api.settings()).open(BODY)
    kept = api.approvals[opened.id]
    assert (opened.subject, opened.body, opened.ti_id) == (BODY.subject, BODY.body, ti_id)
    assert opened.metadata == kept.content.metadata == BODY.metadata
    assert [level.timeout_seconds for level in opened.levels] == [90.5, 90.5]
    assert (kept.policy.on_deny, kept.policy.on_expiry) == (BODY.on_deny, BODY.on_expiry)


def test_a_task_reads_and_cancels_its_request(api: ApprovalsApi) -> None:
    """Each call carries a token of the task's own."""
    approval = api.open()
    client = client_of(approval, api)
    assert client.get(approval.id).status is Status.PENDING
    assert client.cancel(approval.id, "task_killed").status is Status.CANCELLED
    assert {asked.subject for asked in api.asked} == {f"ti:{ti_id_of(approval)}"}


def test_a_task_runs_maintenance(api: ApprovalsApi) -> None:
    """A sweep and a clean-up each give their counts."""
    client = ApprovalsClient(uuid4(), api.settings())
    assert client.sweep().remaining
    assert client.cleanup().removed == 0


def test_a_triggerer_reads_many_at_once(api: ApprovalsApi) -> None:
    """Those that do not exist are missing from the answer."""
    here, gone = api.open(), api.open()
    del api.approvals[gone.id]
    found = watch(api.settings(), here, gone)
    assert found == {here.id: WatchedShape.of(here)}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_problem_comes_back_as_its_error(api: ApprovalsApi, error: ApprovalError) -> None:
    """The same class, words and rule, for tasks and triggerers alike, and without another attempt.

    That somebody else is asked is no matter of programs: they know it as not allowed.
    """
    expected = NotAllowed if isinstance(error, NotAnApprover) else type(error)
    approval = api.open()
    api.broken = failing(error)
    for ask in (
        lambda: client_of(approval, api, retry_seconds=0).get(approval.id),
        lambda: watch(api.settings(), approval),
    ):
        with pytest.raises(expected) as raised:
            ask()
        assert type(raised.value) is expected
        assert problem_of(raised.value) == problem_of(error)
    assert len(api.asked) == 2


def test_a_failing_api_is_asked_again_until_it_answers(api: ApprovalsApi) -> None:
    """An API server that restarts behind a proxy costs time, not the task."""
    approval = api.open()
    failures = iter([502, 503, 500])

    def broken(_: Asked) -> Response | None:
        status = next(failures, None)
        return Response(status_code=status) if status else None

    api.broken = broken
    assert client_of(approval, api, retry_seconds=30).get(approval.id).id == approval.id
    assert len(api.asked) == 4


def test_an_api_that_stays_broken_is_given_up(api: ApprovalsApi) -> None:
    """The message says what was asked and answered, and where to look."""
    approval = api.open()
    api.broken = answering(503)
    with pytest.raises(ApiUnavailable, match=r"GET http://.* answered 503; the API server's log says why"):
        client_of(approval, api, retry_seconds=1.5).get(approval.id)
    assert len(api.asked) >= 2


def test_an_api_that_is_not_there_is_given_up(api: ApprovalsApi) -> None:
    """Refused connections are tried again for as long as told; the message names the options to look at."""
    approval = api.open()
    api.stop()
    before = time.monotonic()
    with pytest.raises(ApiUnavailable, match=r"\[approvals\] api_url or \[core\] execution_api_server_url"):
        client_of(approval, api, retry_seconds=1.5).get(approval.id)
    assert time.monotonic() - before >= 1.5
    with pytest.raises(ApiUnavailable, match="Is the API server up"):
        watch(api.settings(), approval)


def test_an_api_that_comes_back_is_found(api: ApprovalsApi) -> None:
    """A refused connection is no reason to fail while there is time."""
    approval = api.open()
    api.stop()

    async def scenario() -> ApprovalShape:
        asking = asyncio.to_thread(client_of(approval, api, retry_seconds=30).get, approval.id)
        found, _ = await asyncio.gather(asking, asyncio.to_thread(api.start))
        return found

    assert asyncio.run(scenario()).id == approval.id


@pytest.mark.parametrize(
    ("status", "content", "media_type"),
    [
        pytest.param(404, "<h1>Not found</h1>", "text/html", id="another server"),
        pytest.param(200, "<h1>Welcome</h1>", "text/html", id="a sign-in page"),
        pytest.param(302, "", "text/html", id="a redirect"),
        pytest.param(200, "{}", "application/json", id="another shape"),
        pytest.param(404, '{"detail": "Not Found"}', "application/json", id="another API"),
        pytest.param(
            404, '{"detail": "?", "code": "no_such_path"}', "application/json", id="another version"
        ),
    ],
)
def test_another_server_is_told_from_ours(
    api: ApprovalsApi, status: int, content: str, media_type: str
) -> None:
    """What answers is not the approvals API, or not this version of it: trying again would not help."""
    approval = api.open()
    api.broken = answering(status, content, media_type)
    for ask in (
        lambda: client_of(approval, api, retry_seconds=30).get(approval.id),
        lambda: watch(api.settings(), approval),
    ):
        with pytest.raises(UnexpectedAnswer, match=f"answered {status}, not as the approvals API does") as e:
            ask()
        assert "airflow-provider-approvals installed on the API server" in str(e.value)
    assert len(api.asked) == 2


def test_an_answer_with_more_in_it_is_understood(api: ApprovalsApi) -> None:
    """A newer server may say more; an older client reads what it knows."""
    approval = api.open()
    shape = WatchedShape.of(approval).model_dump(mode="json")
    answer = json.dumps({"approvals": [{**shape, "mood": "good"}], "more": 1})
    api.broken = answering(200, answer, "application/json")
    assert watch(api.settings(), approval)[approval.id].status is Status.PENDING


def test_an_address_with_a_path_is_kept(api: ApprovalsApi) -> None:
    """An API server behind a proxy path is reached there, with or without a slash at the end."""
    with ApprovalsApi(prefix="/team/airflow/approvals/v1") as behind_proxy:
        approval = behind_proxy.open()
        assert behind_proxy.url.endswith("/team/airflow")
        for url in (behind_proxy.url, f"{behind_proxy.url}/"):
            settings = behind_proxy.settings(api_url=url)
            assert ApprovalsClient(ti_id_of(approval), settings).get(approval.id).id == approval.id


def test_the_configuration_leads_to_the_api(api: ApprovalsApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an address of our own, the one that tasks use for Airflow itself leads to us too."""
    approval = api.open()
    monkeypatch.delenv("AIRFLOW__APPROVALS__API_URL")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", f"{api.url}/execution/")
    assert ApprovalsClient(ti_id_of(approval)).get(approval.id).id == approval.id


def test_without_a_secret_the_message_says_what_to_set(api: ApprovalsApi) -> None:
    """Nothing is sent, nothing is tried again."""
    approval = api.open()
    settings = api.settings(jwt_secret="")
    with pytest.raises(NotSignedIn, match=r"Set \[approvals\] jwt_secret \(or \[api_auth\] jwt_secret\)"):
        ApprovalsClient(ti_id_of(approval), settings).get(approval.id)
    with pytest.raises(NotSignedIn, match="no secret to sign tokens with"):
        watch(settings, approval)
    assert api.asked == []


def test_another_secret_is_told_to_be_the_reason(api: ApprovalsApi) -> None:
    """A worker and an API server with different secrets find out why, once it could have been changed."""
    approval = api.open()
    client = ApprovalsClient(ti_id_of(approval), api.settings(jwt_secret="another"), retry_seconds=1.5)
    before = time.monotonic()
    with pytest.raises(NotSignedIn, match="need the same \\[approvals\\] jwt_secret"):
        client.get(approval.id)
    assert time.monotonic() - before >= 1.5


def test_a_secret_that_is_being_changed_costs_time_and_not_the_task(api: ApprovalsApi) -> None:
    """The API server has the new one first, and takes the old one as well once it is told to."""
    approval = api.open()
    api.secret = "the next secret"
    client = ApprovalsClient(ti_id_of(approval), api.settings(), retry_seconds=30)
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(client.get, approval.id)
        wait_for(lambda: api.refused > 0)
        api.secrets_before = ("an older one", SECRET)
        assert asking.result().id == approval.id


def test_another_tasks_request_is_refused(api: ApprovalsApi) -> None:
    """The refusal names the rule."""
    approval = api.open()
    with pytest.raises(NotAllowed) as raised:
        ApprovalsClient(uuid4(), api.settings()).get(approval.id)
    assert raised.value.rule == "own_request"
