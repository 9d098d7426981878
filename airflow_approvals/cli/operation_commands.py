"""``airflow approvals escalate``, ``cleanup`` and ``metrics``."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Collection
from typing import Any
from uuid import UUID

from airflow_approvals.cli.command import Exit, leave, load_work, operator, reads, writes
from airflow_approvals.cli.output import is_document, print_fields
from airflow_approvals.cli.rounding import duration, percent
from airflow_approvals.service import metrics as metrics_service
from airflow_approvals.service import sweep
from airflow_approvals.wire.operations import CleanupShape, MetricsShape, SweepShape
from airflow_approvals.wire.rounds import until_done


@writes
def escalate(args: Namespace) -> None:
    """Apply what is due, batch by batch; fails, in the end, when some requests could not be handled."""
    work = load_work()

    def call(failed: Collection[UUID], after: UUID | None) -> SweepShape:
        return SweepShape.model_validate(sweep.sweep(work=work, leave_out=failed, after=after))

    outcome = until_done(call)
    print_fields(outcome.summary, args.output)
    if outcome.failure:
        leave(f"{outcome.failure}. -v shows why.", Exit.REFUSED)


@writes
def cleanup(args: Namespace) -> None:
    """Remove what is old enough, batch by batch."""
    work = load_work()
    outcome = until_done(lambda *_: CleanupShape.model_validate(sweep.cleanup(work=work)))
    print_fields(outcome.summary, args.output)
    if work.settings.retention_days == 0:
        print("[approvals] retention_days is 0: requests are kept for ever.", file=sys.stderr)


@reads
def metrics(args: Namespace) -> None:
    """Count and time all requests; tables give the headline numbers, rounded."""
    work = load_work()
    computed = metrics_service.compute(operator(work=work), days=args.days, now=work.clock(), work=work)
    numbers = MetricsShape.model_validate(computed).model_dump(mode="json")
    if not is_document(args.output):
        for group in ("per_role", "per_dag", "per_day"):
            del numbers[group]
        breakdown = numbers.pop("status_breakdown")
        numbers.update({f"status_breakdown.{status}": count for status, count in breakdown.items()})
    if args.output == "table":
        numbers = {_heading(name): _rounded(name, number) for name, number in numbers.items()}
    print_fields(numbers, args.output)


def _heading(name: str) -> str:
    return name.removesuffix("_seconds").removesuffix("_percent")


def _rounded(name: str, number: Any) -> Any:
    if number is not None and name.endswith("_seconds"):
        return duration(number)
    return percent(number) if name.endswith("_percent") else number
