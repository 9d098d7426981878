"""Runs the Dags of ``dags/`` with ``dag.test()``, one after the other, in this one process.

After what a run logs comes a line that tells of it in JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from airflow_approvals.testing import Answer, answering, approved, denied

sys.path.insert(0, str(Path(__file__).parent / "dags"))

TOLD = "=== "
"""What the lines begin with that tell of a run."""

RUNS: dict[str, tuple[str, Mapping[Any, Answer | str] | None]] = {
    "approved": ("plain", {"gate": "approve"}),
    "approved by ana": ("plain", {"gate": approved(by="ana", comment="Checked the figures.")}),
    "denied": ("plain", {"gate": denied(by="bo", comment="Not on a Friday.")}),
    "cancelled": ("plain", {"gate": "cancel"}),
    "cannot expire": ("plain", {"gate": "expire"}),
    "denied, skips": ("deny_skips", {"gate": "deny"}),
    "denied, skips some": ("deny_skips_some", {"gate": "deny"}),
    "expired, fails": ("silence_fails", {"gate": "expire"}),
    "expired, skips": ("silence_skips", {"gate": "expire"}),
    "expired, approves": ("silence_approves", {"gate": "expire"}),
    "expired, denies": ("silence_denies", {"gate": "expire"}),
    "nonsense": ("nonsense", {"gate": "approve"}),
    "notified": ("notified", {"gate": "approve"}),
    "mapped": ("mapped", {"gate": "approve", ("gate", 1): "deny"}),
    "grouped": ("grouped", {"land.gate": "approve", ("land.gate", 1): "deny"}),
    "not named": ("two_gates", {"gate": "approve"}),
    "named in vain": ("plain", {"gate": "approve", "gaet": "deny"}),
    "used": ("used", {"gate": "approve"}),
    "no API server": ("plain", None),
}
"""Which Dag is run, and how it is answered; None: not at all."""


def tell(name: str) -> dict[str, Any]:
    """Run one Dag; gives what became of it."""
    from answered_gates import DAGS, RECORDER

    dag_id, answers = RUNS[name]
    found: dict[str, Any] = {"name": name, "error": None}
    try:
        with nullcontext() if answers is None else answering(answers):
            run = DAGS[dag_id].test()
    except AssertionError as error:
        found["error"] = str(error)
    tasks = run.get_task_instances()
    return {
        **found,
        "state": run.state,
        "tasks": {f"{ti.task_id}{ti.map_index if ti.map_index >= 0 else ''}": ti.state for ti in tasks},
        "tries": max(ti.try_number for ti in tasks),
        "returned": [ti.xcom_pull(task_ids=ti.task_id, map_indexes=ti.map_index) for ti in tasks],
        "told": RECORDER.told,
    }


if __name__ == "__main__":
    for name in RUNS:
        print(f"{TOLD}{json.dumps(tell(name))}", flush=True)  # noqa: T201
