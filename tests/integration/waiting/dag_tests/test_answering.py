"""What a test that answers its gates gets: what the real ones would have given it, and plain words if not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.databases import CommandError, Databases, python
from tests.integration.waiting.dag_tests.scenario import RUNS, TOLD

HERE = Path(__file__).parent
NOBODY_LISTENS = "http://127.0.0.1:9"
IN_TIME_SECONDS = 5.0

SUCCESS = {"gate": "success", "after": "success"}
FAILED = {"gate": "failed", "after": "upstream_failed"}
SKIPPED = {"gate": "skipped", "after": "skipped"}


@dataclass(frozen=True)
class Run:
    """One run of a Dag: what became of it, and what was logged."""

    log: str
    name: str
    error: str | None
    state: str
    tasks: dict[str, str]
    tries: int
    returned: list[Any] = field(repr=False)
    told: list[str]

    def states(self, *names: str) -> dict[str, str]:
        """Give the states of some of the tasks."""
        return {name: self.tasks[name] for name in names}


@pytest.fixture(scope="module")
def settings(databases: Databases) -> dict[str, str]:
    """What leads Airflow to a database of these tests, to their Dags, and to no API server."""
    return {
        "database": databases.migrated(),
        "PYTHONPATH": str(HERE.parents[3]),
        "AIRFLOW__CORE__DAGS_FOLDER": str(HERE / "dags"),
        "AIRFLOW__APPROVALS__API_URL": NOBODY_LISTENS,
    }


@pytest.fixture(scope="module")
def runs(settings: dict[str, str]) -> dict[str, Run]:
    """Every run of the scenario, by its name."""
    printed = python("-m", "tests.integration.waiting.dag_tests.scenario", **settings)
    found, log = {}, []
    for line in printed.splitlines():
        if line.startswith(TOLD):
            run = Run(log="\n".join(log), **json.loads(line.removeprefix(TOLD)))
            found[run.name], log = run, []
        else:
            log.append(line)
    assert list(found) == list(RUNS)
    return found


@pytest.mark.parametrize(
    ("name", "tasks", "words"),
    [
        ("approved", SUCCESS, "Approved by tester: no comment"),
        ("approved by ana", SUCCESS, "Approved by ana: Checked the figures."),
        ("denied", FAILED, "ApprovalDenied: Denied by bo: Not on a Friday."),
        ("cancelled", FAILED, "ApprovalCancelled: Cancelled by tester: called off by a test"),
        ("denied, skips", SKIPPED, "Denied by tester: no comment"),
        ("denied, skips some", SKIPPED, "Denied by tester: no comment"),
        ("expired, fails", FAILED, "ApprovalExpired: Nobody decided in time: role manager"),
        ("expired, skips", SKIPPED, "Nobody decided in time: role manager"),
        ("expired, approves", SUCCESS, "Nobody decided in time: role manager, role director; approved"),
        ("expired, denies", FAILED, "ApprovalDenied: Nobody decided in time: role manager; denied"),
        ("nonsense", FAILED, "gate, with its arguments rendered: subject"),
        ("cannot expire", FAILED, "gate cannot expire: without expires_in it waits for ever."),
    ],
)
def test_a_gate_ends_as_a_real_one_would(
    runs: dict[str, Run], name: str, tasks: dict[str, str], words: str
) -> None:
    """With the same states, exceptions and words; retries are for technical trouble."""
    run = runs[name]
    assert run.error is None
    assert run.states(*tasks) == tasks
    assert words in run.log
    assert run.tries == 1


def test_the_log_says_that_no_person_answered(runs: dict[str, Run]) -> None:
    """In one line of the task's log, so that nobody takes such a run for a real one."""
    line = "Answered by airflow_approvals.testing, not by a person: "
    assert f"{line}approve, as ana" in runs["approved by ana"].log
    assert f"{line}cancel, as tester" in runs["cancelled"].log
    assert runs["expired, fails"].log.count(line) == 1
    assert f"{line}expire" in runs["expired, fails"].log


@pytest.mark.parametrize(
    ("name", "by", "comment", "escalated"),
    [
        ("approved", "tester", None, False),
        ("approved by ana", "ana", "Checked the figures.", False),
        ("expired, approves", "system", None, True),
    ],
)
def test_an_approved_gate_returns_what_a_real_one_returns(
    runs: dict[str, Run], name: str, by: str, comment: str | None, escalated: bool
) -> None:
    """The same keys, which the tasks after it read."""
    (returned,) = [value for value in runs[name].returned if value is not None]
    assert str(UUID(returned.pop("approval_id")))
    assert returned.pop("decided_at").endswith("+00:00")
    assert returned == {"status": "approved", "decided_by": by, "comment": comment, "escalated": escalated}


