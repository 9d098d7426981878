"""The crowd that benchmarks measure with is one that Airflow and the service could have written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import fmean, quantiles

import pytest
from airflow.models.hitl import HITLDetail
from airflow.models.taskinstance import TaskInstance
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from airflow_approvals.domain.approval import Approval, Decided
from airflow_approvals.domain.people import ApproverKind
from airflow_approvals.domain.search import MAX_TOTAL, Cut, Filters, Viewer
from airflow_approvals.domain.status import OPEN, TERMINAL, Status
from airflow_approvals.service import looking, metrics, reading, sweep
from airflow_approvals.service.metrics import Group
from benchmarks.crowd import Crowd, fill
from tests.builders import NOW, person
from tests.integration.service.desk import LATER, work_at

CLOSED, OPEN_COUNT, DUE = 300, 60, 10
VIEWERS = [
    Viewer(actor=person("x"), readable_dag_ids=frozenset(f"dag_{n}" for n in range(50))),
    Viewer(actor=person("user_3", "team_3"), readable_dag_ids=frozenset(f"dag_{n}" for n in range(9))),
    Viewer(actor=person("x", "director"), readable_dag_ids=frozenset()),
    Viewer(actor=person("x"), readable_dag_ids=frozenset()),
]


@pytest.fixture(params=["awaiting_input", "trigger"])
def crowd(request: pytest.FixtureRequest, sessions: sessionmaker[Session]) -> Crowd:
    """A small one, in the database."""
    crowd = Crowd(closed=CLOSED, open=OPEN_COUNT, dags=50, to_escalate=DUE, to_expire=DUE, way=request.param)
    with sessions() as session:
        fill(crowd, NOW, session=session)
    return crowd


def test_each_request_reads_as_a_whole_and_somebody_waits_for_each_open_one(crowd: Crowd) -> None:
    """Lists leave none out, records are as long as they say, and every status occurs."""
    LATER.clear()
    work = work_at(NOW)
    viewer = Viewer(actor=person("admin"), readable_dag_ids=frozenset(f"dag_{n}" for n in range(crowd.dags)))
    page = looking.page(Filters(), viewer=viewer, cut=Cut(limit=1000), now=NOW, work=work)
    found = page.approvals

    assert len(found) == page.total.number == CLOSED + OPEN_COUNT
    assert not LATER
    assert {approval.status for approval in found} == set(Status)
    assert sum(approval.status in OPEN for approval in found) == OPEN_COUNT
    for approval in found:
        record = reading.record(approval.id, work=work)
        assert len(record) == approval.recorded
        assert record[-1].at <= NOW


def test_a_sweep_finds_what_is_due(crowd: Crowd) -> None:
    """As many are escalated, and expire, as were asked for."""
    done = sweep.sweep(work=work_at(NOW))

    assert (done.escalated, done.expired, done.failed) == (crowd.to_escalate, crowd.to_expire, 0)


def test_airflows_own_are_as_many(crowd: Crowd, sessions: sessionmaker[Session]) -> None:
    """Each request has a twin among the Human-in-the-loop details, open and closed alike."""
    with sessions() as session:
        states = select(TaskInstance.state, func.count()).join(
            HITLDetail, HITLDetail.ti_id == TaskInstance.id
        )
        found: dict[str, int] = dict(iter(session.execute(states.group_by(TaskInstance.state))))

    waiting = "deferred" if crowd.way == "trigger" else crowd.way
    assert found == {"success": CLOSED, waiting: OPEN_COUNT}


def test_a_total_goes_as_far_as_ten_thousand(sessions: sessionmaker[Session]) -> None:
    """What there is beyond is a plus, and the pages go on."""
    with sessions() as session:
        fill(Crowd(closed=MAX_TOTAL + 1, open=0, dags=1, native=False), NOW, session=session)
    work = work_at(NOW)
    viewer = Viewer(actor=person("x", "director"), readable_dag_ids=frozenset({"dag_0"}))
    for offset in (0, MAX_TOTAL - 1, MAX_TOTAL):
        cut = Cut(limit=1, offset=offset)
        found = looking.page(Filters(), viewer=viewer, cut=cut, now=NOW, work=work)
        assert len(found.approvals) == 1
        assert str(found.total) == "10,000+"
        assert (found.next_after is None) is (offset == MAX_TOTAL)
    asked_only = Viewer(actor=viewer.actor, readable_dag_ids=frozenset())
    few = reading.page(Filters(), viewer=asked_only, cut=Cut(limit=1), now=NOW, work=work).total
    assert not few.has_more
    assert 0 < few.number < MAX_TOTAL


@pytest.mark.parametrize("viewer", VIEWERS, ids=["reader", "both", "asked", "nobody"])
def test_numbers_are_those_of_plain_arithmetic(crowd: Crowd, viewer: Viewer) -> None:
    """The database's, group by group, beside requests read one by one."""
    work = work_at(NOW)
    found = reading.page(Filters(), viewer=viewer, cut=Cut(limit=1000), now=NOW, work=work).approvals
    for days in (1, 30, 3650):
        told = [approval for approval in found if approval.created_at >= NOW - timedelta(days=days)]
        computed = metrics.compute(viewer, days=days, now=NOW, work=work)
        assert computed.total_approvals == len(told)
        assert computed.status_breakdown == {s.value: sum(a.status is s for a in told) for s in Status}
        times = times_of(told)
        average = computed.average_response_time_seconds
        assert average == (pytest.approx(fmean(times)) if times else None)
        assert_groups(computed.per_dag, [(approval.origin.dag_id, approval) for approval in told])
        opened = [(approval.created_at.date().isoformat(), approval) for approval in told]
        assert_groups([day for day in computed.per_day if day.total], opened)
        assert_groups(computed.per_role, [(name, approval) for approval in told for name in asked(approval)])
        assert computed.open_now == sum(approval.status in OPEN for approval in found)


def assert_groups(groups: Sequence[Group], keyed: list[tuple[str, Approval]]) -> None:
    """Each key has its numbers, in order of keys."""
    assert [group.key for group in groups] == sorted({key for key, _ in keyed})
    for group in groups:
        mine = [approval for key, approval in keyed if key == group.key]
        assert group.total == len(mine)
        assert group.open == sum(approval.status in OPEN for approval in mine)
        assert group.escalated == sum(approval.progress.level > 0 for approval in mine)
        for status in TERMINAL:
            assert getattr(group, status.value) == sum(approval.status is status for approval in mine)
        times = times_of(mine)
        cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
        expected = [pytest.approx(cuts[49]), pytest.approx(cuts[94])] if cuts else [None, None]
        assert [group.median_response_time_seconds, group.p95_response_time_seconds] == expected


def times_of(approvals: list[Approval]) -> list[float]:
    """How long people took."""
    ends = ((approval.created_at, approval.resolution) for approval in approvals)
    return [(end.at - start).total_seconds() for start, end in ends if isinstance(end, Decided)]


def asked(approval: Approval) -> set[str]:
    """The roles of the levels that were reached."""
    reached = approval.policy.levels[: approval.progress.level + 1]
    return {a.name for level in reached for a in level.approvers if a.kind is ApproverKind.ROLE}
