"""The JSON of a policy: read back as it was, and refused when it may say more than is understood."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from airflow_approvals.domain.errors import NewerVersion
from airflow_approvals.domain.policy import MAX_TIMEOUT, OnDeny, OnExpiry, Policy
from airflow_approvals.store.policies import policy_json, policy_of
from tests.builders import HOUR, TICK, level, policy, role, user

WRITTEN = {
    "version": 1,
    "levels": [
        {
            "approvers": [{"kind": "role", "name": "manager"}, {"kind": "user", "name": "ana"}],
            "timeout_seconds": 3600.0,
        },
        {"approvers": [{"kind": "role", "name": "director"}], "timeout_seconds": None},
    ],
    "on_deny": "skip",
    "on_expiry": "approve",
    "respect_trigger_rules": False,
    "quorum": 2,
}
MEANT = policy(
    level(role("manager"), user("ana")),
    level(role("director"), timeout=None),
    on_deny=OnDeny.SKIP,
    on_expiry=OnExpiry.APPROVE,
    quorum=2,
)


def stored() -> Any:
    """A policy as the database gives it, to be changed at will."""
    return json.loads(json.dumps(WRITTEN))


def test_a_policy_is_written_like_this() -> None:
    """What is in the databases of those who upgrade."""
    assert policy_json(MEANT) == WRITTEN


def test_a_written_policy_means_this() -> None:
    """The other way round."""
    assert policy_of(stored()) == MEANT


def test_terms_of_an_older_version_mean_what_they_meant() -> None:
    """Before 0.2.0 what follows a skipped gate was left to the trigger rules."""
    older = {key: value for key, value in stored().items() if key != "respect_trigger_rules"}
    assert policy_of(older) == replace(MEANT, respect_trigger_rules=True)


@pytest.mark.parametrize(
    "terms",
    [
        policy(),
        MEANT,
        *(policy(on_deny=on_deny) for on_deny in OnDeny),
        *(policy(on_expiry=on_expiry) for on_expiry in OnExpiry),
        *(policy(level(role("manager"), timeout=wait)) for wait in (TICK, HOUR + TICK, MAX_TIMEOUT - TICK)),
        policy(*(level(role(f"role-{number}"), timeout=number * HOUR) for number in range(1, 10)), quorum=9),
    ],
)
def test_a_policy_comes_back_as_it_was(terms: Policy) -> None:
    """Through JSON, to the microsecond."""
    assert policy_of(json.loads(json.dumps(policy_json(terms)))) == terms


def test_a_policy_without_a_version_is_refused() -> None:
    """Nobody knows what it leaves out."""
    written = stored()
    del written["version"]
    with pytest.raises(NewerVersion, match="version None; this package reads version 1"):
        policy_of(written)


@pytest.mark.parametrize("version", [None, 0, 2, "1", "2", [1]])
def test_a_policy_of_another_version_is_refused(version: object) -> None:
    """Though every key may look familiar, it may mean something else."""
    with pytest.raises(NewerVersion, match="version"):
        policy_of({**stored(), "version": version})


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(lambda policy: policy, id="in the policy"),
        pytest.param(lambda policy: policy["levels"][0], id="in a level"),
        pytest.param(lambda policy: policy["levels"][-1], id="in the last level"),
        pytest.param(lambda policy: policy["levels"][0]["approvers"][0], id="in an approver"),
        pytest.param(lambda policy: policy["levels"][-1]["approvers"][-1], id="in the last approver"),
    ],
)
def test_a_policy_with_an_unknown_key_is_refused(where: Any) -> None:
    """A condition that is not understood is never taken for one that is met."""
    written = stored()
    where(written)["only_on_mondays"] = False
    with pytest.raises(NewerVersion, match=r"unknown keys \['only_on_mondays'\]"):
        policy_of(written)
