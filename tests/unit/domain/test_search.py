"""What a list of requests is asked for."""

from __future__ import annotations

from dataclasses import fields

from airflow_approvals.domain.search import Filters, Order, Viewer
from airflow_approvals.wire.approval import ApprovalShape
from tests.builders import STRANGER


def test_every_order_has_its_reverse_and_a_field() -> None:
    """Each time of a request sorts upwards and, with a minus, downwards, under the name it is shown by."""
    upwards = {order.value for order in Order if not order.value.startswith("-")}
    assert {order.value for order in Order} == upwards | {f"-{name}" for name in upwards}
    assert upwards <= set(ApprovalShape.model_fields)


def test_filters_ask_for_nothing_unless_told() -> None:
    """No condition is on by accident."""
    assert all(not getattr(Filters(), field.name) for field in fields(Filters))


def test_a_viewer_is_compared_by_content() -> None:
    """Two looks through the same eyes are the same."""
    assert Viewer(actor=STRANGER, readable_dag_ids=frozenset({"release"})) == Viewer(
        actor=STRANGER, readable_dag_ids=frozenset({"release"})
    )
