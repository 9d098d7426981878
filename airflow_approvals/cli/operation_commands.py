"""``airflow approvals escalate``, ``cleanup`` and ``metrics``."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import Counter
from dataclasses import asdict

from airflow_approvals.cli.command import load_work, operator, reads, writes
from airflow_approvals.cli.output import is_document, print_fields
from airflow_approvals.service import metrics as metrics_service
from airflow_approvals.service import sweep
from airflow_approvals.wire.operations import MetricsShape


@writes
def escalate(args: Namespace) -> None:
    """Apply what is due, batch by batch; exits with 1 when some requests could not be handled."""
    work = load_work()
    done: Counter[str] = Counter()
    while True:
        summary = asdict(sweep.sweep(work=work))
        remaining, failed = summary.pop("remaining"), summary.pop("failed")
        done.update(summary)
        if not remaining:
            break
    print_fields({**done, "failed": failed, "remaining": remaining}, args.output)
    if failed:
        sys.exit(f"{failed} requests could not be handled; -v shows why.")


@writes
def cleanup(args: Namespace) -> None:
    """Remove what is old enough, batch by batch."""
    work = load_work()
    removed = 0
    while True:
        summary = sweep.cleanup(work=work)
        removed += summary.removed
        if not summary.remaining:
            break
    print_fields({"removed": removed}, args.output)
    if work.settings.retention_days == 0:
        print("[approvals] retention_days is 0: requests are kept for ever.", file=sys.stderr)


@reads
def metrics(args: Namespace) -> None:
    """Count and time all requests; tables give the headline numbers."""
    work = load_work()
    computed = metrics_service.compute(operator(work=work), days=args.days, now=work.clock(), work=work)
    numbers = MetricsShape.model_validate(computed).model_dump(mode="json")
    if not is_document(args.output):
        for group in ("per_role", "per_dag", "per_day"):
            del numbers[group]
        breakdown = numbers.pop("status_breakdown")
        numbers.update({f"status_breakdown.{status}": count for status, count in breakdown.items()})
    print_fields(numbers, args.output)
