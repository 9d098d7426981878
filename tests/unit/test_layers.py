"""Which part of Airflow each part of the package may use, and how long a module may be.

The import contracts see Airflow as one whole.
"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import airflow_approvals

PACKAGE = Path(airflow_approvals.__file__).parent
ROOT = Path(__file__).parents[2]
DAGS = ROOT / "dags"

MAX_LINES = 300
FOLDERS = ("airflow_approvals", "benchmarks", "dags", "dev", "tests")

MAY_USE = {
    "airflow_core": {
        "api_fastapi.execution_api.datamodels",
        "callbacks",
        "configuration",
        "jobs.job",
        "listeners",
        "models",
        "state",
        "triggers.base",
        "utils.state",
    },
    "api": {"api_fastapi", "configuration"},
    "cli": {"api_fastapi", "cli", "configuration", "providers.fab", "utils"},
    "config": {"configuration"},
    "dag_test": {"sdk"},
    "links": {"sdk"},
    "operators": {"sdk"},
    "plugin": {"plugins_manager"},
    "preloading": {"listeners"},
    "service": {"api_fastapi.auth.managers", "configuration", "settings", "utils.session"},
    "store": {"settings", "utils"},
    "testing": {"sdk", "settings"},
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


def is_within(name: str, prefix: str) -> bool:
    """Tell whether a name is in one of Airflow's packages, or is that package."""
    return f"{name}.".startswith(f"airflow.{prefix}.")


def modules_of(folder: str) -> list[Path]:
    """Give the Python modules of a folder, but for those that git ignores."""
    git = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(
        [*git, "--", f"{folder}/*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = (ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if name)
    return [file for file in files if file.exists()]  # git lists also what was deleted a moment ago


@pytest.mark.parametrize(
    "file", modules_of("airflow_approvals"), ids=lambda file: str(file.relative_to(PACKAGE))
)
def test_a_module_uses_only_its_part_of_airflow(file: Path) -> None:
    """Operators the task SDK, the store the utilities, and only ``airflow_core`` the models."""
    allowed = MAY_USE.get(part_of(file), set())
    for name in imports_of_airflow(file):
        assert any(is_within(name, prefix) for prefix in allowed), name


@pytest.mark.parametrize("part", MAY_USE)
def test_a_part_may_use_nothing_that_it_does_not_use(part: str) -> None:
    """So that the list says how things are, and a first use is noticed."""
    used = {
        name
        for file in modules_of("airflow_approvals")
        if part_of(file) == part
        for name in imports_of_airflow(file)
    }
    for prefix in MAY_USE[part]:
        assert any(is_within(name, prefix) for name in used), prefix


@pytest.mark.parametrize("file", sorted(DAGS.glob("*.py")), ids=lambda file: file.name)
def test_the_dags_we_ship_use_what_dag_authors_use(file: Path) -> None:
    """They are copied, so they show only public things."""
    assert all(name.startswith("airflow.sdk.") for name in imports_of_airflow(file))


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_module_is_long(folder: str) -> None:
    """What does not fit on a few screens is about more than one thing."""
    lines = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in modules_of(folder)}
    assert lines
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}
