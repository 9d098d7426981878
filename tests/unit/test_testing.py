"""Answers for gates as tests of Dags write them; ``tests/integration/waiting`` has whole runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from airflow_approvals import ApprovalDenied, ApprovalExtOperator
from airflow_approvals.client import ApprovalsClient
from airflow_approvals.operators import reaching
from airflow_approvals.testing import Answer, answering, approved, denied
from tests.builders import TI_ID
from tests.unit import fresh


@dataclass(frozen=True)
class TaskInstance:
    """As much of a running task instance as a gate looks at."""

    id: UUID = TI_ID
    dag_id: str = "release"
    run_id: str = "manual__2030-01-01"
    task_id: str = "gate"
    map_index: int = -1
    try_number: int = 1


@dataclass(frozen=True)
class DagRun:
    """As much of a Dag run."""

    triggering_user_name: str | None = None


def run(map_index: int = -1, **arguments: Any) -> Any:
    """Run a gate as a worker does; gives what it returns."""
    gate = ApprovalExtOperator(task_id="gate", subject="Release 1.2", approver_role="manager", **arguments)
    context: Any = {"ti": TaskInstance(map_index=map_index), "dag_run": DagRun()}
    return gate.execute(context)


def test_words_and_functions_say_the_same() -> None:
    """A person who is not named is called tester."""
    assert approved() == Answer("approve")
    assert denied(by="ana", comment="Not yet.") == Answer("deny", by="ana", comment="Not yet.")
    assert Answer("approve").by == "tester"


@pytest.mark.parametrize("answer", ["", "approved", "Approve", None, True, ("approve", "ana")])
def test_an_unknown_answer_is_refused_with_those_there_are(answer: Any) -> None:
    """At once, and not when a gate asks."""
    with pytest.raises(ValueError, match="with one of 'approve', 'deny', 'expire', 'cancel'") as raised:
        answering({"gate": answer})
    assert repr(answer) in str(raised.value)


@pytest.mark.parametrize(
    "key", ["", 0, None, ("gate",), ("gate", "0"), ("gate", -1), ("", 0), ("gate", 0, 1)]
)
def test_a_key_that_names_no_gate_is_refused(key: Any) -> None:
    """At once, too."""
    with pytest.raises(ValueError, match=r"by its task id or by \(task_id, map_index\)"):
        answering({key: "approve"})


@pytest.mark.parametrize(
    "wrong", [{"by": ""}, {"by": " "}, {"by": None}, {"comment": "x" * 10_001}, {"comment": 1}]
)
def test_what_no_person_could_say_is_refused(wrong: dict[str, Any]) -> None:
    """The limits are those of the API."""
    with pytest.raises(ValueError, match=r"by|comment"):
        approved(**wrong)


def test_a_gate_is_answered_while_the_context_lasts_only() -> None:
    """Before and after, gates ask the API server."""
    gate = ApprovalExtOperator(task_id="gate", subject="Release 1.2", approver_role="manager")
    context: Any = {"ti": TaskInstance(), "dag_run": DagRun()}
    assert type(reaching.api_of(gate, context)) is ApprovalsClient
    with answering({"gate": approved(by="ana")}):
        assert run()["decided_by"] == "ana"
    assert type(reaching.api_of(gate, context)) is ApprovalsClient


def test_an_inner_context_goes_before_an_outer_one() -> None:
    """And gives way to it again."""
    with answering({"gate": "approve"}):
        with answering({"gate": "deny"}), pytest.raises(ApprovalDenied):
            run()
        assert run()["status"] == "approved"


def test_a_map_index_goes_before_its_task_id() -> None:
    """The task id stands for all other indexes."""
    with answering({"gate": "approve", ("gate", 1): "deny"}):
        assert run(map_index=0)["status"] == "approved"
        with pytest.raises(ApprovalDenied):
            run(map_index=1)


def test_a_gate_that_is_not_named_says_which_ones_are() -> None:
    """It fails without another try, and the context fails at its end."""
    words = r"no answer to the gate \('gate', 2\)\. There are answers to \('gate', 1\)\."
    answers = answering({("gate", 1): "approve"})
    answers.__enter__()
    run(map_index=1)
    with pytest.raises(AirflowFailException, match=words):
        run(map_index=2)
    with pytest.raises(AssertionError, match=words):
        answers.__exit__(None, None, None)


def test_an_answer_in_vain_is_told_of_unless_something_else_went_wrong() -> None:
    """What went wrong first is what its author has to see."""
    with (
        pytest.raises(AssertionError, match="No gate asked for the answer to 'gate'"),
        answering({"gate": "deny"}),
    ):
        pass
    with pytest.raises(RuntimeError, match="before the gate"), answering({"gate": "deny"}):
        raise RuntimeError("before the gate")


def test_a_gate_that_skips_can_be_run_without_a_dag_run() -> None:
    """There is nothing downstream then."""
    with answering({"gate": "deny"}), pytest.raises(AirflowSkipException):
        run(on_deny="skip")


def test_it_can_be_imported_without_pytest() -> None:
    """Who tests with something else needs none, and the package in production neither."""
    script = """
import sys
sys.modules["pytest"] = None
import airflow_approvals.testing as testing
print(str(hasattr(testing, "approvals_answering")).lower())
"""
    assert fresh.run(script) is False


def test_gates_do_not_load_it() -> None:
    """Production has nothing of it."""
    script = """
import sys
import airflow_approvals.operators.approval_ext
print(str(any(name.startswith("airflow_approvals.testing") for name in sys.modules)).lower())
"""
    assert fresh.run(script) is False
