"""Changing open requests: what may change, and what never does."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.api.server import DIRECTOR, INVALID, MANAGER, PAYROLL, SALES, Server, moment, problem

pytestmark = pytest.mark.e2e


def _in(**span: float) -> str:
    return (datetime.now(tz=timezone.utc) + timedelta(**span)).isoformat()


def _value(approval: dict[str, Any], name: str) -> Any:
    """Give an editable value of a request as bodies and the record name it."""
    if name == "approvers":
        return [level["approvers"] for level in approval["levels"]]
    return approval[name]


def test_a_patch_changes_what_it_names(fab: Server) -> None:
    """Each value alone; the others stay; old and new are on record with the person."""
    approval = fab.open_by_hand(metadata={"rows": 1})
    deadline = _in(hours=5)
    changes: tuple[dict[str, Any], ...] = (
        {"subject": "Publish the February figures"},
        {"body": "All of them."},
        {"expires_at": deadline},
        {"metadata": {"rows": 2}},
        {"approvers": [[MANAGER, {"kind": "user", "name": "viewer"}], [DIRECTOR]]},
    )
    for version, change in enumerate(changes, start=2):
        before = fab.read(approval["id"])
        answer = fab.edit(approval, **change)
        assert answer.status_code == 200, answer.text
        (name,) = change
        after = answer.json()
        assert after == fab.read(approval["id"])
        changed = {key for key in after if after[key] != before[key]}
        own = {"levels"} if name == "approvers" else {name} if name == "expires_at" else {name, "fingerprint"}
        assert changed == {"version", *own}
        assert after["version"] == version
        event = fab.events(approval)[-1]
        assert (event["type"], event["actor"]["name"]) == ("updated", "editor")
        told = {field: event[field] for field in ("expires_at", "approvers") if event[field] is not None}
        if name in {"expires_at", "approvers"}:
            assert told == {name: {"from": _value(before, name), "to": _value(after, name)}}
            assert (event["fields"], event["before"], event["after"]) == ([], None, None)
        else:
            assert told == {}
            assert event["fields"] == [name]
            for mark, seen in (("before", before), ("after", after)):
                assert event[mark] == seen["fingerprint"]
                old = fab.get(f"/approvals/{approval['id']}/contents/{event[mark]}", by=fab.person("viewer"))
                assert old.json() == {key: seen[key] for key in old.json()}
    assert moment(fab.read(approval["id"])["expires_at"]) == moment(deadline)
    assert fab.approve(approval["id"], by="viewer")["status"] == "approved"


def test_a_patch_that_changes_nothing_leaves_no_trace(fab: Server) -> None:
    """Empty or equal values: no event, no new version."""
    approval = fab.open_by_hand()
    for fields in ({}, {"subject": approval["subject"]}, {"expires_at": approval["expires_at"]}):
        assert fab.edit(approval, **fields).json() == approval
    assert len(fab.events(approval)) == 1


def test_a_null_deadline_takes_it_away(fab: Server) -> None:
    """Only in the last level: a level that escalates needs one."""
    single = fab.open_by_hand(escalate_role=None)
    assert fab.edit(single, expires_at=None).json()["expires_at"] is None
    escalating = fab.open_by_hand()
    assert problem(fab.edit(escalating, expires_at=None)) == INVALID
    assert fab.read(escalating["id"]) == escalating


def test_a_put_replaces_everything(fab: Server) -> None:
    """All editable values at once; one that is missing is refused."""
    approval = fab.open_by_hand(escalate_role=None, metadata={"rows": 1})
    everything = {
        "subject": "Publish the February figures",
        "body": "All of them.",
        "expires_at": None,
        "approvers": [[{"kind": "user", "name": "viewer"}]],
        "metadata": {},
    }
    path, by = f"/approvals/{approval['id']}", fab.person("editor")
    for name in everything:
        partial = {key: value for key, value in everything.items() if key != name}
        response = fab.call("PUT", path, by=by, json=partial)
        assert problem(response) == INVALID
        assert name in response.json()["detail"]
    assert fab.read(approval["id"]) == approval
    replaced = fab.call("PUT", path, by=by, json=everything).json()
    assert [level["approvers"] for level in replaced["levels"]] == everything["approvers"]
    assert {name: replaced[name] for name in everything if name != "approvers"} == {
        name: value for name, value in everything.items() if name != "approvers"
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"approvers": []},
        {"approvers": [[]]},
        {"approvers": [[], []]},
        {"approvers": [[MANAGER], []]},
        {"approvers": [[MANAGER]]},
        {"approvers": [[MANAGER], [DIRECTOR], [DIRECTOR]]},
        {"approvers": [[MANAGER, MANAGER], [DIRECTOR]]},
        {"approvers": [[{"kind": "role", "name": " "}], [DIRECTOR]]},
        {"approvers": [[{"kind": "role", "name": ""}], [DIRECTOR]]},
        {"approvers": [[{"kind": "anyone", "name": "x"}], [DIRECTOR]]},
        {"approvers": [[{"name": "x"}], [DIRECTOR]]},
        {"approvers": [["manager"], ["director"]]},
        {"approvers": [[{**MANAGER, "level": 1}], [DIRECTOR]]},
        {"subject": " "},
        {"subject": "x" * 501},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2999-01-01T00:00:00"},
        {"expires_at": "0001-01-01T00:00:00+23:59"},
        {"metadata": []},
        {"dag_id": PAYROLL},
        {"run_id": "another"},
        {"task_id": "gate_2"},
        {"id": str(uuid4())},
        {"status": "approved"},
        {"level": 1},
        {"quorum": 0},
        {"on_expiry": "approve"},
        {"on_deny": "skip"},
        {"actor_id": "1"},
        {"resumed_at": None},
        {"version": 7},
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(fab: Server, fields: dict[str, Any]) -> None:
    """Nobody is left who may answer, the request is moved, or its terms are weakened: 422, unchanged."""
    approval = fab.open_by_hand()
    assert problem(fab.edit(approval, **fields)) == INVALID
    assert fab.read(approval["id"]) == approval


def test_an_editor_of_one_dag_does_not_reach_another(fab: Server) -> None:
    """Permission is asked for the Dag of the request, whatever else the person may edit."""
    approval = fab.open_by_hand(dag_id=PAYROLL)
    for by, expected in (
        ("sales-editor", (404, "not_found", None)),
        ("manager", (403, "not_allowed", "may_edit_dag")),
    ):
        assert problem(fab.edit(approval, by=by, body="Mine.")) == expected
    mine = fab.open_by_hand(dag_id=SALES)
    assert fab.edit(mine, by="sales-editor", body="Mine.").status_code == 200
