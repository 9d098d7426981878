"""The domain needs nothing but the standard library."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import airflow_approvals.domain

HEAVY = {"airflow", "sqlalchemy", "fastapi", "pydantic", "httpx"}
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(airflow_approvals.domain.__path__, "airflow_approvals.domain.")
)
SCRIPT = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
for name in sys.argv[2:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""


def test_every_module_of_the_domain_is_imported() -> None:
    """The list below is not empty by accident, nor does it stop at the folders."""
    assert {"airflow_approvals.domain.rules", "airflow_approvals.domain.commands.decide"} <= set(MODULES)


def test_the_domain_imports_only_the_standard_library_and_rfc8785() -> None:
    """In a fresh interpreter nothing of Airflow, the database or the web gets loaded."""
    root = Path(airflow_approvals.domain.__file__).parents[2]
    command = [sys.executable, "-I", "-c", SCRIPT, str(root), *MODULES]
    loaded = set(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    assert not loaded & HEAVY
    assert loaded - sys.stdlib_module_names == {"airflow_approvals", "rfc8785"}
