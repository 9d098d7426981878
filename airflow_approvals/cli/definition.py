"""The shape of ``airflow approvals``. Loaded by every ``airflow`` call, so the work is imported on use."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable

from airflow.cli.cli_config import (
    ARG_OUTPUT,
    ARG_VERBOSE,
    ActionCommand,
    Arg,
    CLICommand,
    GroupCommand,
    lazy_load_command,
)
from airflow.utils.cli import suppress_logs_and_warning

from airflow_approvals.domain.search import Order
from airflow_approvals.domain.status import Status

MAX_LIMIT = 10_000
MAX_DAYS = 3650


def _between(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)

    return number


def _fingerprint(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{16,64}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not 16 to 64 hexadecimal digits")
    return text


ARG_ID = Arg(
    ("approval_id",),
    help="Id of the request, or any part from its beginning or end that no other id has",
    metavar="ID",
)
ARG_AS = Arg(
    ("--as",),
    help="User name of the approver who answers; must be allowed to",
    dest="user",
    metavar="USER",
    required=True,
)
ARG_COMMENT = Arg(("--comment",), help="Said along with the answer and kept in the record")
ARG_FINGERPRINT = Arg(
    ("--fingerprint",),
    help="That of the content you have read, as `airflow approvals show` prints it, or at least its first 16 "
    "digits: refused if the request has another one by now",
    type=_fingerprint,
)
ARG_STATUS = Arg(
    ("--status",),
    help="Only requests in this status; may be repeated",
    action="append",
    choices=[status.value for status in Status],
)
ARG_DAG_ID = Arg(("--dag-id",), help="Only requests of this Dag; may be repeated", action="append")
ARG_RUN_ID = Arg(("--run-id",), help="Only requests of this Dag run; may be repeated", action="append")
ARG_ROLE = Arg(("--role",), help="Only requests that ask this role; may be repeated", action="append")
ARG_OVERDUE = Arg(("--overdue",), help="Only open requests whose deadline has passed", action="store_true")
ARG_SEARCH = Arg(("--search",), help="Only requests with this text in the subject, Dag, run or task id")
ARG_LIMIT = Arg(
    ("--limit",), help="How many to show at most (default: 50)", type=_between(1, MAX_LIMIT), default=50
)
ARG_ORDER_BY = Arg(
    ("--order-by",),
    help="Sort by this time; a leading minus sorts downwards (default: --order-by=-created_at)",
    choices=[order.value for order in Order],
    default=Order.CREATED_AT_DESC.value,
)
ARG_DAYS = Arg(
    ("--days",),
    help="Count the requests opened in this many days (default: 30)",
    type=_between(1, MAX_DAYS),
    default=30,
)
ARG_ROLES = Arg(("role",), help="Names of the roles", nargs="+", metavar="NAME")


def _action(name: str, help_: str, *args: Arg, func: str, epilog: str | None = None) -> ActionCommand:
    """Define one command. What importing the work logs would spoil JSON, so quiet begins before that."""
    return ActionCommand(
        name=name,
        help=help_,
        func=suppress_logs_and_warning(lazy_load_command(f"airflow_approvals.cli.{func}")),
        args=(*args, ARG_OUTPUT, ARG_VERBOSE),
        epilog=epilog,
    )


def get_commands() -> list[CLICommand]:
    """Give Airflow the group of commands ``airflow approvals``."""
    roles = GroupCommand(
        name="roles",
        help="Manage roles of approvers",
        subcommands=(
            _action(
                "create",
                "Create roles that may open the Approvals page and answer (FAB auth manager)",
                ARG_ROLES,
                func="role_commands.create",
                epilog=(
                    "A role that exists gains what it lacks and loses nothing.\n\n"
                    "examples:\n"
                    "    $ airflow approvals roles create manager director\n"
                    "    $ airflow users add-role --username ana --role manager"
                ),
            ),
        ),
    )
    return [
        GroupCommand(
            name="approvals",
            help="Manage requests for approval",
            subcommands=(
                _action(
                    "list",
                    "List requests",
                    ARG_STATUS,
                    ARG_DAG_ID,
                    ARG_RUN_ID,
                    ARG_ROLE,
                    ARG_OVERDUE,
                    ARG_SEARCH,
                    ARG_LIMIT,
                    ARG_ORDER_BY,
                    func="request_commands.list_requests",
                ),
                _action(
                    "show",
                    "Show one request with its votes and its record",
                    ARG_ID,
                    func="request_commands.show",
                ),
                _action(
                    "approve",
                    "Approve a request on behalf of an approver",
                    ARG_ID,
                    ARG_AS,
                    ARG_COMMENT,
                    ARG_FINGERPRINT,
                    func="request_commands.approve",
                ),
                _action(
                    "deny",
                    "Deny a request on behalf of an approver",
                    ARG_ID,
                    ARG_AS,
                    ARG_COMMENT,
                    ARG_FINGERPRINT,
                    func="request_commands.deny",
                ),
                _action(
                    "escalate",
                    "Apply passed deadlines and catch up with tasks that are gone or still wait",
                    func="operation_commands.escalate",
                ),
                _action(
                    "cleanup",
                    "Remove requests closed longer ago than the option retention_days says",
                    func="operation_commands.cleanup",
                ),
                _action(
                    "metrics",
                    "Show how many requests there were and how fast they were answered",
                    ARG_DAYS,
                    func="operation_commands.metrics",
                ),
                roles,
            ),
        )
    ]
