"""Every field of a stored value is stored, read back and shown, or named here as one that is not."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from sqlalchemy.orm import Session

from airflow_approvals.domain import events as record
from airflow_approvals.domain.approval import (
    Approval,
    Decided,
    Lapsed,
    Origin,
    PastEdit,
    Progress,
    Resolution,
    Verdict,
    Vote,
    Withdrawn,
)
from airflow_approvals.domain.commands.change import Change
from airflow_approvals.domain.content import Content
from airflow_approvals.domain.outcome import Outcome
from airflow_approvals.domain.people import ActorKind, Who
from airflow_approvals.domain.policy import Level, OnDeny, OnExpiry, Policy
from airflow_approvals.domain.waiting import AtEnd, Ends, Outlet, OutletKind, Waiter, Waits, Way
from airflow_approvals.store import approvals as store
from airflow_approvals.store.mapping import at_end_json, at_end_of
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.events import shape_of
from tests.builders import APPROVAL_ID, HOUR, MINUTE, NOW, TI_ID, person, role, task, user
from tests.integration.store.fields import leaves, plain, shown, values

# No two fields of an example have the same value, or one could be shown in place of the other.
ANA = Who(kind=ActorKind.PERSON, id="id-of-ana", name="ana")

FULL = Approval(
    id=APPROVAL_ID,
    origin=Origin(dag_id="a-dag", run_id="a-run", task_id="a-task", map_index=17, team_name="a-team"),
    content=Content(subject="a-subject", body="a-body", metadata={"a-key": "a-value"}),
    policy=Policy(
        levels=(
            Level(approvers=(role("a-role"),), timeout=timedelta(seconds=1234)),
            Level(approvers=(user("a-user"),), timeout=timedelta(seconds=2345)),
            Level(approvers=(role("b-role"), user("b-user")), timeout=timedelta(seconds=3456)),
        ),
        on_deny=OnDeny.SKIP,
        on_expiry=OnExpiry.DENY,
        respect_trigger_rules=True,
        quorum=23,
    ),
    requested_by="a-requester",
    created_at=NOW,
    progress=Progress(level=2, asked_at=NOW + MINUTE, expires_at=NOW + 2 * MINUTE),
    resolution=Decided(verdict=Verdict.APPROVE, by=ANA, comment="a-comment", at=NOW + 3 * MINUTE),
    votes=(
        Vote(
            by=Who(kind=ActorKind.PERSON, id="id-of-bo", name="bo"),
            verdict=Verdict.DENY,
            comment="another-comment",
            level=1,
            at=NOW + 4 * MINUTE,
        ),
    ),
    edits=(
        PastEdit(
            by=Who(kind=ActorKind.PERSON, id="id-of-cy", name="cy"),
            at=NOW + 6 * MINUTE,
            content_before="d" * 64,
            fields=("body",),
            approvers=True,
        ),
    ),
    waiter=Waiter(
        ti_id=TI_ID,
        map_index=19,
        try_number=29,
        waits=Waits(
            way=Way.AWAITING_INPUT,
            ends=Ends.SERVER,
            at_end=AtEnd(
                returns=False,
                multiple_outputs=True,
                dag_result=True,
                mapped_over=True,
                outlets=(Outlet(kind=OutletKind.ASSET, name="an-asset", uri="s3://an-asset"),),
                failure_callback=True,
                failure_email=True,
            ),
        ),
        run_cleared=43,
        ended_at=NOW + 5 * MINUTE,
        taken_at=NOW + 7 * MINUTE,
    ),
    recorded=1,
    version=31,
)
ENDS: tuple[Resolution, ...] = (
    Decided(verdict=Verdict.APPROVE, by=ANA, comment="a-comment", at=NOW + 3 * MINUTE),
    Withdrawn(by=ANA, reason="a-reason", at=NOW + 3 * MINUTE),
    Lapsed(on_expiry=FULL.policy.on_expiry, at=NOW + 3 * MINUTE),
)
OPENED = record.Opened(at=NOW, actor=task(), expires_at=None)

NOT_SHOWN = {
    "Waiter.map_index": "that of the request, until one request has several waiters",
    "Waiter.run_cleared": "a matter between two tries",
    "Waiter.taken_at": "in the record",
    "Approval.recorded": "the record itself is shown, with its number of events",
    "Decided.verdict": "told by the status",
    "Actor.roles": "a vote's fact has those that counted",
}
NOT_STORED = {"Actor.roles": "resolved anew for each command"}


def assert_shown(value: Any, document: Any) -> None:
    """Each field's value stands in the document, but for exactly those that are named as not shown.

    What ending the task takes is Airflow's matter and ours.
    """
    there = shown(document)
    told = [(name, leaf) for name, leaf in leaves(value) if not name.startswith(("AtEnd.", "Outlet."))]
    names = {name for name, _ in told}
    missing = {name for name, leaf in told if plain(leaf) not in there}
    assert missing == names & NOT_SHOWN.keys()


BY = person("ana", "a-role", os_user="a-shell")
EXAMPLES: dict[type, record.Event] = {
    type(example): example
    for example in (
        record.Opened(at=NOW, actor=BY, expires_at=NOW + HOUR),
        record.Voted(
            at=NOW,
            actor=BY,
            verdict=Verdict.DENY,
            comment="a-comment",
            level=37,
            counted_as=(role("a role with blanks"), user("a:colon")),
        ),
        record.Escalated(at=NOW, actor=BY, level=41, expires_at=NOW + HOUR),
        record.Approved(at=NOW, actor=BY),
        record.Denied(at=NOW, actor=BY),
        record.Expired(at=NOW, actor=BY, on_expiry=OnExpiry.SKIP),
        record.Cancelled(at=NOW, actor=BY, reason="a-reason"),
        record.Updated(
            at=NOW,
            actor=BY,
            fields=("body", "metadata"),
            content=record.Changed(before="b" * 64, after="c" * 64),
            expires_at=record.Changed(before=NOW + MINUTE, after=NOW + 2 * MINUTE),
            approvers=record.Changed(
                before=((role("a:b"),), (user("c d"),)), after=((role("e"),), (role("f"),))
            ),
            voided=("bo", "cy"),
        ),
        record.Resumed(at=NOW, actor=BY),
        record.Ended(at=NOW, actor=BY, outcome=Outcome.SKIPPED),
        record.Taken(at=NOW, actor=BY),
        record.Carried(
            at=NOW,
            actor=BY,
            approval_id=TI_ID,
            verdict=Verdict.DENY,
            decided_by="a-decider",
            decided_at=NOW - HOUR,
        ),
        record.Unknown(at=NOW, actor=BY, name="a_new_fact", fields={"more": "of-it"}),
    )
}


ALL = [FULL, *(replace(FULL, resolution=end) for end in ENDS), *EXAMPLES.values()]


def test_there_is_an_example_of_everything() -> None:
    """A new kind of fact, or of end, fails here until it has one, and then below until it is dealt with."""
    assert set(EXAMPLES) == set(get_args(record.AnyEvent))
    assert {type(end) for end in ENDS} == set(get_args(Resolution))


def test_every_field_of_the_examples_differs_from_its_default() -> None:
    """Or a forgotten one would come back as it was all the same."""
    for value in (value for example in ALL for value in values(example)):
        for field in dataclasses.fields(value):
            name = f"{type(value).__name__}.{field.name}"
            given = getattr(value, field.name)
            assert given != field.default, name
            assert given not in (None, (), {}, frozenset()), name


@pytest.mark.parametrize("example", ALL, ids=lambda example: type(example).__name__)
def test_no_two_fields_of_an_example_have_the_same_value(example: Any) -> None:
    """Or one that is forgotten would be taken for another. Only silence repeats what the terms say of it.

    Of yes and no there are not enough; those are looked at one by one below.
    """
    names: dict[Any, set[str]] = {}
    alone = replace(example, votes=(), edits=()) if isinstance(example, Approval) else example
    for name, leaf in leaves(alone):
        if not isinstance(leaf, bool):
            names.setdefault(plain(leaf), set()).add(name)
    repeated = [found for found in names.values() if len(found) > 1]
    assert repeated in ([], [{"Policy.on_expiry", "Lapsed.on_expiry"}])


@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(AtEnd) if f.name != "outlets"])
def test_each_yes_and_no_of_a_waiter_is_stored_as_itself(field: str) -> None:
    """Each the other way round than usual, alone."""
    at_end = replace(AtEnd(), **{field: not getattr(AtEnd(), field)})
    assert at_end_of(at_end_json(at_end)) == at_end


def test_what_is_named_as_not_shown_is_there() -> None:
    """An exception for a field that is gone, or that is shown by now, is taken off the list."""
    names = {name for example in ALL for name, _ in leaves(example)}
    assert NOT_SHOWN.keys() | NOT_STORED.keys() <= names


@pytest.mark.parametrize("end", ENDS, ids=lambda end: type(end).__name__)
def test_every_field_of_a_request_is_stored_and_shown(session: Session, end: Resolution) -> None:
    """Whatever closed it."""
    approval = replace(FULL, resolution=end, votes=(), edits=())
    store.add(Change(approval=approval, events=(OPENED,)), session=session)
    session.commit()
    session.expunge_all()
    assert store.get(approval.id, session=session) == approval
    assert_shown(approval, ApprovalShape.of(approval).model_dump(mode="json"))


def test_every_field_of_a_vote_is_stored_and_shown(session: Session) -> None:
    """With its request."""
    before = replace(FULL, resolution=None, votes=(), edits=(), version=1)
    stored = store.add(Change(approval=before, events=(OPENED,)), session=session)
    store.save(stored, Change(approval=replace(before, votes=FULL.votes), events=(OPENED,)), session=session)
    session.commit()
    found = store.get(before.id, session=session)
    assert found is not None
    assert found.votes == FULL.votes
    (shown_vote,) = ApprovalShape.of(found).model_dump(mode="json")["votes"]
    assert_shown(found.votes, {**shown_vote, "kind": "person"})  # nobody else answers


def test_every_field_of_an_edit_is_stored(session: Session) -> None:
    """In the record, which shows it; the request remembers who edited it, what, and what was there before."""
    edited = replace(FULL, resolution=None, votes=(), version=1)
    before = replace(edited, edits=())
    fact = record.Updated(
        at=FULL.edits[0].at,
        actor=person("cy", id="id-of-cy"),
        fields=FULL.edits[0].fields,
        content=record.Changed(before="d" * 64, after="e" * 64),
        approvers=record.Changed(before=((role("g"),),), after=((role("h"),),)),
    )
    stored = store.add(Change(approval=before, events=(OPENED,)), session=session)
    store.save(stored, Change(approval=edited, events=(fact,)), session=session)
    session.commit()
    found = store.get(before.id, session=session)
    assert found is not None
    assert found.edits == FULL.edits


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_every_field_of_a_fact_is_stored_and_shown(session: Session, kind: type) -> None:
    """With who brought it about, but for the roles they held."""
    fact = EXAMPLES[kind]
    store.add(Change(approval=FULL, events=(fact,)), session=session)  # type: ignore[arg-type]
    session.commit()
    (found,) = store.events_of(FULL.id, session=session)
    assert found == stored_part_of(fact)
    assert_shown(fact, shape_of(found).model_dump(mode="json", by_alias=True))


def stored_part_of(fact: record.Event) -> record.Event:
    """A fact without what is named as not stored; an unknown one repeats the channel among its fields."""
    assert NOT_STORED.keys() == {"Actor.roles"}
    kept = replace(fact, actor=replace(fact.actor, roles=frozenset()))
    if isinstance(kept, record.Unknown):
        return replace(kept, fields={"channel": "cli", "os_user": "a-shell", **kept.fields})
    return kept
