"""The ``[approvals]`` section: every option is read, and a wrong value is refused by name."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from airflow_approvals.config import OPTIONS, Settings, current, forget, public_url, warnings

READ: list[tuple[str, str, Any]] = [
    ("jwt_secret", "s3cret", "s3cret"),
    ("jwt_secret_previous", "", ()),
    ("jwt_secret_previous", "one", ("one",)),
    ("jwt_secret_previous", " one \n\n two, three\n", ("one", "two, three")),  # one a line, no empty one
    ("jwt_secret_previous", "\n", ()),
    ("api_url", "http://api:8080", "http://api:8080"),
    ("api_url", "https://api/with/path/", "https://api/with/path"),
    ("role_members", "", {}),
    ("role_members", "  ", {}),
    ("role_members", "{}", {}),
    ("role_members", '{"manager": ["ana", "bo"], "nobody": []}', {"manager": {"ana", "bo"}, "nobody": set()}),
    ("role_resolver", "my_company.roles_of", "my_company.roles_of"),
    ("retention_days", "0", 0),
    ("retention_days", "365", 365),
    ("retention_days", "", 90),
    ("maintenance_schedule", "*/10 * * * *", "*/10 * * * *"),
    ("maintenance_schedule", " @hourly ", "@hourly"),
    ("maintenance_schedule", "", "*/5 * * * *"),
    ("poll_interval_seconds", "2", 2.0),
    ("poll_interval_seconds", "7.5", 7.5),
    ("poll_interval_seconds", "", 5.0),
    ("wait_in", "", "auto"),
    ("wait_in", "awaiting_input", "awaiting_input"),
    ("wait_in", " Trigger ", "trigger"),
    ("settle_seconds", "0", 6.0),  # what a worker may take to report: [workers] min_heartbeat_interval and 1
    ("settle_seconds", "30.5", 30.5),
    ("notify_timeout_seconds", "0.5", 0.5),
    ("changes_per_minute", "0", 0),
    ("changes_per_minute", "10", 10),
    ("changes_per_minute", "", 60),
]

WRONG = [
    ("api_url", "api:8080"),
    ("api_url", "ftp://api"),
    ("role_members", "manager"),
    ("role_members", '["ana"]'),
    ("role_members", '{"manager": "ana"}'),
    ("role_members", '{"manager": [1]}'),
    ("role_members", '{"manager": null}'),
    ("retention_days", "-1"),
    ("retention_days", "1.5"),
    ("retention_days", "90 days"),
    ("maintenance_schedule", "now and then"),
    ("maintenance_schedule", "5"),
    ("poll_interval_seconds", "1.9"),
    ("poll_interval_seconds", "0"),
    ("poll_interval_seconds", "nan"),
    ("poll_interval_seconds", "often"),
    ("wait_in", "deferred"),
    ("settle_seconds", "-1"),
    ("settle_seconds", "inf"),
    ("notify_timeout_seconds", "-0.1"),
    ("notify_timeout_seconds", "long"),
    ("changes_per_minute", "-1"),
    ("changes_per_minute", "0.5"),
    ("changes_per_minute", "many"),
]


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave only the defaults."""
    for option in OPTIONS:
        monkeypatch.delenv(f"AIRFLOW__APPROVALS__{option.upper()}", raising=False)
    for name in ("CORE__EXECUTION_API_SERVER_URL", "API__BASE_URL", "API_AUTH__JWT_SECRET"):
        monkeypatch.delenv(f"AIRFLOW__{name}", raising=False)


@pytest.mark.parametrize(("option", "written", "value"), READ)
def test_an_option_is_read(monkeypatch: pytest.MonkeyPatch, option: str, written: str, value: Any) -> None:
    """As written in the environment or the configuration file."""
    monkeypatch.setenv(f"AIRFLOW__APPROVALS__{option.upper()}", written)
    read = getattr(Settings.load(), option)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("option", "written"), WRONG)
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, option: str, written: str) -> None:
    """The message names section and option."""
    monkeypatch.setenv(f"AIRFLOW__APPROVALS__{option.upper()}", written)
    with pytest.raises(ValueError, match=rf"\[approvals\] {option} must be"):
        Settings.load()


def test_every_option_is_read_somewhere_above() -> None:
    """No option is without a test, and none without a field of the same name, and the other way round."""
    assert {option for option, _, _ in READ} == set(OPTIONS)
    assert [field.name for field in dataclasses.fields(Settings)] == list(OPTIONS)


