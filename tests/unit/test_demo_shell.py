"""What `make demo-shell` starts has all that the demo's own processes have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dev.demo_shell import main

RUN = "import sys, pathlib, dev.demo_shell as d; d.main(sys.argv[2:], pathlib.Path(sys.argv[1]))"


def test_a_command_runs_in_the_demos_environment(tmp_path: Path) -> None:
    """Its home, port, users and database; `airflow` is the one that is installed beside this Python."""
    (tmp_path / "port").write_text("8099")
    command = [sys.executable, "-c", RUN, str(tmp_path), "sh", "-c", "env; command -v airflow"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *lines, program = done.stdout.splitlines()
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    assert Path(program).parent == Path(sys.executable).parent
    assert found["AIRFLOW_HOME"] == str(tmp_path)
    assert found["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:8099"
    assert found["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".FabAuthManager")
    assert str(tmp_path / "airflow.db") in found["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert found["AIRFLOW__CORE__DAGS_FOLDER"].endswith("/dags")


def test_without_a_demo_it_says_what_to_run(tmp_path: Path) -> None:
    """Nothing is made that would look like a demo."""
    with pytest.raises(SystemExit, match="run `make demo` first"):
        main(["airflow", "approvals", "list"], tmp_path / "none")
    assert not (tmp_path / "none").exists()
