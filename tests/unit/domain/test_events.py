"""The facts of the record, and how each reads."""

from __future__ import annotations

from typing import get_args

import pytest

from airflow_approvals.domain.events import AnyEvent, Cancelled, Event, Expired, Opened, Unknown, sentence
from airflow_approvals.domain.people import SYSTEM, Actor
from airflow_approvals.domain.policy import OnExpiry
from tests.builders import NOW, person, task
from tests.unit.examples import EVENTS

KINDS = get_args(AnyEvent)


@pytest.mark.parametrize("kind", KINDS)
def test_every_fact_has_an_example_that_reads(kind: type[Event]) -> None:
    """A new one fails here until it has its words."""
    assert [words for event, words, _ in EVENTS if type(event) is kind and words]


@pytest.mark.parametrize(("event", "words"), [(event, words) for event, words, _ in EVENTS])
def test_a_fact_reads_like_this(event: AnyEvent, words: str) -> None:
    """In plain words, without times."""
    assert sentence(event) == words


def test_every_fact_is_among_those_that_are_stored_and_shown() -> None:
    """None was forgotten in the list of all."""
    assert set(KINDS) == set(Event.__subclasses__())


def test_facts_are_told_apart_by_their_type() -> None:
    """Each has one of its own, which is its name in small letters."""
    assert [kind.type for kind in KINDS] == [kind.__name__.lower() for kind in KINDS]


def test_every_outcome_of_silence_reads() -> None:
    """A new one fails here until it has its words."""
    for on_expiry in OnExpiry:
        assert "nobody answered in time" in sentence(Expired(at=NOW, actor=SYSTEM, on_expiry=on_expiry))


@pytest.mark.parametrize(
    ("actor", "words"),
    [(task(), "the task"), (person("the task"), "the task"), (person("ana"), "ana"), (SYSTEM, "system")],
)
def test_a_fact_says_who_brought_it_about(actor: Actor, words: str) -> None:
    """People by their names; a task's own name, which is its token's subject, would say nothing."""
    assert sentence(Opened(at=NOW, actor=actor, expires_at=None)) == f"Opened by {words}"
    assert sentence(Cancelled(at=NOW, actor=actor, reason="x")) == f"Cancelled by {words}"


def test_a_fact_of_a_newer_version_reads_by_its_name() -> None:
    """As well as can be."""
    unknown = Unknown(at=NOW, actor=person("ana"), name="handed_over_again", fields={})
    assert sentence(unknown) == "Handed over again, by ana"
