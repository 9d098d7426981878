"""Each fact as it is stored, and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from airflow_approvals.domain.events import AnyEvent, Opened, Unknown
from airflow_approvals.store.events import event_of, event_rows
from tests.builders import APPROVAL_ID, HOUR, NOW, person
from tests.unit.examples import EVENTS


@pytest.mark.parametrize(("event", "fields"), [(event, fields) for event, _, fields in EVENTS])
def test_a_fact_is_stored_with_its_own_fields(event: AnyEvent, fields: Mapping[str, Any]) -> None:
    """And with where the command came from, when that was a command line."""
    (row,) = event_rows(APPROVAL_ID, [event], first_seq=1)
    assert json.loads(json.dumps(row["fields"])) == fields
    assert (row["type"], row["at"]) == (event.name if isinstance(event, Unknown) else event.type, NOW)
    assert (row["actor_kind"], row["actor_id"], row["actor_name"]) == (
        event.actor.kind.value,
        event.actor.id,
        event.actor.name,
    )


@pytest.mark.parametrize("event", [event for event, _, _ in EVENTS])
def test_a_fact_is_read_back_as_it_was(event: AnyEvent) -> None:
    """After its fields have been through JSON."""
    (row,) = event_rows(APPROVAL_ID, [event], first_seq=1)
    assert event_of({**row, "fields": json.loads(json.dumps(row["fields"]))}) == event


def test_facts_are_numbered_on() -> None:
    """From the number given, in order, all of the same request."""
    rows = event_rows(APPROVAL_ID, [event for event, _, _ in EVENTS[:3]], first_seq=5)
    assert [(row["approval_id"], row["seq"]) for row in rows] == [(APPROVAL_ID, seq) for seq in (5, 6, 7)]


def test_the_roles_of_an_actor_are_not_remembered() -> None:
    """A person's roles are nobody's business later, but for those that counted."""
    opened = Opened(at=NOW, actor=person("x", "manager", "auditor"), expires_at=NOW + HOUR)
    (row,) = event_rows(APPROVAL_ID, [opened], first_seq=1)
    assert "manager" not in json.dumps(row["fields"])
    assert event_of(row).actor == person("x")


def test_where_a_command_came_from_never_hides_what_it_did() -> None:
    """The facts of an event win over what the actor brings along."""
    event = Unknown(at=NOW, actor=person("x", os_user="ops"), name="a_fact", fields={"os_user": "another"})
    (row,) = event_rows(APPROVAL_ID, [event], first_seq=1)
    assert row["fields"] == {"channel": "cli", "os_user": "another"}
