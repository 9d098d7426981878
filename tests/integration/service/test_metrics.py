"""Numbers, on a few requests that can be counted by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from airflow_approvals.domain.approval import Approval, Verdict
from airflow_approvals.domain.policy import OnExpiry
from airflow_approvals.domain.search import Viewer
from airflow_approvals.domain.status import Status
from airflow_approvals.service import metrics
from airflow_approvals.service.metrics import Group, Metrics
from tests.builders import HOUR, MANAGER, MINUTE, NOW, TICK, level, person, policy, role, user
from tests.integration.service.desk import Desk, work_at

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
READER = Viewer(actor=person("reader"), readable_dag_ids=frozenset({"release", "payroll"}))
BOARD = person("a-director", "board")


def compute(desk: Desk, viewer: Viewer = READER, *, days: int = 30, now: datetime = NOW) -> Metrics:
    """The numbers of the last 30 days."""
    return metrics.compute(viewer, days=days, now=now, work=work_at(now))


def group(key: str, **numbers: Any) -> Group:
    """A group of no requests, but for what is given."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("total", "open", "approved", "denied", "expired", "cancelled", "escalated"), 0
    )
    return Group(
        **{
            "key": key,
            **nothing,
            "median_response_time_seconds": None,
            "p95_response_time_seconds": None,
            **numbers,
        }
    )


