"""What a gate tells the server of how it waits, and of what its end takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from airflow.sdk import DAG, Asset, AssetAlias, Context, task
from airflow.sdk.exceptions import TaskDeferred

from airflow_approvals import ApprovalExtOperator
from airflow_approvals.airflow_core import ways
from airflow_approvals.config import Settings
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.waiting import AtEnd, Ends, Outlet, OutletKind, Way
from airflow_approvals.operators import parking
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.waiting import WaitsBody
from tests.builders import HOUR, NOW, opened, waiter
from tests.integration.waiting.ways import WAYS, parks

SETTINGS = Settings(settle_seconds=6)


@dataclass
class TaskInstance:
    """As much of one as is looked at."""

    map_index: int = -1


class OwnEnd(ApprovalExtOperator):
    """Has a last word."""

    def execute_complete(self, context: Context, event: Any) -> dict[str, Any]:
        """Have it."""
        return super().execute_complete(context, event)


class AlsoOwnEnd(OwnEnd):
    """Inherits it."""


class OwnPost(ApprovalExtOperator):
    """Does something afterwards."""

    def post_execute(self, context: Any, result: Any = None) -> None:
        """Do it."""


class OwnStart(ApprovalExtOperator):
    """Asks in a way of its own, and ends like any other."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Ask."""
        return super().execute(context)

    def pre_execute(self, context: Any) -> None:
        """Get ready."""


def gate(kind: type[ApprovalExtOperator] = ApprovalExtOperator, **arguments: Any) -> ApprovalExtOperator:
    """A gate with sensible arguments."""
    return kind(**{"task_id": "gate", "subject": "s", "approver_role": "manager", **arguments})


def said(gate: ApprovalExtOperator, map_index: int = -1) -> Any:
    """What it says of its end."""
    context: Any = {"ti": TaskInstance(map_index)}
    return parking.waits(gate, context, base=ApprovalExtOperator, way=Way.TRIGGER)


def nothing(_context: Any, _result: Any = None) -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    ("asked", "reasons"),
    [
        pytest.param(gate(), [], id="plain"),
        pytest.param(gate(OwnStart), [], id="its own start"),
        pytest.param(gate(on_failure_callback=nothing), [], id="failure callback"),
        pytest.param(gate(on_execute_callback=nothing), [], id="start callback"),
        pytest.param(gate(OwnEnd), ["execute_complete"], id="its own end"),
        pytest.param(gate(AlsoOwnEnd), ["execute_complete"], id="an inherited end"),
        pytest.param(gate(OwnPost), ["post_execute"], id="its own afterwards"),
        pytest.param(gate(post_execute=nothing), ["post_execute"], id="a hook for afterwards"),
        pytest.param(gate(on_success_callback=nothing), ["on_success_callback"], id="success callback"),
        pytest.param(gate(outlets=[Asset("one")]), [], id="outlets"),
        pytest.param(gate(OwnStart, outlets=[Asset("one")]), ["pre_execute"], id="its own word on outlets"),
        pytest.param(
            gate(pre_execute=nothing, outlets=[Asset("one")]),
            ["_pre_execute_hook"],
            id="a hook's word",
        ),
        pytest.param(
            gate(on_execute_callback=nothing, outlets=[Asset("one")]),
            ["on_execute_callback"],
            id="a callback's word on them",
        ),
        pytest.param(gate(on_skipped_callback=[nothing]), ["on_skipped_callback"], id="skipped callback"),
    ],
)
def test_a_worker_is_needed_for_code_that_only_it_can_run(
    asked: ApprovalExtOperator, reasons: list[str]
) -> None:
    """And for nothing else."""
    assert parking.for_a_worker(asked, base=ApprovalExtOperator) == reasons
    assert said(asked).ends is (Ends.WORKER if reasons else Ends.SERVER)


def test_a_worker_is_needed_for_a_store_that_only_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """An XCom backend of somebody's own; not if nothing is left there."""
    monkeypatch.setenv("AIRFLOW__CORE__XCOM_BACKEND", "my_company.xcom.Backend")
    assert parking.for_a_worker(gate(), base=ApprovalExtOperator) == ["[core] xcom_backend"]
    assert parking.for_a_worker(gate(do_xcom_push=False), base=ApprovalExtOperator) == []


