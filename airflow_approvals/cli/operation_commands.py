"""``airflow approvals escalate``, ``cleanup`` and ``metrics``."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import Counter
from dataclasses import asdict

from airflow.utils.session import create_session

from airflow_approvals import wire
from airflow_approvals.cli.command import load_settings, operator, reads, utc_now, writes
from airflow_approvals.cli.output import is_document, print_fields
from airflow_approvals.service import maintenance
from airflow_approvals.service import metrics as metrics_service


@writes
def escalate(args: Namespace) -> None:
    """Apply what is due, batch by batch; exits with 1 when some requests could not be handled."""
    settings = load_settings()
    done: Counter[str] = Counter()
    with create_session(scoped=False) as session:
        while True:
            summary = asdict(maintenance.escalate(settings=settings, now=utc_now(), session=session))
            remaining, failed = summary.pop("remaining"), summary.pop("failed")
            done.update(summary)
            # What failed is due again in the next batch: a batch of nothing else would go on for ever.
            if not remaining or not any(summary.values()):
                break
    print_fields({**done, "failed": failed, "remaining": remaining}, args.output)
    if failed:
        sys.exit(f"{failed} requests could not be handled; -v shows why.")


@writes
def cleanup(args: Namespace) -> None:
    """Remove what is old enough, batch by batch."""
    settings = load_settings()
    removed = 0
    with create_session(scoped=False) as session:
        while True:
            summary = maintenance.cleanup(settings=settings, now=utc_now(), session=session)
            removed += summary.removed
            if not summary.remaining:
                break
    print_fields({"removed": removed}, args.output)
    if settings.retention_days == 0:
        print("[approvals] retention_days is 0: requests are kept for ever.", file=sys.stderr)


@reads
def metrics(args: Namespace) -> None:
    """Count and time all requests; tables give the headline numbers."""
    with create_session(scoped=False) as session:
        computed = metrics_service.compute(
            operator(session=session), days=args.days, now=utc_now(), session=session
        )
    numbers = wire.MetricsShape.model_validate(computed).model_dump(mode="json")
    if not is_document(args.output):
        for group in ("per_role", "per_dag", "per_day"):
            del numbers[group]
        breakdown = numbers.pop("status_breakdown")
        numbers.update({f"status_breakdown.{status}": count for status, count in breakdown.items()})
    print_fields(numbers, args.output)