def test_without_configuration_the_defaults_hold() -> None:
    """The described defaults are those of the code, and those that Airflow hands out."""
    loaded, coded = Settings.load(), Settings()
    for option, described in OPTIONS.items():
        if option != "api_url":
            assert getattr(loaded, option) == getattr(coded, option)
        if option not in {"role_members", "settle_seconds", "jwt_secret_previous"}:
            assert str(getattr(coded, option)).removesuffix(".0") == described["default"]


def test_settings_never_change() -> None:
    """They are one frozen value."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().api_url = "http://elsewhere"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("execution", "base", "expected"),
    [
        ("http://api:8080/execution/", "", "http://api:8080"),
        ("http://api:8080/execution", "https://people.example", "http://api:8080"),
        ("http://proxy/team/airflow/execution/", "", "http://proxy/team/airflow"),
        ("http://execution:8080/execution/", "", "http://execution:8080"),
        ("http://proxy/tasks/", "", "http://proxy/tasks"),
        ("", "https://people.example/airflow/", "https://people.example/airflow"),
        ("", "", "http://localhost:8080"),
    ],
)
def test_the_address_is_found_where_tasks_find_airflow(
    monkeypatch: pytest.MonkeyPatch, execution: str, base: str, expected: str
) -> None:
    """First the execution API, then the address for people, then this machine; paths are kept."""
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", execution)
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", base)
    assert Settings.load().api_url == expected


@pytest.mark.parametrize("option", ["APPROVALS__API_URL", "CORE__EXECUTION_API_SERVER_URL", "API__BASE_URL"])
@pytest.mark.parametrize("written", ["http://proxy/team/execution", "http://proxy/team/execution/ "])
def test_an_address_is_cleaned_wherever_it_comes_from(
    monkeypatch: pytest.MonkeyPatch, option: str, written: str
) -> None:
    """Airflow's task API is not ours, whichever option names it."""
    for other in ("CORE__EXECUTION_API_SERVER_URL", "API__BASE_URL"):
        monkeypatch.setenv(f"AIRFLOW__{other}", "")
    monkeypatch.setenv(f"AIRFLOW__{option}", written)
    assert Settings.load().api_url == "http://proxy/team"


def test_a_command_that_gives_the_secret_runs_once_a_minute(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And not for each request."""
    command = tmp_path / "secret"
    runs = tmp_path / "runs"
    command.write_text(f"#!/bin/sh\necho >> {runs}\nprintf first")
    command.chmod(0o700)
    monkeypatch.setenv("AIRFLOW__APPROVALS__JWT_SECRET_CMD", str(command))
    assert [current().jwt_secret for _ in range(3)] == ["first"] * 3
    once = len(runs.read_text())
    forget()
    assert current().jwt_secret == "first"
    assert len(runs.read_text()) == 2 * once


def test_an_address_of_our_own_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """For workers that reach the API server by another way."""
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", "http://api:8080/execution/")
    monkeypatch.setenv("AIRFLOW__APPROVALS__API_URL", "http://inside:9090")
    assert Settings.load().api_url == "http://inside:9090"


@pytest.mark.parametrize(
    ("ours", "airflows", "expected"),
    [("ours", "airflows", "ours"), ("", "airflows", "airflows"), ("", "", "")],
)
def test_the_secret_falls_back_to_airflows(
    monkeypatch: pytest.MonkeyPatch, ours: str, airflows: str, expected: str
) -> None:
    """On one machine nothing needs to be set up."""
    monkeypatch.setenv("AIRFLOW__APPROVALS__JWT_SECRET", ours)
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", airflows)
    assert Settings.load().jwt_secret == expected


@pytest.mark.parametrize(
    ("base", "expected"), [("https://people.example/", "https://people.example"), ("", "")]
)
def test_people_reach_airflow_at_its_base_url(
    monkeypatch: pytest.MonkeyPatch, base: str, expected: str
) -> None:
    """Without a slash at the end; empty means: where you are."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", base)
    assert public_url() == expected


@pytest.mark.parametrize(
    ("ours", "airflows", "warned"),
    [
        ("", "airflows", True),
        ("  ", "airflows", True),
        ("airflows", "airflows", True),
        (" airflows ", "airflows", True),
        ("ours", "airflows", False),
        ("ours", "", False),
        ("", "", False),
    ],
)
def test_a_secret_that_signs_people_too_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, ours: str, airflows: str, warned: bool
) -> None:
    """The warning names both options, and neither secret."""
    monkeypatch.setenv("AIRFLOW__APPROVALS__JWT_SECRET", ours)
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", airflows)
    said = warnings()
    assert len(said) == int(warned)
    for warning in said:
        assert "[api_auth] jwt_secret" in warning
        assert "[approvals] jwt_secret" in warning
        assert "airflows" not in warning
