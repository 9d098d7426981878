"""What a gate says in its task's log, one line each; what others wrote shows its unseen characters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pendulum

from airflow_approvals.domain.characters import escaped
from airflow_approvals.domain.people import ActorKind
from airflow_approvals.domain.status import Status
from airflow_approvals.domain.waiting import Ends
from airflow_approvals.wire.approval import ApprovalShape, LevelShape

_DAY_SECONDS = 86_400
_ROUNDED = ((120, 5), (_DAY_SECONDS, 60), (7 * _DAY_SECONDS, 3600))
"""Up to so many seconds, time left is told to so many: a few are gone between asking and telling."""


def asked(approval: ApprovalShape) -> str:
    """Name the roles and users asked so far."""
    return _names(approval.levels[: approval.level + 1])


def until(approval: ApprovalShape, now: datetime) -> str:
    """Say until when, also as people count time: ``until 2030-01-01 12:00:00 UTC (in 3 hours)``."""
    if approval.expires_at is None:
        return "until somebody answers"
    left = time_left((approval.expires_at - now).total_seconds())
    return f"until {approval.expires_at:%Y-%m-%d %H:%M:%S} UTC ({left})"


def time_left(seconds: float) -> str:
    """Say it as people do: ``in 45 minutes``, ``in 1 day 2 hours``; ``now`` when nothing is left."""
    if seconds <= 0:
        return "now"
    step = next((step for limit, step in _ROUNDED if seconds <= limit), None)
    if step is None:
        return f"in {round(seconds / _DAY_SECONDS)} days"
    rounded = max(1, round(seconds / step)) * step
    return f"in {pendulum.duration(seconds=rounded).in_words(locale='en')}"


def escalation(approval: ApprovalShape) -> str:
    """Say that nobody answered, since when, and who is asked as well."""
    before = _names(approval.levels[: approval.level])
    more = _names(approval.levels[approval.level : approval.level + 1])
    at = "" if approval.escalated_at is None else f" since {approval.escalated_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"Escalated: {before} did not answer in time; {more} is asked as well{at}"


def how_it_ends(approval: ApprovalShape, workers: Sequence[str], url: str) -> str:
    """Say who ends the task with the answer, and where the answer will be seen.

    :param workers: what of the author's only a worker can run.
    """
    if approval.ends is Ends.SERVER:
        return f"The answer itself ends this task, with no worker and no line here; who gave it: {url}"
    return (
        f"With the answer a worker goes on here, for {', '.join(workers)}"
        if workers
        else ("With the answer a worker goes on here")
    )


def ending(approval: ApprovalShape) -> str:
    """Say in one sentence how a closed request ended, and what was said."""
    if approval.actor_kind is ActorKind.SYSTEM and approval.reason is None:
        silence = f"Nobody decided in time: {asked(approval)}"
        meaning = "" if approval.status is Status.EXPIRED else f"; {approval.status.value}, as on_expiry says"
        return silence + meaning
    who = f"{approval.status.value.capitalize()} by {line(approval.actor_name or '')}"
    return f"{who}: {line(approval.reason or approval.comment or 'no comment')}"


def line(text: str) -> str:
    """Bring what somebody wrote into one line in which everything shows."""
    return escaped(" ".join(text.split()))


def _names(levels: list[LevelShape]) -> str:
    return ", ".join(f"{a.kind.value} {line(a.name)}" for level in levels for a in level.approvers)
