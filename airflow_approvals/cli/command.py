"""What every command shares: how it starts, and how it says no."""

from __future__ import annotations

import functools
import sys
from argparse import Namespace
from collections.abc import Callable
from enum import IntEnum
from typing import NoReturn

from airflow.utils.cli import action_cli
from airflow.utils.providers_configuration_loader import providers_configuration_loaded
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError

from airflow_approvals.config import Settings
from airflow_approvals.domain.characters import escaped
from airflow_approvals.domain.errors import ApprovalError, Invalid, NotFound, Unavailable
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.search import Viewer
from airflow_approvals.service import reading
from airflow_approvals.service.transaction import Work
from airflow_approvals.wire.words import words

Command = Callable[[Namespace], None]


class Exit(IntEnum):
    """How a command ends, for scripts; 0 when it has done what it was told."""

    REFUSED = 1
    WRONG_ARGUMENT = 2  # as argparse does
    NOT_FOUND = 3
    DATABASE = 4


def reads(command: Command) -> Command:
    """Run with the providers' options, and refuse in one line."""
    wrapped: Command = providers_configuration_loaded(_says_no_in_one_line(command))
    return wrapped


def writes(command: Command) -> Command:
    """Do the same for a command that changes something: it is also noted in Airflow's audit log."""
    wrapped: Command = action_cli(reads(command))
    return wrapped


def _says_no_in_one_line(command: Command) -> Command:
    @functools.wraps(command)
    def run(args: Namespace) -> None:
        try:
            command(args)
        except Invalid as error:
            leave(words(error), Exit.WRONG_ARGUMENT)
        except NotFound:
            leave(
                "There is no request with this id; `airflow approvals list` shows what there is.",
                Exit.NOT_FOUND,
            )
        except Unavailable as error:
            if args.verbose:
                raise
            cause = error.__cause__
            leave(_refused(cause) if isinstance(cause, DBAPIError) else words(error), Exit.DATABASE)
        except ApprovalError as error:
            leave(words(error), Exit.REFUSED)
        except UnicodeEncodeError:
            leave("An argument is not valid UTF-8.", Exit.WRONG_ARGUMENT)
        except (InterfaceError, OperationalError, ProgrammingError) as error:
            if args.verbose:
                raise
            leave(_refused(error), Exit.DATABASE)

    return run


def _refused(error: DBAPIError) -> str:
    return (
        f"The database refused ({str(error.orig).splitlines()[0]}). "
        "After installing or upgrading this package, run `airflow db migrate`."
    )


def leave(message: str, code: Exit) -> NoReturn:
    """Say why on the error output, what does not show written out, and end."""
    print(escaped(message), file=sys.stderr)
    sys.exit(code)


def load_work() -> Work:
    """Give what the use cases work with; ends the command when the configuration cannot be read."""
    try:
        return Work(settings=Settings.load())
    except ValueError as error:
        leave(str(error), Exit.REFUSED)


def operator(*, work: Work) -> Viewer:
    """Give the eyes of whoever runs this machine: they can read the database, so every Dag is theirs."""
    return Viewer(actor=SYSTEM, readable_dag_ids=frozenset(reading.teams_of_dags(work=work)))
