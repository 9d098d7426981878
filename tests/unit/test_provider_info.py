"""What Airflow discovers about us is valid, complete and true."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import airflow
import jsonschema
import pytest

from airflow_approvals import plugin
from airflow_approvals.config import OPTIONS, SECTION
from airflow_approvals.get_provider_info import get_provider_info
from tests.unit import fresh

DISTRIBUTION = "airflow-provider-approvals"


def our_entry_point(group: str) -> EntryPoint:
    """Give our only entry point of a group."""
    (found,) = (
        point for point in entry_points(group=group) if point.dist and point.dist.name == DISTRIBUTION
    )
    return found


def modules() -> Iterator[str]:
    """Give every module that holds operators or triggers."""
    info = get_provider_info()
    for kind in ("operators", "triggers"):
        for listed in info[kind]:
            yield from listed["python-modules"]


def named_objects() -> list[str]:
    """Give every class or function that is named by its path."""
    info = get_provider_info()
    return [*info["extra-links"], *info["db-managers"], *info["cli"]]


def test_it_is_valid() -> None:
    """By the schema of the Airflow that is installed."""
    schema = Path(airflow.__file__).parent / "provider_info.schema.json"
    jsonschema.validate(get_provider_info(), json.loads(schema.read_text()))
    assert get_provider_info()["package-name"] == DISTRIBUTION


def test_the_entry_points_lead_here() -> None:
    """One says what we are, one brings the plugin."""
    assert our_entry_point("apache_airflow_provider").load() is get_provider_info
    assert our_entry_point("airflow.plugins").load() is plugin.ApprovalsPlugin


@pytest.mark.parametrize("module", modules())
def test_a_named_module_exists(module: str) -> None:
    """A slip of the pen would only show in a running Airflow."""
    importlib.import_module(module)


@pytest.mark.parametrize("path", named_objects())
def test_a_named_object_exists(path: str) -> None:
    """A slip of the pen would only show in a running Airflow."""
    module, _, name = path.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


def test_integrations_are_named_alike() -> None:
    """Operators and triggers refer to the integration by its name."""
    info = get_provider_info()
    names = {integration["integration-name"] for integration in info["integrations"]}
    assert {
        listed["integration-name"] for kind in ("operators", "triggers") for listed in info[kind]
    } == names


def test_options_are_described() -> None:
    """Each says what it does, since when, and what it is unless set; only secrets are sensitive."""
    described = get_provider_info()["config"][SECTION]["options"]
    assert described is OPTIONS
    for option in OPTIONS.values():
        assert option["description"].endswith(".\n")
        assert option["version_added"]
        assert isinstance(option["default"], str)
    assert [name for name, option in OPTIONS.items() if option.get("sensitive")] == [
        "jwt_secret",
        "jwt_secret_previous",
    ]


DISCOVER = """
import json, sys
from airflow.configuration import conf
from airflow.providers_manager import ProvidersManager
manager = ProvidersManager()
manager.initialize_providers_configuration()
found = {
    "known": "airflow-provider-approvals" in manager.providers,
    "db_managers": [name for name in manager.db_managers if name.startswith("airflow_approvals.")],
    "links": [name for name in manager.extra_links_class_names if name.startswith("airflow_approvals.")],
    "options": {name: conf.get("approvals", name) for name in sys.argv[1:]},
    "secret_is_masked": ("approvals", "jwt_secret") in conf.sensitive_config_values,
}
print(json.dumps(found))
"""


def test_airflow_finds_it() -> None:
    """A real Airflow knows the provider, its tables, its link and the defaults of its options."""
    found: dict[str, Any] = fresh.run(DISCOVER, *OPTIONS)
    assert found["known"]
    assert found["db_managers"] == ["airflow_approvals.store.db_manager.ApprovalsDBManager"]
    assert found["links"] == ["airflow_approvals.links.ApprovalLink"]
    assert found["options"] == {name: option["default"] for name, option in OPTIONS.items()}
    assert found["secret_is_masked"]