def test_the_next_task_uses_it(runs: dict[str, Run]) -> None:
    """As its argument."""
    assert "approved by tester" in runs["used"].returned


@pytest.mark.parametrize(
    ("name", "state"),
    [("denied, skips", "skipped"), ("expired, skips", "skipped"), ("denied, skips some", "success")],
)
def test_a_skipping_gate_leaves_trigger_rules_their_say_only_when_told_to(
    runs: dict[str, Run], name: str, state: str
) -> None:
    """As the API server does it: near and far, and each index of a mapped task, with ``all_done`` too."""
    assert set(runs[name].states("later", "anyway0", "anyway1").values()) == {state}


def test_mapped_gates_are_answered_one_by_one(runs: dict[str, Run]) -> None:
    """An index of its own goes before the task id; one denial skips what follows all of them."""
    assert runs["mapped"].tasks == {
        "gate0": "success",
        "gate1": "skipped",
        "gate2": "success",
        "after": "skipped",
    }


def test_in_a_mapped_group_a_denied_gate_skips_its_own_index(runs: dict[str, Run]) -> None:
    """The others go on."""
    gates = {f"land.gate{index}": state for index, state in enumerate(("success", "skipped", "success"))}
    after = {name.replace("gate", "publish"): state for name, state in gates.items()}
    assert runs["grouped"].tasks == {**gates, **after}


def test_notifiers_run_before_the_answer(runs: dict[str, Run]) -> None:
    """Told of an open request, as always."""
    assert runs["notified"].told == ["pending"]
    assert runs["notified"].states(*SUCCESS) == SUCCESS


def test_a_gate_without_an_answer_fails_and_so_does_the_test(runs: dict[str, Run]) -> None:
    """Both say which gate it is, and which ones have an answer."""
    run = runs["not named"]
    words = "airflow_approvals.testing has no answer to the gate 'other'. There are answers to 'gate'."
    assert run.tasks == {"gate": "success", "other": "failed"}
    assert f"AirflowFailException: {words}" in run.log
    assert run.error == words


def test_an_answer_that_no_gate_asked_for_fails_the_test(runs: dict[str, Run]) -> None:
    """It is a slip of the pen, or a gate that was not reached."""
    run = runs["named in vain"]
    assert run.states(*SUCCESS) == SUCCESS
    assert run.error == "No gate asked for the answer to 'gaet'. There are answers to 'gate', 'gaet'."


def test_without_answers_and_api_server_a_sentence_says_what_to_do(runs: dict[str, Run]) -> None:
    """Soon, with no other exception around it, and without another try."""
    run = runs["no API server"]
    assert run.states(*FAILED) == FAILED
    words = (
        f"There is no approvals API at {NOBODY_LISTENS}. Start an API server, or answer the gate in the "
        'test: airflow_approvals.testing.answering({"gate": "approve"}). See docs/testing-dags.md.'
    )
    assert f"AirflowFailException: {words}" in run.log
    assert "During handling of the above exception" not in run.log
    assert "direct cause of the following exception" not in run.log
    asked_at, given_up_at = logged_at(run.log, "Connection refused"), logged_at(run.log, "Task failed with")
    assert (given_up_at - asked_at).total_seconds() < IN_TIME_SECONDS
    assert run.tries == 1


def logged_at(log: str, words: str) -> datetime:
    """Give when something was first logged."""
    line = next(line for line in log.splitlines() if words in line)
    return datetime.fromisoformat(line.split()[0].replace("Z", "+00:00"))


TESTS = """
import pytest
from answered_gates import DAGS

def test_passes(approvals_answering):
    approvals_answering({"gate": "approve"})
    assert DAGS["plain"].test().state == "success"

def test_names_a_gate_in_vain(approvals_answering):
    approvals_answering({"gaet": "approve"})

def test_fails_by_itself(approvals_answering):
    approvals_answering({"gate": "approve"})
    raise RuntimeError("before the gate")
"""


def test_the_fixture_answers_until_its_test_is_over(settings: dict[str, str], tmp_path: Path) -> None:
    """It complains of answers in vain, unless the test has failed anyway."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["airflow_approvals.testing"]\n')
    (tmp_path / "test_dag.py").write_text(TESTS)
    path = f"{settings['PYTHONPATH']}:{settings['AIRFLOW__CORE__DAGS_FOLDER']}"
    with pytest.raises(CommandError) as raised:
        python(
            *("-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)),
            **{**settings, "PYTHONPATH": path},
        )
    printed = str(raised.value)
    assert "1 failed, 2 passed" in printed
    assert "1 error" in printed
    assert "RuntimeError: before the gate" in printed
    assert "ERROR at teardown of test_names_a_gate_in_vain" in printed
    assert "No gate asked for the answer to 'gaet'" in printed
