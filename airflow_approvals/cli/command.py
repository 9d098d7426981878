"""What every command shares: how it starts, and how it says no."""

from __future__ import annotations

import functools
import sys
from argparse import Namespace
from collections.abc import Callable

from airflow.utils.cli import action_cli
from airflow.utils.providers_configuration_loader import providers_configuration_loaded
from sqlalchemy.exc import OperationalError, ProgrammingError

from airflow_approvals.config import Settings
from airflow_approvals.domain.errors import ApprovalError, Invalid, NotFound
from airflow_approvals.domain.people import SYSTEM
from airflow_approvals.domain.search import Viewer
from airflow_approvals.service import reading
from airflow_approvals.service.transaction import Work
from airflow_approvals.wire.words import words

Command = Callable[[Namespace], None]


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
        except NotFound:
            sys.exit("There is no request with this id; `airflow approvals list` shows what there is.")
        except ApprovalError as error:
            sys.exit(words(error))
        except UnicodeEncodeError:
            sys.exit("An argument is not valid UTF-8.")
        except (OperationalError, ProgrammingError) as error:
            if args.verbose:
                raise
            sys.exit(
                f"The database refused ({str(error.orig).splitlines()[0]}). "
                "After installing or upgrading this package, run `airflow db migrate`."
            )

    return run


def load_work() -> Work:
    """Give what the use cases work with.

    :raises Invalid: an option of the configuration cannot be read.
    """
    try:
        return Work(settings=Settings.load())
    except ValueError as error:
        raise Invalid(str(error)) from None


def operator(*, work: Work) -> Viewer:
    """Give the eyes of whoever runs this machine: they can read the database, so every Dag is theirs."""
    return Viewer(actor=SYSTEM, readable_dag_ids=frozenset(reading.teams_of_dags(work=work)))
