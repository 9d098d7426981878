"""How much longer ``import airflow; import airflow_approvals`` takes than ``import airflow`` alone.

And what a Dag file costs that imports our operator, or Airflow's own for Human-in-the-loop, where nothing of
it is loaded yet: a Dag processor's or a worker's process that has not been told by ``preloading.py``.

Each round is a fresh interpreter, timed by the processor time it used, to which other work on the machine
adds little. Airflow's provider discovery imports a part of us while Airflow itself is imported; that part is
forgotten and imported again, so that it counts as ours.
Usage: ``python -m benchmarks.import_time [ROUNDS]``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median
from typing import Any

ROUNDS = 15

SCRIPT = """
import json, sys, time
start = time.process_time()
import airflow
airflow_seconds = time.process_time() - start
for name in [name for name in sys.modules if name.partition(".")[0] == "airflow_approvals"]:
    del sys.modules[name]
start = time.process_time()
import airflow_approvals, airflow_approvals.get_provider_info
print(json.dumps([airflow_seconds, time.process_time() - start]))
"""

IN_A_DAG = """
import importlib, json, time
import airflow.sdk.execution_time.task_runner
start = time.process_time()
getattr(importlib.import_module({module!r}), {operator!r})
print(json.dumps(time.process_time() - start))
"""
OPERATORS = {
    "ApprovalOperator (Airflow)": ("airflow.providers.standard.operators.hitl", "ApprovalOperator"),
    "ApprovalExtOperator": ("airflow_approvals", "ApprovalExtOperator"),
}


def main(rounds: int) -> None:
    """Measure and print."""
    seconds = [fresh_interpreter(SCRIPT) for _ in range(rounds + 1)][1:]  # the first one fills the disk cache
    airflow_ms = 1000 * median(airflow for airflow, _ in seconds)
    ours_ms = 1000 * median(ours for _, ours in seconds)
    slowest_ms = 1000 * max(ours for _, ours in seconds)
    print(f"import airflow            {airflow_ms:8.1f} ms   median of {rounds} fresh interpreters")
    print(f"import airflow_approvals  {ours_ms:8.1f} ms   more (slowest {slowest_ms:.1f} ms)")
    print(f"both / airflow alone      {(airflow_ms + ours_ms) / airflow_ms:8.3f}")
    for name, (module, operator) in OPERATORS.items():
        script = IN_A_DAG.format(module=module, operator=operator)
        loaded = [fresh_interpreter(script) for _ in range(rounds + 1)][1:]
        print(f"{name:26}{1000 * median(loaded):8.1f} ms   in a Dag, not loaded before")


def fresh_interpreter(script: str) -> Any:
    """Run a script, and give what its last line says."""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
