"""How much longer ``import airflow; import airflow_approvals`` takes than ``import airflow`` alone.

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


def main(rounds: int) -> None:
    """Measure and print."""
    seconds = [one_round() for _ in range(rounds + 1)][1:]  # the first one fills the disk cache
    airflow_ms = 1000 * median(airflow for airflow, _ in seconds)
    ours_ms = 1000 * median(ours for _, ours in seconds)
    slowest_ms = 1000 * max(ours for _, ours in seconds)
    print(f"import airflow            {airflow_ms:8.1f} ms   median of {rounds} fresh interpreters")
    print(f"import airflow_approvals  {ours_ms:8.1f} ms   more (slowest {slowest_ms:.1f} ms)")
    print(f"both / airflow alone      {(airflow_ms + ours_ms) / airflow_ms:8.3f}")


def one_round() -> tuple[float, float]:
    """Give the seconds that Airflow took, and those that we took on top."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True)
    airflow, ours = json.loads(done.stdout.splitlines()[-1])
    return airflow, ours


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
