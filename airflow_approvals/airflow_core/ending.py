"""Ends a waiting task as a worker would, in the caller's transaction, without one.

``docs/how-it-works.md`` lists what a worker does at the end of a task, and what of it is done here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from airflow.configuration import conf
from airflow.listeners.listener import get_listener_manager
from airflow.models.dagbag import DBDagBag
from airflow.models.log import Log
from airflow.models.taskinstance import TaskInstance, _stop_remaining_tasks
from airflow.models.taskmap import TaskMap
from airflow.models.xcom import XComModel
from airflow.utils.state import TaskInstanceState
from sqlalchemy.orm import Session

from airflow_approvals.airflow_core.facts import LockedTask

log = logging.getLogger(__name__)

Call = Callable[[], Any]


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """Something the task brings up to date, as Airflow's own profile of it.

    :param type: one of Airflow's classes: ``Asset``, ``AssetNameRef``, ``AssetUriRef``.
    """

    type: str
    name: str | None
    uri: str | None


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a task ends.

    :param state: ``success``, ``failed`` or ``skipped``.
    :param message: why, in one line, for those who are told of a failure.
    :param values: its XComs by key, as JSON.
    :param dag_result: its ``return_value`` is the result of the Dag run.
    :param mapped_length: how long its ``return_value`` is, where something is mapped over it.
    :param outlets: brought up to date, if it succeeds.
    :param callback: its author has code to run when it fails.
    :param email: somebody gets an e-mail when it fails.
    """

    state: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    dag_result: bool = False
    mapped_length: int | None = None
    outlets: Sequence[Outlet] = ()
    callback: bool = False
    email: bool = False


def end(locked: LockedTask, ending: Ending, *, session: Session) -> list[Call]:
    """Give a waiting task its final state, and do what belongs to it.

    :returns: what is to be called once this is committed: listeners, which may take their time.
    """
    row = locked.row
    state = TaskInstanceState(ending.state)
    row.trigger_id = None
    row.trigger_timeout = None
    row.clear_next_method_args()
    row.set_state(state, session=session)
    session.add(Log(event=state.value, task_instance=row))
    calls: list[Call] = []
    if state is TaskInstanceState.SUCCESS:
        _leave_values(row, ending, session=session)
        calls += TaskInstance.register_asset_changes_in_db(row, ending.outlets, [], session=session) or ()
        _clear_state_store(row, session=session)
    elif state is TaskInstanceState.FAILED:
        _stop_the_rest(row, session=session)
        _tell_the_dag_processor(row, ending, session=session)
    calls += _listeners(row, ending)
    return calls


def _leave_values(row: TaskInstance, ending: Ending, *, session: Session) -> None:
    place: dict[str, Any] = {
        "dag_id": row.dag_id,
        "run_id": row.run_id,
        "task_id": row.task_id,
        "map_index": row.map_index,
    }
    if ending.mapped_length is not None:
        session.merge(TaskMap(**place, length=ending.mapped_length, keys=None))
    more = {"dag_result": True} if ending.dag_result else {}  # Airflow 3.2 knows no such thing
    for key, value in ending.values.items():
        XComModel.set(key, value, **place, serialize=False, session=session, **more)


def _clear_state_store(row: TaskInstance, *, session: Session) -> None:
    """Forget what the task kept between tries, where Airflow is told to; Airflow 3.2 has no such store."""
    if not conf.getboolean("state_store", "clear_on_success", fallback=False):
        return
    from airflow.state import TaskScope, get_state_backend

    scope = TaskScope(dag_id=row.dag_id, run_id=row.run_id, task_id=row.task_id, map_index=row.map_index)
    get_state_backend().clear(scope, session=session)


def _stop_the_rest(row: TaskInstance, *, session: Session) -> None:
    """End the other tasks of the run, where the Dag says ``fail_fast``."""
    if row.dag_model is None or not row.dag_model.fail_fast:
        return
    dag = DBDagBag().get_dag_for_run(row.dag_run, session=session)
    if dag is not None:
        teardowns = {task_id: task.is_teardown for task_id, task in dag.task_dict.items()}
        _stop_remaining_tasks(task_instance=row, task_teardown_map=teardowns, session=session)


def _tell_the_dag_processor(row: TaskInstance, ending: Ending, *, session: Session) -> None:
    """Have the Dag processor, which knows the author's code, call back and send the e-mail."""
    if not ending.callback and not ending.email:
        return
    from airflow.api_fastapi.execution_api.datamodels.taskinstance import DagRun, TIRunContext
    from airflow.callbacks.callback_requests import EmailRequest, TaskCallbackRequest
    from airflow.callbacks.database_callback_sink import DatabaseCallbackSink

    if row.dag_version_id is None or row.dag_model.relative_fileloc is None:
        log.error("%s failed; whom it should tell is not known any more, since its Dag is not", row)
        return
    told = {
        "filepath": row.dag_model.relative_fileloc,
        "bundle_name": row.dag_version.bundle_name,
        "bundle_version": row.dag_run.bundle_version,
        "ti": row,
        "msg": ending.message,
        "context_from_server": TIRunContext(
            dag_run=DagRun.model_validate(row.dag_run, from_attributes=True),
            max_tries=row.max_tries,
            variables=[],
            connections=[],
            xcom_keys_to_clear=[],
        ),
    }
    if ending.callback:
        failed = TaskInstanceState.FAILED
        DatabaseCallbackSink().send(TaskCallbackRequest(**told, task_callback_type=failed), session=session)
    if ending.email:
        DatabaseCallbackSink().send(EmailRequest(**told, email_type="failure"), session=session)


def _listeners(row: TaskInstance, ending: Ending) -> list[Call]:
    """Give the calls of Airflow's task listeners, as for a task that is marked by hand."""
    manager = get_listener_manager()
    if not manager.has_listeners:
        return []
    _ = row.dag_run, row.dag_model  # what listeners look at cannot be read once the session is over
    hooks = {
        "success": manager.hook.on_task_instance_success,
        "failed": partial(manager.hook.on_task_instance_failed, error=ending.message),
        "skipped": manager.hook.on_task_instance_skipped,
    }
    return [partial(hooks[ending.state], previous_state=None, task_instance=row)]
