"""The JSON of a policy, written and read only here.

A reader that does not know a key would leave out a condition, and let pass what nobody allowed: it refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow_approvals.domain.errors import NewerVersion
from airflow_approvals.domain.people import Approver, ApproverKind
from airflow_approvals.domain.policy import Level, OnDeny, OnExpiry, Policy

VERSION = 1

_POLICY = frozenset({"version", "levels", "on_deny", "on_expiry", "respect_trigger_rules", "quorum"})
_LEVEL = frozenset({"approvers", "timeout_seconds"})
_APPROVER = frozenset({"kind", "name"})


def policy_json(policy: Policy) -> dict[str, Any]:
    """Write a policy as JSON; timeouts in seconds."""
    return {
        "version": VERSION,
        "levels": [
            {
                "approvers": [{"kind": a.kind.value, "name": a.name} for a in level.approvers],
                "timeout_seconds": None if level.timeout is None else level.timeout.total_seconds(),
            }
            for level in policy.levels
        ],
        "on_deny": policy.on_deny.value,
        "on_expiry": policy.on_expiry.value,
        "respect_trigger_rules": policy.respect_trigger_rules,
        "quorum": policy.quorum,
    }


def policy_of(stored: Mapping[str, Any]) -> Policy:
    """Read a policy written by :func:`policy_json`.

    :raises NewerVersion: its version is another one, or it has keys this version does not know.
    """
    if stored.get("version") != VERSION:
        raise NewerVersion(f"version {stored.get('version')!r}; this package reads version {VERSION}")
    _require_known(stored, _POLICY)
    return Policy(
        levels=tuple(_level(level) for level in stored["levels"]),
        on_deny=OnDeny(stored["on_deny"]),
        on_expiry=OnExpiry(stored["on_expiry"]),
        respect_trigger_rules=stored.get("respect_trigger_rules", True),  # older than 0.2.0
        quorum=stored["quorum"],
    )


def _level(stored: Mapping[str, Any]) -> Level:
    _require_known(stored, _LEVEL)
    seconds = stored["timeout_seconds"]
    return Level(
        approvers=tuple(_approver(approver) for approver in stored["approvers"]),
        timeout=None if seconds is None else timedelta(seconds=seconds),
    )


def _approver(stored: Mapping[str, Any]) -> Approver:
    _require_known(stored, _APPROVER)
    return Approver(kind=ApproverKind(stored["kind"]), name=stored["name"])


def _require_known(stored: Mapping[str, Any], known: frozenset[str]) -> None:
    if not known.issuperset(stored):
        unknown = sorted(stored.keys() - known)
        raise NewerVersion(f"unknown keys {unknown}; was the package set back to an older version?")
