"""Runs scripts in an interpreter that has imported nothing yet."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from typing import Any

SECONDS = 120


def run(script: str, *arguments: str) -> Any:
    """Run a script, away from the checkout; gives what its last line says in JSON."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=tempfile.gettempdir(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
