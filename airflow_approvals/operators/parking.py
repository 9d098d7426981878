"""How a gate gives its worker back, and what it tells the server of how it wants to end.

The one place on a worker that knows in which way the installed Airflow lets a task wait.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NoReturn

from airflow.sdk import Asset, BaseOperator, Context
from airflow.sdk.configuration import conf
from airflow.sdk.definitions.asset import AssetNameRef, AssetUriRef

from airflow_approvals.config import Settings, current
from airflow_approvals.domain.errors import Invalid
from airflow_approvals.domain.waiting import AtEnd, Ends, Outlet, OutletKind, Waits, Way
from airflow_approvals.triggers.approval import ApprovalTrigger
from airflow_approvals.wire.approval import ApprovalShape

try:
    from airflow.sdk.exceptions import TaskAwaitingInput
except ImportError:  # Airflow 3.2
    TaskAwaitingInput = None

AWAITING_METHOD = "execute_woken"
TRIGGER_METHOD = "execute_complete"
_OWN_CODE = ("execute_woken", "execute_complete", "resume_execution", "post_execute")
_BEFORE = ("pre_execute",)
_PLAIN_XCOM = ("airflow.sdk.execution_time.xcom.BaseXCom", "airflow.models.xcom.BaseXCom")
_OWN_CALLBACKS = ("on_success_callback", "on_skipped_callback")


def way(*, deferrable: bool, settings: Settings) -> Way:
    """Tell in which way a gate waits.

    :param deferrable: its author wants a trigger, whatever the configuration says.
    :raises Invalid: the configuration wants what this Airflow does not have.
    """
    if deferrable or settings.wait_in == Way.TRIGGER.value:
        return Way.TRIGGER
    if TaskAwaitingInput is not None:
        return Way.AWAITING_INPUT
    if settings.wait_in == Way.AWAITING_INPUT.value:
        raise Invalid("[approvals] wait_in = awaiting_input needs Airflow 3.3; set it to auto or trigger.")
    return Way.TRIGGER


def waits(task: BaseOperator, context: Context, *, base: type[BaseOperator], way: Way) -> Waits:
    """Say how this task waits, and what has to happen when it ends.

    :param base: the class whose methods the server can do without.
    """
    ends = Ends.WORKER if for_a_worker(task, base=base) else Ends.SERVER
    at_end = AtEnd(
        returns=task.do_xcom_push,
        multiple_outputs=bool(task.multiple_outputs),
        dag_result=getattr(task, "returns_dag_result", False),
        mapped_over=context["ti"].map_index < 0 and _is_mapped_over(task),
        outlets=tuple(outlet for outlet in map(_outlet, task.outlets) if outlet is not None),
        failure_callback=bool(task.on_failure_callback),
        failure_email=bool(task.email and task.email_on_failure),
    )
    return Waits(way=way, ends=ends, at_end=at_end)


def for_a_worker(task: BaseOperator, *, base: type[BaseOperator]) -> list[str]:
    """Name what of the author's has to run at the end of the task, and only a worker can run."""
    found = [name for name in _OWN_CODE if getattr(type(task), name) is not getattr(base, name)]
    found += ["post_execute"] if getattr(task, "_post_execute_hook", None) is not None else []
    found += [name for name in _OWN_CALLBACKS if getattr(task, name, None)]
    if task.outlets:  # whose events what runs before the task may say more of
        found += [name for name in _BEFORE if getattr(type(task), name) is not getattr(base, name)]
        found += [name for name in ("_pre_execute_hook", "on_execute_callback") if getattr(task, name, None)]
    if task.do_xcom_push and conf.get("core", "xcom_backend") not in _PLAIN_XCOM:
        found.append("[core] xcom_backend")
    if not task.do_xcom_push and _is_mapped_over(task):  # which is a mistake that the worker tells of
        found.append("what is mapped over its output")
    if conf.get("workers", "state_store_backend", fallback="") and conf.getboolean(
        "state_store", "clear_on_success", fallback=False
    ):
        found.append("[workers] state_store_backend")
    return list(dict.fromkeys(found))


def park(task: BaseOperator, ti_id: str, approval: ApprovalShape, *, way: Way, now: datetime) -> NoReturn:
    """Give the worker back until there is news of the request; never returns.

    Airflow's own deadline is never before the task may run again: a task that comes back too soon is failed.
    """
    if way is Way.AWAITING_INPUT:
        settle = timedelta(seconds=current().settle_seconds)
        left = None if approval.expires_at is None else max(approval.expires_at - now, settle)
        known: dict[str, Any] = {"approval_id": str(approval.id), "level": approval.level}
        raise TaskAwaitingInput(method_name=AWAITING_METHOD, kwargs=known, timeout=left)
    task.defer(
        trigger=ApprovalTrigger(
            approval_id=str(approval.id),
            ti_id=ti_id,
            level=approval.level,
            wake_on_escalation=bool(task.notifiers),
        ),
        method_name=TRIGGER_METHOD,
    )
    raise AssertionError("defer() returned")  # it never does


def _is_mapped_over(task: BaseOperator) -> bool:
    return task.has_dag() and next(iter(task.iter_mapped_dependants()), None) is not None


def _outlet(outlet: object) -> Outlet | None:
    """Give what the server needs to know of an outlet; None for what Airflow has no events of."""
    match outlet:
        case Asset():
            return Outlet(kind=OutletKind.ASSET, name=outlet.name, uri=outlet.uri)
        case AssetNameRef():
            return Outlet(kind=OutletKind.NAME, name=outlet.name)
        case AssetUriRef():
            return Outlet(kind=OutletKind.URI, uri=outlet.uri)
    return None  # an alias has events only where code of the author's says of which assets
