"""Which part of Airflow each part of the package may use. The import contracts see Airflow as one whole."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import airflow_approvals

PACKAGE = Path(airflow_approvals.__file__).parent
DAGS = Path(__file__).parents[2] / "dags"

MAY_USE = {
    "airflow_core": {"models", "triggers.base", "utils.state"},
    "api": {"api_fastapi", "configuration", "utils.session"},
    "cli": {"api_fastapi", "cli", "configuration", "providers.fab", "utils"},
    "config": {"configuration"},
    "links": {"sdk"},
    "operators": {"sdk"},
    "plugin": {"plugins_manager"},
    "service": {"api_fastapi.auth.managers", "configuration"},
    "store": {"settings", "utils"},
    "triggers": {"triggers.base"},
}


def imports_of_airflow(file: Path) -> Iterator[str]:
    """Give every module, or name in it, that a file imports from Airflow, inside functions too."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            found = []
        yield from (name for name in found if name.partition(".")[0] == "airflow")


def part_of(file: Path) -> str:
    """Give the part of the package a file belongs to."""
    return file.relative_to(PACKAGE).with_suffix("").parts[0]


@pytest.mark.parametrize(
    "file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE))
)
def test_a_module_uses_only_its_part_of_airflow(file: Path) -> None:
    """Operators the task SDK, the store the utilities, and only ``airflow_core`` the models."""
    allowed = MAY_USE.get(part_of(file), set())
    for name in imports_of_airflow(file):
        assert any(name.startswith(f"airflow.{prefix}") for prefix in allowed), name


@pytest.mark.parametrize("file", sorted(DAGS.glob("*.py")), ids=lambda file: file.name)
def test_the_dags_we_ship_use_what_dag_authors_use(file: Path) -> None:
    """They are copied, so they show only public things."""
    assert all(name.startswith("airflow.sdk.") for name in imports_of_airflow(file))
