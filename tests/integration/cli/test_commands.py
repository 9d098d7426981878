"""``airflow approvals …`` as real processes on a real database."""

from __future__ import annotations

import os
import pwd
from datetime import datetime, timezone
from uuid import UUID

import pytest
import yaml

from airflow_approvals.domain.errors import NotFound
from airflow_approvals.domain.status import Status
from tests.integration.cli.conftest import DAY, HOUR, MINUTE, Answer, Cli, Requests

NEEDED = {
    "can_read on Plugins",
    "can_read on My Profile",
    "can_read on My Password",
    "can_edit on My Password",
}
NOBODYS_ID = str(UUID(int=7))
ME = pwd.getpwuid(os.getuid()).pw_name


def refusal(answer: Answer, code: int = 1) -> str:
    """Give the one line with which a command refused, and ended with this code."""
    assert answer.code == code, answer
    assert answer.out == ""
    lines = answer.err.splitlines()
    assert len(lines) == 1, answer.err
    return lines[0]


def ids(answer: Answer) -> list[UUID]:
    """Give the ids in a JSON list."""
    return [UUID(row["id"]) for row in answer.value]


def test_new_roles_get_what_an_approver_needs(roles_made: Answer) -> None:
    """The pages of plugins and one's own password; nothing about Dags."""
    assert [(made["role"], made["done"]) for made in roles_made.value] == [
        ("manager", "created"),
        ("director", "created"),
    ]
    assert all(set(made["added"]) == NEEDED for made in roles_made.value)


def test_an_existing_role_gains_what_it_lacks_and_loses_nothing(fab: Cli, requests: Requests) -> None:
    """Running it again, and over a role of somebody else's making, is harmless."""
    before = requests.permissions_of("reader")
    made = fab("roles", "create", "manager", "reader", "reader", "-o", "json").value
    assert [(row["role"], row["done"], set(row["added"])) for row in made] == [
        ("manager", "unchanged", set()),
        ("reader", "extended", NEEDED),
    ]
    assert "can_read on DAGs" in before
    assert requests.permissions_of("reader") >= NEEDED | before


def test_approving_wakes_the_task_and_is_recorded_with_where_it_came_from(
    fab: Cli, requests: Requests
) -> None:
    """The operating-system user is in the record, which `show` gives to programs and people.

    Under FAB people sign in with their name or their address: so they are found here.
    """
    approval_id, ti_id = requests.open_by_waiting_task("[b]Wake[/b] me :smile:", body="Two lines\nof text")

    approved = fab(
        "approve", str(approval_id), "--as", "mia@example.com", "--comment", "Seen.", "-o", "json"
    ).value

    assert [approved[key] for key in ("id", "status", "actor_name", "comment", "body")] == [
        str(approval_id),
        "approved",
        "mia",
        "Seen.",
        "Two lines\nof text",
    ]
    assert requests.rows.look(ti_id).state == "scheduled"

    as_yaml, table = fab.at_once(("show", str(approval_id), "-o", "yaml"), ("show", str(approval_id)))
    shown = yaml.safe_load(as_yaml.out)
    events = {event["type"]: event for event in shown.pop("events")}
    assert shown == approved
    assert [(v["actor_name"], v["verdict"], v["comment"]) for v in shown["votes"]] == [
        ("mia", "approve", "Seen.")
    ]
    assert list(events) == ["opened", "voted", "approved", "resumed"]
    for event in (events["voted"], events["approved"]):
        assert (event["actor"]["name"], event["actor"]["os_user"]) == ("mia", ME)
    assert events["opened"]["actor"]["os_user"] is None
    assert events["voted"]["counted_as"] == [{"kind": "role", "name": "manager"}]
    for part in (
        "[b]Wake[/b] me :smile:",
        "Two lines of text",
        "Votes",
        "Record",
        "The waiting task was woken",
        f"os_user: {ME}",
    ):
        assert part in table.out


