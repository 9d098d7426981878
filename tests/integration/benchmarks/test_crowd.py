"""The crowd that benchmarks measure with is one that Airflow and the service could have written."""

from __future__ import annotations

import pytest
from airflow.models.hitl import HITLDetail
from airflow.models.taskinstance import TaskInstance
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from airflow_approvals.domain.search import Cut, Filters, Viewer
from airflow_approvals.domain.status import OPEN, Status
from airflow_approvals.service import looking, reading, sweep
from benchmarks.crowd import Crowd, fill
from tests.builders import NOW, person
from tests.integration.service.desk import LATER, work_at

CLOSED, OPEN_COUNT, DUE = 300, 60, 10


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
