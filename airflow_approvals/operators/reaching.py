"""Through what a gate reaches the approvals API: HTTP, and in tests of Dags perhaps something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol
from uuid import UUID

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from airflow_approvals.client import ApiUnavailable, ApprovalsClient, UnexpectedAnswer
from airflow_approvals.config import current
from airflow_approvals.dag_test import in_dag_test
from airflow_approvals.wire.approval import ApprovalShape
from airflow_approvals.wire.bodies import OpenBody
from airflow_approvals.wire.watching import AdvancedShape

DAG_TEST_RETRY_SECONDS = 3.0


class Api(Protocol):
    """What a gate asks for; :class:`ApprovalsClient` says what each of it does."""

    def open(self, body: OpenBody) -> ApprovalShape: ...

    def get(self, approval_id: UUID) -> ApprovalShape: ...

    def cancel(self, approval_id: UUID, reason: str) -> ApprovalShape: ...

    def advance(self, approval_id: UUID, *, takes: bool = False) -> AdvancedShape: ...


MakeApi = Callable[[BaseOperator, Context], Api]

_instead: list[MakeApi] = []
"""What stands in for the API in this process, innermost last; empty but in tests."""


@contextmanager
def instead(make: MakeApi) -> Iterator[None]:
    """Have the gates that this process runs reach something else than the API, while the context lasts."""
    _instead.append(make)
    try:
        yield
    finally:
        _instead.pop()


def api_of(task: BaseOperator, context: Context) -> Api:
    """Give what a running gate asks."""
    if _instead:
        return _instead[-1](task, context)
    ti_id = UUID(str(context["ti"].id))
    return _DagTestClient(ti_id, task.task_id) if in_dag_test() else ApprovalsClient(ti_id)


class _DagTestClient(ApprovalsClient):
    """What a task does in ``dag.test()``, beside which there often is no API server at all."""

    def __init__(self, ti_id: UUID, task_id: str) -> None:
        super().__init__(ti_id, retry_seconds=DAG_TEST_RETRY_SECONDS)
        self._task_id = task_id

    def open(self, body: OpenBody) -> ApprovalShape:
        """Open this task's request.

        :raises AirflowFailException: there is no approvals API; says what to do in a test.
        """
        try:
            return super().open(body)
        except (ApiUnavailable, UnexpectedAnswer):
            raise AirflowFailException(
                f"There is no approvals API at {current().api_url}. Start an API server, or answer the "
                f'gate in the test: airflow_approvals.testing.answering({{"{self._task_id}": "approve"}}). '
                "See docs/testing-dags.md."
            ) from None