def test_denying_answers_with_one_plain_row(fab: Cli, requests: Requests) -> None:
    """User names compare as FAB compares them; what looks like markup or a number is printed as it is."""
    approval_id = requests.open("[red]Pay[/red] :smile: [1.10]", role="director")
    answer = fab("deny", str(approval_id), "--as", "DORA", "-o", "plain")
    assert answer.code == 0, answer.err
    header, row = answer.out.splitlines()
    assert header.split() == [
        *("id", "subject", "dag_id", "run_id", "task_id", "map_index", "status", "asked"),
        *("expires_at", "created_at"),
    ]
    assert row.startswith(f"{approval_id}  [red]Pay[/red] :smile: [1.10]  release  first  ")
    assert row.split()[-3:-1] == ["denied", "director"]
    denied = requests.look(approval_id)
    assert denied.status is Status.DENIED
    assert denied.resolution is not None
    assert denied.resolution.by.name == "dora"


def test_refusals_are_one_line_and_change_nothing(fab: Cli, requests: Requests) -> None:
    """No role, unknown, inactive, no such request, no id, closed: each says what is wrong."""
    now = datetime.now(tz=timezone.utc)
    waiting, closed = requests.open("Not for everybody"), requests.open("Closed", expires_in=HOUR)
    requests.advance(closed, now + 2 * HOUR)
    record = requests.record(waiting)

    answers = fab.at_once(
        ("approve", str(waiting), "--as", "carl"),
        ("deny", str(waiting), "--as", "nob\u200bdy"),
        ("approve", str(waiting), "--as", "ina"),
        ("approve", NOBODYS_ID, "--as", "mia"),
        ("deny", "seven", "--as", "mia"),
        ("deny", str(closed), "--as", "mia"),
    )
    no_role, unknown, inactive, nowhere, malformed, late = map(refusal, answers, (1, 1, 1, 3, 2, 1))

    assert no_role.startswith("This request is decided by role manager; carl holds reader.")
    assert unknown.startswith("There is no user nob\\u200bdy; `airflow users list`")
    assert "ina is inactive" in inactive
    assert nowhere.startswith("There is no request with this id; `airflow approvals list`")
    assert malformed.startswith("'seven' is not the id of a request")
    assert late.startswith("This request is closed: expired")
    assert requests.record(waiting) == record
    assert requests.look(closed).votes == ()


def test_under_simple_auth_its_configured_users_answer(simple: Cli, requests: Requests) -> None:
    """An admin stands in for a role nobody can hold there; a viewer does not; there are no roles to make."""
    approval_id, other = requests.open("Simple"), requests.open("Simple too")
    approved, viewer, roles = simple.at_once(
        ("approve", str(approval_id), "--as", "ann", "-o", "json"),
        ("approve", str(other), "--as", "vic"),
        ("roles", "create", "manager"),
    )
    assert (approved.value["status"], approved.value["actor_name"]) == ("approved", "ann")
    assert "vic holds viewer" in refusal(viewer)
    assert "[approvals] role_members" in refusal(roles)
    assert requests.look(other).status is Status.PENDING


def test_under_an_unknown_auth_manager_only_configured_members_answer(
    foreign: Cli, requests: Requests
) -> None:
    """Users are taken by name, which is said, and hold what role_members gives them."""
    approval_id, other = requests.open("Elsewhere"), requests.open("Elsewhere too")
    member, stranger = foreign.at_once(
        ("approve", str(approval_id), "--as", "lea", "-o", "json"), ("approve", str(other), "--as", "mia")
    )
    assert (member.value["status"], member.value["actor_name"]) == ("approved", "lea")
    assert stranger.code == 1
    assert "mia holds no role" in stranger.err
    for answer in (member, stranger):
        assert "CompanyAuthManager keeps its users elsewhere" in answer.err
    assert requests.look(other).status is Status.PENDING


