"""Maintenance takes a call per batch until nothing remains: one loop, for the Dag and the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from airflow_approvals.wire.bodies import MAX_LEFT_OUT
from airflow_approvals.wire.operations import CleanupShape, SweepShape

MAX_ROUNDS = 200
MAX_NAMED = 10

Batch = Callable[[Collection[UUID], UUID | None], SweepShape | CleanupShape]
"""One call, without the requests that failed in the calls before, from where the last one stopped."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What all calls together did.

    :param counts: of requests, by what happened to them; each that failed is counted once.
    :param remaining: still not all is done.
    """

    counts: Mapping[str, int]
    failed_ids: tuple[UUID, ...]
    remaining: bool

    @property
    def summary(self) -> dict[str, int | bool]:
        """The counts and whether something remains, as a task returns and a command prints it."""
        return {**self.counts, "remaining": self.remaining}

    @property
    def failure(self) -> str | None:
        """Why this is a failure, though everything else was done; None: it is none."""
        if not self.failed_ids:
            return None
        named = ", ".join(map(str, self.failed_ids[:MAX_NAMED]))
        more = len(self.failed_ids) - MAX_NAMED
        count = len(self.failed_ids)
        could = f"{count} request could" if count == 1 else f"{count} requests could"
        return f"{could} not be handled; everything else is done: {named}" + (
            f" and {more} more" if more > 0 else ""
        )


def until_done(batch: Batch, tell: Callable[[int, Mapping[str, int]], None] = lambda *_: None) -> Outcome:
    """Call until nothing remains, and add the counts up.

    :param tell: is told the number and the counts of each round.
    """
    counts: Counter[str] = Counter()
    failed: dict[UUID, None] = {}
    after: UUID | None = None
    for number in range(1, MAX_ROUNDS + 1):
        shape = batch(failed.keys(), after)
        summary = shape.model_dump(exclude={"remaining", "failed_ids", "after"})
        tell(number, summary)
        counts.update(summary)
        if isinstance(shape, SweepShape):
            failed |= dict.fromkeys(shape.failed_ids)
            after = shape.after
        if not shape.remaining or len(failed) > MAX_LEFT_OUT:
            break
    return Outcome(counts=counts, failed_ids=tuple(failed), remaining=shape.remaining)