def test_a_worker_is_needed_for_the_state_it_has_to_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Airflow is told to, and workers keep it elsewhere."""
    monkeypatch.setenv("AIRFLOW__WORKERS__STATE_STORE_BACKEND", "my_company.store.Backend")
    assert parking.for_a_worker(gate(), base=ApprovalExtOperator) == []
    monkeypatch.setenv("AIRFLOW__STATE_STORE__CLEAR_ON_SUCCESS", "True")
    assert parking.for_a_worker(gate(), base=ApprovalExtOperator) == ["[workers] state_store_backend"]


def test_what_belongs_to_the_end_is_told() -> None:
    """Whatever the server needs to know."""
    assets = [Asset("one", uri="s3://one"), Asset.ref(name="two"), Asset.ref(uri="s3://three")]
    asked = gate(
        multiple_outputs=True,
        outlets=[*assets, AssetAlias("four"), object()],
        on_failure_callback=nothing,
        email="ops@example.com",
    )
    assert said(asked).at_end == AtEnd(
        multiple_outputs=True,
        outlets=(
            Outlet(kind=OutletKind.ASSET, name="one", uri="s3://one/"),
            Outlet(kind=OutletKind.NAME, name="two"),
            Outlet(kind=OutletKind.URI, uri="s3://three"),
        ),
        failure_callback=True,
        failure_email=True,
    )


@pytest.mark.parametrize(
    ("outlets", "ends"),
    [
        ([Asset("n" * 1500, uri="x://a")], Ends.SERVER),
        ([Asset(f"asset {number}") for number in range(1001)], Ends.WORKER),
    ],
    ids=["long", "many"],
)
def test_more_than_can_be_said_is_left_to_a_worker(outlets: list[Asset], ends: Ends) -> None:
    """Airflow lets names of assets have 1500 characters; of how many there are it knows no limit."""
    body = WaitsBody.of(said(gate(outlets=outlets)))
    assert body.ends is ends


@pytest.mark.parametrize(("arguments", "told"), [({}, True), ({"email_on_failure": False}, False)])
def test_an_e_mail_is_told_only_if_it_is_wanted(arguments: dict[str, Any], told: bool) -> None:
    """By default, Airflow sends one to whoever is named."""
    assert said(gate(email="ops@example.com", **arguments)).at_end.failure_email == told
    assert not said(gate(**arguments)).at_end.failure_email


def test_what_is_mapped_over_a_gate_is_told() -> None:
    """Of a gate that is not mapped itself; and one that leaves nothing to map over is a worker's to fail."""
    with DAG("release", schedule=None):
        asked, silent = gate(), gate(task_id="silent", do_xcom_push=False)

        @task
        def use(part: Any) -> None:
            """Use it."""

        use.expand(part=asked.output)
        use.override(task_id="other").expand(part=silent.output)
    assert said(asked).at_end.mapped_over
    assert not said(asked, map_index=1).at_end.mapped_over
    assert said(silent).ends is Ends.WORKER


@pytest.mark.parametrize(
    ("wait_in", "deferrable", "way"),
    [
        ("auto", False, WAYS[0]),
        ("auto", True, Way.TRIGGER),
        ("trigger", False, Way.TRIGGER),
        ("trigger", True, Way.TRIGGER),
    ],
)
def test_the_way_is_chosen_by_configuration_and_author(wait_in: str, deferrable: bool, way: Way) -> None:
    """The author's word counts more."""
    assert parking.way(deferrable=deferrable, settings=Settings(wait_in=wait_in)) is way


def test_a_way_that_this_airflow_does_not_have_is_refused() -> None:
    """With what to set instead; where it has it, it is taken."""
    settings = Settings(wait_in="awaiting_input")
    if Way.AWAITING_INPUT in WAYS:
        assert parking.way(deferrable=False, settings=settings) is Way.AWAITING_INPUT
    else:
        with pytest.raises(Invalid, match=r"needs Airflow 3\.3; set it to auto or trigger"):
            parking.way(deferrable=False, settings=settings)


def shape(expires_at: datetime | None) -> ApprovalShape:
    """A request with this deadline."""
    approval = opened(waiter=waiter(), expires_at=expires_at)
    return ApprovalShape.of(approval)


@pytest.mark.parametrize(
    ("left", "timeout"),
    [(HOUR, HOUR), (timedelta(seconds=2), timedelta(seconds=6))],
)
def test_airflow_s_deadline_is_the_request_s_but_never_too_soon(left: timedelta, timeout: timedelta) -> None:
    """A task that comes back before the scheduler has taken in that it went is failed."""
    for way in WAYS:
        with parks(way) as parked:
            parking.park(gate(), str(uuid4()), shape(NOW + left), way=way, now=NOW)
        assert isinstance(parked.value, TaskDeferred) or parked.value.timeout == timeout


def test_server_and_worker_mean_the_same_methods() -> None:
    """They cannot import each other's word for it."""
    assert (ways.AWAITING_METHOD, ways.DEFERRED_METHOD) == (
        parking.AWAITING_METHOD,
        parking.TRIGGER_METHOD,
    )
    for method in (parking.AWAITING_METHOD, parking.TRIGGER_METHOD):
        assert callable(getattr(ApprovalExtOperator, method))