def test_list_shows_what_meets_every_filter(fab: Cli, requests: Requests) -> None:
    """Each of the others fails one filter; what the limit cuts off is said beside the output."""
    opened = datetime.now(tz=timezone.utc) - 3 * HOUR
    wanted = {"dag_id": "payroll", "run_id": "second", "role": "director", "now": opened, "expires_in": HOUR}
    found = requests.open("Pay them all", **wanted)
    others = [{"dag_id": "sales"}, {"run_id": "third"}, {"role": "manager"}, {"expires_in": DAY}]
    for other in others:
        requests.open("Pay them all", **{**wanted, **other})
    requests.open("Something else", **wanted)
    requests.advance(requests.open("Pay them", **wanted, escalate_role="manager"), opened + HOUR)
    requests.open("Pay them later", **{**wanted, "now": opened + HOUR / 2})

    filters = (
        *("list", "--dag-id", "payroll", "--run-id", "second", "--role", "director", "--overdue"),
        *("--status", "pending", "--search", "THEM", "--order-by", "created_at", "--limit", "1"),
    )
    as_json = fab(*filters, "-o", "json")

    assert ids(as_json) == [found]
    assert as_json.err == "1 of 2 requests shown; --limit shows more.\n"
    assert as_json.value[0]["asked"] == [{"kind": "role", "name": "director"}]
    assert as_json.value[0]["metadata"] == {"rows": 1200}
    assert as_json.value[0]["map_index"] == -1


def test_metrics_have_all_keys_for_programs_and_headlines_for_people(fab: Cli, requests: Requests) -> None:
    """Numbers stay exact; tables round them and leave the breakdowns by role, Dag and day out."""
    long_ago = datetime.now(tz=timezone.utc) - 90 * MINUTE
    requests.open("Count me", dag_id="counted", now=long_ago)
    as_json, table = fab.at_once(("metrics", "--days", "7", "-o", "json"), ("metrics",))
    numbers = as_json.value
    assert numbers["period_days"] == 7
    assert numbers["total_approvals"] == sum(numbers["status_breakdown"].values()) > 0
    assert set(numbers["status_breakdown"]) == {status.value for status in Status}
    assert "counted" in {group["key"] for group in numbers["per_dag"]}
    assert "manager" in {group["key"] for group in numbers["per_role"]}
    assert len(numbers["per_day"]) == 8
    said = dict(line.split(" | ") for line in table.out.splitlines() if " | " in line)
    fields = {name.strip(): value.strip() for name, value in said.items()}
    assert fields["escalation_rate"] == f"{numbers['escalation_rate_percent']:.1f} %"
    assert fields["oldest_open_age"].split()[1] in {"h", "days"}
    assert isinstance(numbers["oldest_open_age_seconds"], float)
    assert "status_breakdown.pending" in table.out
    assert "per_dag" not in table.out


def test_escalate_and_cleanup_say_what_they_did(fab: Cli, requests: Requests) -> None:
    """Passed deadlines are applied; requests older than the retention time go."""
    now = datetime.now(tz=timezone.utc)
    late = {"now": now - 2 * HOUR, "expires_in": HOUR}
    to_escalate = requests.open("Escalate me", **late, escalate_role="director")
    to_expire = requests.open("Expire me", **late)
    old = requests.open("Remove me", now=now - 200 * DAY, expires_in=DAY)
    requests.advance(old, now - 199 * DAY)

    escalated, cleaned = fab.at_once(("escalate", "-o", "json"), ("cleanup", "-o", "plain"))

    done = escalated.value
    assert done["escalated"] >= 1
    assert done["expired"] >= 1
    assert (done["failed"], done["remaining"]) == (0, False)
    assert requests.look(to_escalate).status is Status.ESCALATED
    assert requests.look(to_expire).status is Status.EXPIRED
    assert [line.split() for line in cleaned.out.splitlines()] == [
        ["field", "value"],
        ["removed", "1"],
        ["remaining", "false"],
    ]
    with pytest.raises(NotFound):
        requests.look(old)


def test_a_database_without_the_tables_is_answered_with_what_to_run(unprepared: Cli) -> None:
    """Installed but not migrated is the first thing that goes wrong."""
    assert "`airflow db migrate`" in refusal(unprepared("list"), 4)
