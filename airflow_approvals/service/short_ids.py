"""What people type in place of a whole id, and what is shown to them in its place.

Ids begin with the time of opening, so that requests of one minute begin alike, and a beginning that is unique
now is not in a minute. Their ends are random: shown is the end, taken is either.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from airflow_approvals.domain.errors import Invalid, NotFound
from airflow_approvals.service.transaction import Work
from airflow_approvals.store import short_ids

MIN_TYPED = 4
SHOWN = (8, 12)
"""How many digits are shown; the longer ones, the last group of an id, where the shorter would not do."""
MAX_CANDIDATES = 10


def find(typed: str, *, work: Work) -> UUID:
    """Give the id that is meant by a whole one, or by the beginning or the end of one.

    :raises Invalid: this is no part of an id, too short a part, or a part of several; those are named.
    :raises NotFound: no request has it.
    """
    digits = typed.strip().lower().replace("-", "")
    if not digits or set(digits) - set("0123456789abcdef") or len(digits) > short_ids.DIGITS:
        raise Invalid(f"{typed!r} is not the id of a request; `airflow approvals list` shows the ids.")
    if len(digits) == short_ids.DIGITS:
        return UUID(digits)
    if len(digits) < MIN_TYPED:
        raise Invalid(f"{typed!r} is too short: type at least {MIN_TYPED} characters of an id.")
    with work.sessions() as session:
        found = short_ids.beginning_or_ending_with(digits, limit=MAX_CANDIDATES + 1, session=session)
    if not found:
        raise NotFound
    if len(found) == 1:
        return found[0].id
    named = [
        f"  {each.id}  {each.status}  {each.subject}  ({each.dag_id})" for each in found[:MAX_CANDIDATES]
    ]
    more = ["and more"] if len(found) > MAX_CANDIDATES else []
    raise Invalid("\n".join([f"{typed!r} is a part of several ids. Which one is it?", *named, *more]))


def shown(ids: Collection[UUID], *, work: Work) -> dict[UUID, str]:
    """Give what to show for each: an end that no other request has. :func:`find` takes it."""
    told: dict[UUID, str] = {}
    with work.sessions() as session:
        for length in SHOWN:
            ends = {approval_id: approval_id.hex[-length:] for approval_id in ids if approval_id not in told}
            shared = short_ids.shared_ends(set(ends.values()), length=length, session=session)
            told |= {approval_id: end for approval_id, end in ends.items() if end not in shared}
    return {approval_id: told.get(approval_id, str(approval_id)) for approval_id in ids}
