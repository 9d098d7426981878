"""Every argument that makes no sense is refused when the Dag is parsed, by name."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, BaseNotifier, literal, task, task_group

from airflow_approvals import ApprovalExtOperator
from airflow_approvals.domain.policy import MAX_TIMEOUT, OnDeny, OnExpiry

HOUR = timedelta(hours=1)
ARGUMENTS: dict[str, Any] = {"task_id": "gate", "subject": "Release 1.2", "approver_role": "manager"}
ESCALATING: dict[str, Any] = {"escalate_role": "director", "expires_in": HOUR}


class Silent(BaseNotifier):
    """Tells nobody."""

    def notify(self, context: Any) -> None:
        """Do nothing."""


WRONG = [
    *[
        ("subject", value, {})
        for value in (None, "", " \n", 5, b"bytes", ["a"], Path("subject"), "x" * 501, "a\0b")
    ],
    *[("approver_role", value, {}) for value in (None, "", "  ", 5, ["manager"], {"manager"}, "x" * 513)],
    *[("approver_role", value, {}) for value in (" manager", "manager\n", "a\0b")],
    *[("escalate_role", value, ESCALATING) for value in ("", "  ", 5, ["director"], "x" * 513, " director")],
    ("escalate_role", "director", {"expires_in": None}),
    ("escalate_role", "manager", ESCALATING),
    ("escalate_role", "{{ params.role }}", {**ESCALATING, "approver_role": "{{ params.role }}"}),
    *[("body", value, {}) for value in (None, 5, b"bytes", ["a"], "x" * 100_001, "a\0b")],
    *[("expires_in", value, {}) for value in (timedelta(0), -HOUR, MAX_TIMEOUT + timedelta.resolution)],
    *[("expires_in", value, {}) for value in (3600, 0, True, "1h", "{{ params.wait }}", date(2026, 1, 1))],
    *[("on_deny", value, {}) for value in (None, "", "FAIL", "approve", 5, ["fail"], OnExpiry.APPROVE)],
    *[("on_expiry", value, {}) for value in (None, "", "Skip", "cancel", 5, ["fail"], True)],
    *[("on_expiry", value, {}) for value in ("approve", "skip", "deny", OnExpiry.APPROVE)],
    ("on_expiry", "approve", {"expires_in": None}),
    *[
        ("metadata", value, {})
        for value in ([], "{}", 5, {"a": object()}, {"a": (1, 2)}, {1: "a"}, {"a": b"b"})
    ],
    *[
        ("metadata", {"a": value}, {})
        for value in (float("nan"), float("inf"), HOUR, "x" * 65_536, {"b": set()})
    ],
    ("metadata", {"when": datetime(2026, 1, 1, tzinfo=timezone.utc)}, {}),
    *[("notifiers", value, {}) for value in (None, "", "mail", 5, [None], [Silent], Silent, {}, [print])],
    ("notifiers", [Silent(), "mail"], {}),
]


@pytest.mark.parametrize(("name", "value", "more"), WRONG, ids=lambda value: repr(value)[:40])
def test_a_wrong_value_is_refused_by_name(name: str, value: Any, more: dict[str, Any]) -> None:
    """The message begins with the operator and the task, and names the argument."""
    with pytest.raises(ValueError, match=rf"^ApprovalExtOperator 'gate': .*\b{name}\b"):
        ApprovalExtOperator(**{**ARGUMENTS, **more, name: value})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"subject": "x" * 501}, f"subject must have at most 500 characters, not '{'x' * 78}…."),
        ({"subject": 5}, "subject must be a non-empty text, not 5."),
        ({"subject": "a\0b"}, r"subject must not contain the character NUL, not 'a\x00b'."),
        (
            {"metadata": {"when": HOUR}},
            "metadata.when must be JSON: text, number, true, false, null, a list or an object of these, "
            "not datetime.timedelta(seconds=3600).",
        ),
        (
            {"metadata": {"a": float("nan")}},
            "metadata must be JSON without NaN, infinity or broken characters",
        ),
        ({"on_deny": "no"}, "on_deny must be one of ['fail', 'skip'], not 'no'."),
        (
            {"on_expiry": "approve"},
            "on_expiry='approve' needs expires_in: without a deadline nothing ever expires, "
            "and the request would wait for ever.",
        ),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_the_message_names_argument_value_and_what_is_accepted(
    arguments: dict[str, Any], message: str
) -> None:
    """In words of ours, and no longer than people read."""
    with pytest.raises(ValueError, match=re.escape(f"ApprovalExtOperator 'gate': {message}")):
        ApprovalExtOperator(**{**ARGUMENTS, **arguments})


@pytest.mark.parametrize("name", ["subject", "approver_role"])
def test_what_is_needed_cannot_be_left_out(name: str) -> None:
    """The message names the argument."""
    arguments = {key: value for key, value in ARGUMENTS.items() if key != name}
    with pytest.raises(TypeError, match=name):
        ApprovalExtOperator(**arguments)


@pytest.mark.parametrize("name", ["approver_roles", "quorum", "timeout"])
def test_an_unknown_argument_is_refused_by_name(name: str) -> None:
    """A slip of the pen is no silent default."""
    with pytest.raises(TypeError, match=name):
        ApprovalExtOperator(**ARGUMENTS, **{name: "x"})


def test_no_argument_goes_by_position() -> None:
    """Only names, as everywhere in Airflow."""
    with pytest.raises(TypeError):
        ApprovalExtOperator("Release 1.2", "manager", task_id="gate")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({}, id="the least"),
        pytest.param(ESCALATING, id="escalating"),
        pytest.param({"expires_in": MAX_TIMEOUT}, id="the longest wait"),
        pytest.param({"expires_in": timedelta.resolution}, id="the shortest wait"),
        pytest.param({"subject": "x" * 500, "body": "x" * 100_000, "approver_role": "x" * 512}, id="long"),
        pytest.param({"subject": "{{ " + "x" * 500 + " }}"}, id="a template longer than what it may give"),
        pytest.param({"body": "", "metadata": None, "escalate_role": None, "expires_in": None}, id="empty"),
        pytest.param({"metadata": {"a": [1, 1.5, None, True, {"ü": "{{ ds }}"}]}}, id="JSON"),
        pytest.param(
            {"on_deny": OnDeny.SKIP, "on_expiry": OnExpiry.APPROVE, "expires_in": HOUR}, id="enum members"
        ),
        pytest.param({"on_expiry": "{{ params.silence }}"}, id="silence known only at run time"),
        pytest.param({"notifiers": Silent()}, id="one notifier"),
        pytest.param({"notifiers": (Silent(), Silent())}, id="notifiers"),
        pytest.param({"notifiers": []}, id="no notifier"),
        pytest.param({"subject": literal("{{ as it is }}")}, id="a literal"),
    ],
)
def test_what_makes_sense_is_taken(arguments: dict[str, Any]) -> None:
    """Up to the limits, and in every form a Dag author may write it."""
    ApprovalExtOperator(**{**ARGUMENTS, **arguments})


@pytest.mark.parametrize(
    "name", ["subject", "body", "approver_role", "escalate_role", "on_expiry", "metadata"]
)
def test_what_other_tasks_return_is_taken(name: str) -> None:
    """An XComArg passes for any templated argument, whole or inside metadata, and orders the tasks."""
    with DAG("release"):

        @task
        def ask() -> str:
            return "known only at run time"

        asked = ask()
        gate = ApprovalExtOperator(**{**ARGUMENTS, **ESCALATING, name: asked})
        nested = ApprovalExtOperator(
            **{**ARGUMENTS, "task_id": "nested", "metadata": {"deep": [{"value": asked["key"]}]}}
        )
    assert gate.upstream_task_ids == {"ask"}
    assert nested.metadata["deep"]


def test_two_roles_known_only_at_run_time_are_not_the_same() -> None:
    """Different outputs pass as different roles; one output for both is seen to be one role."""
    with DAG("release"):

        @task(multiple_outputs=True)
        def roles() -> dict[str, str]:
            return {"first": "manager", "second": "director"}

        asked = roles()
        first = asked["first"]
        ApprovalExtOperator(
            task_id="gate",
            subject="s",
            approver_role=first,
            escalate_role=asked["second"],
            expires_in=HOUR,
        )
        with pytest.raises(ValueError, match="escalate_role"):
            ApprovalExtOperator(
                task_id="same", subject="s", approver_role=first, escalate_role=first, expires_in=HOUR
            )


def test_a_dag_parameter_is_taken() -> None:
    """The argument of an ``@dag`` function arrives as such."""
    with DAG("release", params={"role": "manager"}) as dag:
        ApprovalExtOperator(**{**ARGUMENTS, "approver_role": dag.param("role")})


def test_the_argument_of_a_mapped_task_group_is_taken() -> None:
    """Inside the group it stands for one of many values."""
    with DAG("release") as dag:

        @task_group
        def release(country: str) -> None:
            ApprovalExtOperator(**{**ARGUMENTS, "subject": country, "metadata": {"country": country}})

        release.expand(country=["at", "ch"])
    assert dag.task_ids == ["release.gate"]


def test_default_args_are_checked_too() -> None:
    """What a Dag gives to all its tasks counts as given here."""
    with DAG("release", default_args={"approver_role": "manager", "on_deny": "explode"}):
        with pytest.raises(ValueError, match="on_deny"):
            ApprovalExtOperator(task_id="gate", subject="s")
        gate = ApprovalExtOperator(task_id="fine", subject="s", on_deny="skip")
    assert gate.approver_role == "manager"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("subject", "subject='', approver_role='manager'"),
        ("approver_role", "subject='s', approver_role=None"),
        ("escalate_role", "subject='s', approver_role='manager', escalate_role='director'"),
        ("expires_in", "subject='s', approver_role='manager', expires_in=3600"),
        ("on_deny", "subject='s', approver_role='manager', on_deny='explode'"),
        ("on_expiry", "subject='s', approver_role='manager', on_expiry='explode'"),
        ("on_expiry", "subject='s', approver_role='manager', on_expiry='approve'"),
        ("body", "subject='s', approver_role='manager', body=None"),
        ("metadata", "subject='s', approver_role='manager', metadata={'a': object()}"),
        ("notifiers", "subject='s', approver_role='manager', notifiers=['mail']"),
        ("quorum", "subject='s', approver_role='manager', quorum=2"),
        ("approver_role", "subject='s'"),
    ],
)
def test_a_dag_with_a_wrong_argument_is_an_import_error_that_names_it(
    tmp_path: Path, name: str, written: str
) -> None:
    """Airflow shows the message with the file; no such Dag is ever scheduled."""
    file = tmp_path / "release.py"
    file.write_text(
        "from airflow.sdk import DAG\n"
        "from airflow_approvals import ApprovalExtOperator\n"
        f"with DAG('release'):\n    ApprovalExtOperator(task_id='gate', {written})\n"
    )
    found = DagBag(dag_folder=file)
    assert found.dags == {}
    ((where, message),) = found.import_errors.items()
    assert where.endswith("release.py")
    assert name in message.rpartition("Error: ")[2]