class Records:
    """Opens requests at a time of one's choice, each by a task of its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._count = 0

    def open(self, at: datetime, *asked: Any, dag_id: str = "release", **terms: Any) -> Approval:
        """Ask these levels."""
        self._count += 1
        return self._desk.gate(policy(*asked, **terms), now=at, dag_id=dag_id, map_index=self._count)


@pytest.fixture
def records(desk: Desk) -> Records:
    """An empty book of requests."""
    return Records(desk)


@pytest.fixture
def nine(desk: Desk, records: Records) -> None:
    """Nine requests of the last three days, and one that is older than the period looked at."""
    managers = level(role("manager"))
    both = (managers, level(role("board")))

    records.open(NOW - 40 * DAY, level(role("manager"), timeout=None))  # open, and too old to be counted

    day = NOW - 2 * DAY
    for seconds, verdict in (
        (60, Verdict.APPROVE),
        (120, Verdict.APPROVE),
        (180, Verdict.DENY),
        (240, Verdict.APPROVE),
    ):
        desk.decide(records.open(day, managers), verdict, now=day + seconds * SECOND)
    by_silence = records.open(day, managers, on_expiry=OnExpiry.APPROVE)
    desk.advance(by_silence, day + HOUR)

    day = NOW - DAY
    desk.advance(records.open(day, managers, dag_id="payroll"), day + HOUR)
    escalated = records.open(day, *both, dag_id="payroll")
    desk.advance(escalated, day + HOUR)
    desk.decide(escalated, actor=BOARD, now=day + HOUR + 15 * MINUTE)
    desk.cancel(records.open(day, *both, dag_id="payroll"), now=day + MINUTE)

    waiting = records.open(NOW - 3 * HOUR, level(role("manager"), user("ana")), level(role("board")))
    desk.advance(waiting, NOW - 2 * HOUR)  # asks the board until an hour ago


@pytest.mark.usefixtures("nine")
def test_all_numbers(desk: Desk) -> None:
    """Response times are those of people: 60, 120, 180, 240 and 4500 seconds; silence is no response."""
    found = compute(desk)

    assert found.period_days == 30
    assert found.total_approvals == 9
    assert found.status_breakdown == {
        "pending": 0,
        "escalated": 1,
        "approved": 5,
        "denied": 1,
        "expired": 1,
        "cancelled": 1,
    }
    assert found.average_response_time_seconds == pytest.approx((60 + 120 + 180 + 240 + 4500) / 5)
    assert found.median_response_time_seconds == 180
    assert found.p95_response_time_seconds == pytest.approx(240 + 0.8 * (4500 - 240))
    assert found.escalated_count == 2
    assert found.escalation_rate_percent == 22.22
    assert found.open_now == 2
    assert found.overdue_now == 1
    assert found.oldest_open_age_seconds == 40 * 86_400


@pytest.mark.usefixtures("nine")
def test_numbers_per_dag(desk: Desk) -> None:
    """In order of name."""
    assert compute(desk).per_dag == [
        group(
            "payroll",
            total=3,
            approved=1,
            expired=1,
            cancelled=1,
            escalated=1,
            median_response_time_seconds=4500,
            p95_response_time_seconds=4500,
        ),
        group(
            "release",
            total=6,
            open=1,
            approved=4,
            denied=1,
            escalated=1,
            median_response_time_seconds=150,
            p95_response_time_seconds=pytest.approx(180 + 0.85 * 60),
        ),
    ]


@pytest.mark.usefixtures("nine")
def test_numbers_per_role_count_who_was_really_asked(desk: Desk) -> None:
    """A role of a level that was never reached has not been asked; users asked by name are no role."""
    assert compute(desk).per_role == [
        group(
            "board",
            total=2,
            open=1,
            approved=1,
            escalated=2,
            median_response_time_seconds=4500,
            p95_response_time_seconds=4500,
        ),
        group(
            "manager",
            total=9,
            open=1,
            approved=5,
            denied=1,
            expired=1,
            cancelled=1,
            escalated=2,
            median_response_time_seconds=180,
            p95_response_time_seconds=pytest.approx(3648),
        ),
    ]


def test_a_role_that_two_levels_ask_counts_a_request_once(desk: Desk, records: Records) -> None:
    """It was asked, and asked again."""
    managers = level(role("manager"))
    twice = records.open(NOW - 2 * HOUR, managers, managers)
    desk.advance(twice, NOW - HOUR)
    assert compute(desk).per_role == [group("manager", total=1, open=1, escalated=1)]


@pytest.mark.usefixtures("nine")
def test_numbers_per_day_have_every_day(desk: Desk) -> None:
    """Days are those of opening, in UTC; quiet ones are there with zeros."""
    assert compute(desk, days=4).per_day == [
        group("2026-01-01"),
        group("2026-01-02"),
        group(
            "2026-01-03",
            total=5,
            approved=4,
            denied=1,
            median_response_time_seconds=150,
            p95_response_time_seconds=pytest.approx(231),
        ),
        group(
            "2026-01-04",
            total=3,
            approved=1,
            expired=1,
            cancelled=1,
            escalated=1,
            median_response_time_seconds=4500,
            p95_response_time_seconds=4500,
        ),
        group("2026-01-05", total=1, open=1, escalated=1),
    ]


def test_no_requests_give_zeros_and_nothing(desk: Desk) -> None:
    """No division by zero, and no response time where nobody responded."""
    found = compute(desk, days=1)
    assert (found.total_approvals, found.escalated_count, found.escalation_rate_percent) == (0, 0, 0.0)
    assert found.status_breakdown == dict.fromkeys((status.value for status in Status), 0)
    assert found.average_response_time_seconds is None
    assert found.median_response_time_seconds is None
    assert found.p95_response_time_seconds is None
    assert (found.open_now, found.overdue_now, found.oldest_open_age_seconds) == (0, 0, None)
    assert (found.per_role, found.per_dag) == ([], [])
    assert found.per_day == [group("2026-01-04"), group("2026-01-05")]


def test_the_period_counts_from_opening(desk: Desk, records: Records) -> None:
    """To the microsecond; what is open now counts however old it is."""
    records.open(NOW - DAY)
    records.open(NOW - DAY - TICK)
    found = compute(desk, days=1)
    assert (found.total_approvals, found.open_now) == (1, 2)


def test_overdue_begins_at_the_deadline(desk: Desk, records: Records) -> None:
    """As everywhere else; a request without a deadline never is."""
    records.open(NOW, level(role("manager")))
    records.open(NOW, level(role("manager"), timeout=None))
    assert compute(desk, now=NOW + HOUR - TICK).overdue_now == 0
    assert compute(desk, now=NOW + HOUR).overdue_now == 1


@pytest.mark.usefixtures("nine")
@pytest.mark.parametrize(
    ("viewer", "total", "open_now", "dags"),
    [
        (Viewer(actor=person("x"), readable_dag_ids=frozenset()), 0, 0, []),
        (Viewer(actor=person("x"), readable_dag_ids=frozenset({"payroll"})), 3, 0, ["payroll"]),
        (Viewer(actor=person("ana"), readable_dag_ids=frozenset()), 1, 1, ["release"]),
        (Viewer(actor=BOARD, readable_dag_ids=frozenset()), 3, 1, ["payroll", "release"]),
        (Viewer(actor=MANAGER, readable_dag_ids=frozenset()), 9, 2, ["payroll", "release"]),
    ],
    ids=["nobody", "reader of one Dag", "asked by name", "second level", "first level"],
)
def test_numbers_count_what_their_reader_may_see(
    desk: Desk, viewer: Viewer, total: int, open_now: int, dags: list[str]
) -> None:
    """The same requests as a list would show, in every one of the numbers."""
    found = compute(desk, viewer)
    assert (found.total_approvals, found.open_now) == (total, open_now)
    assert sum(found.status_breakdown.values()) == total
    assert [dag.key for dag in found.per_dag] == dags
    assert sum(dag.total for dag in found.per_dag) == total
    assert sum(day.total for day in found.per_day) == total
    assert all(of_role.total <= total for of_role in found.per_role)
