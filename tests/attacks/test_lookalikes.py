"""Names that look like a role or a person, and are another: nobody becomes an approver by one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.attacks.cases import refusal
from tests.integration.api.server import DIRECTOR, SALES, Server, content

pytestmark = pytest.mark.e2e

NOT_ASKED = {(403, "not_allowed", "approver_of_reached_level"), (404, "not_found", None)}
ROLES = {
    "capital": "Manager",
    "all capitals": "MANAGER",
    "Cyrillic a": "m\u0430nager",
    "Cyrillic e": "manag\u0435r",
    "Greek alpha": "m\u03b1nager",
    "Latin alpha": "m\u0251nager",
    "single-storey g": "mana\u0261er",
    "full width": "\uff4d\uff41\uff4e\uff41\uff47\uff45\uff52",
    "mathematical": "\U0001d426\U0001d41a\U0001d427\U0001d41a\U0001d420\U0001d41e\U0001d42b",
    "small capitals": "\u1d0d\u1d00\u0274\u1d00\u0262\u1d07\u0280",
    "r and n for m": "rnanager",
    "accent in one": "man\u00e1ger",
    "accent apart": "mana\u0301ger",
    "blank after": "manager ",
    "blank before": " manager",
    "tab after": "manager\t",
    "line break after": "manager\n",
    "hard blank after": "manager\u00a0",
    "wide blank after": "manager\u3000",
    "nothing wide inside": "mana\u200bger",
    "joiner after": "manager\u200d",
    "soft hyphen inside": "man\u00adager",
    "turned round": "\u202eregan\u0061m",
    "direction mark before": "\u200emanager",
    "byte order mark before": "\ufeffmanager",
    "variation after": "manager\ufe0f",
    "filler after": "manager\u3164",
    "grapheme joiner inside": "mana\u034fger",
    "reserved inside": "man\u2065ager",
    "tag after": "manager\U000e0080",
    "plural": "managers",
    "beginning": "manage",
    "pattern": "manag%",
    "any": "*",
    "one of two": "manager,director",
    "or": "manager|director",
    "quoted": '"manager"',
    "with its kind": "role manager",
    "ends early": "manager;",
}
UNSEEN = {
    "nothing wide inside",
    "joiner after",
    "soft hyphen inside",
    "turned round",
    "direction mark before",
    "byte order mark before",
    "variation after",
    "filler after",
    "grapheme joiner inside",
    "reserved inside",
    "tag after",
}
USERS = {
    "capital": "Manager",
    "Cyrillic a": "m\u0430nager",
    "blank after": "manager ",
    "nothing wide after": "manager\u200b",
    "turned round": "\u202ereganam",
    "full width": "\uff4danager",
    "accent apart": "manager\u0301",
    "beginning": "manage",
    "with an address": "manager@example.com",
    "with its kind": "user manager",
    "its id": "3",
}


def test_nobody_holds_a_role_that_looks_like_theirs(server: Server) -> None:
    """Refused at opening, or asked of nobody: the manager can neither answer nor count it as waiting."""
    run_id = server.new_run()
    wrong: dict[Any, Any] = {}
    refused: set[str] = set()
    for name, role in ROLES.items():
        asked = content(dag_id=SALES, run_id=run_id, approver_role=role, escalate_role=None)
        opened = server.post("/approvals", by=server.person("editor"), json=asked)
        if opened.status_code == 422:
            refused.add(name)
            continue
        if opened.status_code != 201:
            wrong[name] = refusal(opened)
            continue
        wrong |= _not_asked(server, name, opened.json())
    assert wrong == {}
    assert refused >= {name for name in ROLES if "blank" in name or name in UNSEEN}
    query = {"run_id": run_id, "assigned_to_me": True}
    assert server.get("/approvals", by=server.person("manager"), params=query).json()["total_entries"] == 0
    decided = {"run_id": run_id, "status": ["approved", "denied"]}
    assert server.get("/approvals", by=server.person("admin"), params=decided).json()["total_entries"] == 0


def test_nobody_is_meant_by_a_name_that_looks_like_theirs(server: Server) -> None:
    """Named in place of the role by an editor; the same person's id is no name either."""
    run_id = server.new_run()
    wrong: dict[Any, Any] = {}
    for name, user in USERS.items():
        approval = server.open_by_hand(run_id=run_id)
        edited = server.edit(approval, approvers=[[{"kind": "user", "name": user}], [DIRECTOR]])
        if edited.status_code == 422:
            continue
        wrong |= _not_asked(server, name, edited.json())
    assert wrong == {}


def test_a_name_of_one_kind_is_none_of_the_other(server: Server) -> None:
    """A user called as the role, and a role called as the user, when both exist: kinds are compared."""
    approval = server.open_by_hand(approver_role="director", escalate_role=None)
    assert _not_asked(server, "role director", approval) == {}
    edited = server.edit(approval, approvers=[[{"kind": "role", "name": "sales-reader"}]])
    assert edited.status_code == 200
    assert _not_asked(server, "role sales-reader", edited.json()) == {}


@pytest.mark.parametrize("kind", ["Role", "ROLE", "role ", "group", "person", "system", "", "r\u03bfle"])
def test_there_are_two_kinds_of_approvers(fab: Server, kind: str) -> None:
    """As they are written, and no others."""
    approval = fab.open_by_hand()
    edited = fab.edit(approval, approvers=[[{"kind": kind, "name": "manager"}], [DIRECTOR]])
    assert edited.status_code == 422
    assert fab.read(approval["id"]) == approval


def _not_asked(server: Server, name: str, approval: dict[str, Any]) -> dict[str, Any]:
    """Have people try to answer who are not asked; gives what they got through."""
    found = {}
    for person in ("manager", "viewer", "editor"):
        for verb in ("approve", "deny"):
            path = f"/approvals/{approval['id']}/{verb}"
            answer = refusal(server.post(path, by=server.person(person)))
            if answer not in NOT_ASKED:
                found[f"{name}: {person} {verb}"] = answer
    return found
