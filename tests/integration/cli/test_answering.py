"""What an answer must have holds on the command line as it does over REST."""

from __future__ import annotations

from datetime import datetime, timezone
from uuid import UUID

import pytest

from airflow_approvals.domain.commands.edit import Edit, edit
from airflow_approvals.domain.people import Actor
from airflow_approvals.domain.status import Status
from airflow_approvals.service import commands
from tests.builders import person
from tests.integration.cli.conftest import Cli, Requests

EDITOR = person("an-editor")


def edited(requests: Requests, approval_id: UUID, by: Actor = EDITOR) -> None:
    """Change the text of a request while it is open."""
    work = requests.work(datetime.now(tz=timezone.utc))
    commands.run(approval_id, edit, Edit(actor=by, body="Pay twice."), work=work)


@pytest.mark.parametrize(("manager", "name"), [("fab", "mia"), ("simple", "ann")])
def test_who_edited_cannot_approve_from_a_shell(
    request: pytest.FixtureRequest, requests: Requests, manager: str, name: str
) -> None:
    """Known by name or by id; to deny is fine."""
    cli: Cli = request.getfixturevalue(manager)
    approval_id = requests.open(f"Edited by {name}")
    edited(requests, approval_id, person(name, id="as-the-page-knows-them"))

    approved = cli("approve", str(approval_id), "--as", name)
    assert approved.code == 1
    assert approved.err.splitlines()[-1].startswith("You changed this request while it was open")
    assert requests.look(approval_id).status is Status.PENDING

    assert cli("deny", str(approval_id), "--as", name, "-o", "json").value["status"] == "denied"


def test_an_answer_from_a_shell_may_say_what_was_read(fab: Cli, requests: Requests) -> None:
    """By a part of the fingerprint that `show` prints; another text is refused, and named."""
    approval_id = requests.open("Read and answered")
    before = fab("show", str(approval_id), "-o", "json").value["fingerprint"]
    edited(requests, approval_id)
    after = requests.look(approval_id).content.fingerprint

    changed, unknown, malformed = fab.at_once(
        ("approve", str(approval_id), "--as", "mia", "--fingerprint", before[:16]),
        ("approve", str(approval_id), "--as", "mia", "--fingerprint", "0" * 64),
        ("approve", str(approval_id), "--as", "mia", "--fingerprint", "abc"),
    )
    assert changed.code == unknown.code == 1
    assert "changed since you read it: its text." in changed.err
    assert "changed since you read it: its subject, its text, its details." in unknown.err
    assert malformed.code == 2
    assert "16 to 64 hexadecimal digits" in malformed.err
    assert requests.look(approval_id).status is Status.PENDING

    approved = fab("approve", str(approval_id), "--as", "mia", "--fingerprint", after[:20], "-o", "json")
    assert approved.value["status"] == "approved"
