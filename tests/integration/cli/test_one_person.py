"""One person answers over REST and on the command line, and takes one place of a quorum."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from airflow_approvals.domain.status import Status
from dev.stack import AirflowStack
from tests.integration.cli.conftest import Cli, Requests

COMPANY = Path(__file__).with_name("company.py")
NUMBER = "emp-4711"


@contextmanager
def served(cli: Cli) -> Iterator[AirflowStack]:
    """An API server in the environment of a command line."""
    same = cli.deployment
    with AirflowStack(
        same.home, auth=same.auth, database_url=same.database_url, extra_env=same.extra_env
    ) as stack:
        stack.start(["api-server"])
        stack.wait_healthy()
        yield stack


def company_token(stack: AirflowStack, name: str) -> str:
    """The token with which the company's sign-in would let somebody come back."""
    command = [sys.executable, str(COMPANY), NUMBER, name]
    printed = subprocess.run(command, env=stack.env, capture_output=True, text=True, check=True)
    return printed.stdout.split()[-1]


@pytest.mark.parametrize(
    ("manager", "name", "rest_id", "token"),
    [
        ("fab", "mia", None, AirflowStack.token),
        ("simple", "ann", "ann", AirflowStack.token),
        ("foreign", "lea", NUMBER, company_token),
    ],
)
def test_one_person_is_counted_once_however_the_answers_come(
    request: pytest.FixtureRequest,
    requests: Requests,
    manager: str,
    name: str,
    rest_id: str | None,
    token: Callable[[AirflowStack, str], str],
) -> None:
    """Under FAB, SimpleAuthManager and one that gives people numbers, which the command line cannot learn."""
    cli: Cli = request.getfixturevalue(manager)
    rest_first, shell_first = (requests.open(f"Two of {manager}", quorum=2) for _ in range(2))
    with served(cli) as stack:
        headers = {"Authorization": f"Bearer {token(stack, name)}"}

        def over_rest(approval_id: UUID) -> httpx.Response:
            address = f"{stack.base_url}/approvals/v1/approvals/{approval_id}/approve"
            return httpx.post(address, json={}, headers=headers, trust_env=False, timeout=30)

        first = over_rest(rest_first)
        assert first.status_code == 200, first.text
        by_shell, again = cli.at_once(
            ("approve", str(shell_first), "--as", name, "-o", "json"),
            ("approve", str(rest_first), "--as", name),
        )
        late = over_rest(shell_first)

    assert by_shell.value["status"] == "pending"
    assert (late.status_code, late.json()["code"]) == (409, "already_voted")
    assert again.code == 1
    assert again.err.splitlines()[-1].startswith("You have answered this request already")
    for approval_id in (rest_first, shell_first):
        (vote,) = requests.look(approval_id).votes
        assert vote.by.name == name
        assert requests.look(approval_id).status is Status.PENDING
    if rest_id is not None:
        assert requests.look(rest_first).votes[0].by.id == rest_id
    else:
        assert len({requests.look(one).votes[0].by.id for one in (rest_first, shell_first)}) == 1
