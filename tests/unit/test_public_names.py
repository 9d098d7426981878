"""The face of the package: a handful of names, and no cost to those who only look at it."""

from __future__ import annotations

import importlib.metadata
import sys

import pytest

import airflow_approvals
from airflow_approvals.operators import approval_ext
from airflow_approvals.triggers.approval import ApprovalTrigger
from tests.unit import fresh

NAMES = {
    "ApprovalCancelled": approval_ext.ApprovalCancelled,
    "ApprovalDenied": approval_ext.ApprovalDenied,
    "ApprovalExpired": approval_ext.ApprovalExpired,
    "ApprovalExtOperator": approval_ext.ApprovalExtOperator,
    "ApprovalTrigger": ApprovalTrigger,
}

IMPORT = """
import json, sys
before = set(sys.modules)
for name in sys.argv[1:]:
    __import__(name)
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_the_public_names_are_these() -> None:
    """Adding or removing one is a decision, not an accident."""
    assert set(airflow_approvals.__all__) == {*NAMES, "__version__"}
    assert dir(airflow_approvals) == sorted(airflow_approvals.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_what_its_module_defines(name: str) -> None:
    """The same object, wherever it is imported from."""
    assert getattr(airflow_approvals, name) is NAMES[name]
    assert NAMES[name].__name__ == name


def test_everything_public_can_be_imported_with_a_star() -> None:
    """All names are served, though none is there before it is asked for."""
    found: dict[str, object] = {}
    exec("from airflow_approvals import *", found)  # noqa: S102
    assert set(NAMES) <= set(found)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """In the words Python uses."""
    with pytest.raises(AttributeError, match="module 'airflow_approvals' has no attribute 'Approval'"):
        airflow_approvals.Approval  # noqa: B018


def test_the_version_is_that_of_the_distribution() -> None:
    """Written once."""
    assert importlib.metadata.version("airflow-provider-approvals") == airflow_approvals.__version__


@pytest.mark.parametrize("name", ["airflow_approvals", "airflow_approvals.get_provider_info"])
def test_importing_the_package_loads_nothing_but_the_standard_library(name: str) -> None:
    """Which bounds what it costs; ``benchmarks/import_time.py`` measures that."""
    loaded = fresh.run(IMPORT, name)
    others = {module for module in loaded if module.partition(".")[0] not in sys.stdlib_module_names}
    allowed = {"airflow_approvals", "airflow_approvals.get_provider_info", "airflow_approvals.config"}
    assert others <= allowed


def test_importing_the_package_does_not_import_airflow() -> None:
    """Provider discovery imports us while Airflow itself is being imported."""
    assert "airflow" not in fresh.run(IMPORT, "airflow_approvals", "airflow_approvals.get_provider_info")
