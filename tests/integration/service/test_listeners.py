"""Airflow's own listeners hear of a task that an answer ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from airflow.listeners import hookimpl
from airflow.listeners.listener import get_listener_manager

from airflow_approvals.domain.approval import Verdict
from tests.builders import MANAGER
from tests.integration.service.desk import Desk
from tests.integration.service.test_ending import ON_THE_SERVER


class Listener:
    """Keeps what it is told of tasks."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any, Any]] = []
        self.fails = False

    @hookimpl
    def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:
        """Keep it."""
        self.heard.append((task_instance.state, previous_state, task_instance.dag_run.run_id))
        if self.fails:
            raise RuntimeError("this listener is broken")

    @hookimpl
    def on_task_instance_failed(self, previous_state: Any, task_instance: Any, error: Any) -> None:
        """Keep it."""
        self.heard.append((task_instance.state, previous_state, error))


@pytest.fixture
def listener() -> Iterator[Listener]:
    """One that Airflow knows, for the time of a test."""
    listening = Listener()
    get_listener_manager().add_listener(listening)
    yield listening
    get_listener_manager().pm.unregister(listening)


def test_listeners_hear_of_it_as_of_a_mark_by_hand(desk: Desk, listener: Listener) -> None:
    """Once it is committed; one that is broken changes nothing."""
    listener.fails = True
    gate = desk.gate(state="awaiting_input", waits=ON_THE_SERVER)
    desk.decide(gate)
    denied = desk.gate(state="awaiting_input", waits=ON_THE_SERVER, map_index=1)
    desk.decide(denied, Verdict.DENY)
    assert listener.heard == [
        ("success", None, gate.origin.run_id),
        ("failed", None, f"{gate.content.subject}: denied by {MANAGER.name}: no comment"),
    ]
    assert desk.task_of(gate).state == "success"
