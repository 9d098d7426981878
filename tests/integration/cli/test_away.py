"""What a command says when the database is away."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from airflow_approvals.cli.command import Exit, reads
from airflow_approvals.config import Settings
from airflow_approvals.domain.errors import Unavailable
from airflow_approvals.service.transaction import Work, writing
from dev.deployment import free_port

REFUSED = "The database refused ("


def read(work: Work) -> None:
    """Read, as the use cases do."""
    with work.sessions() as session:
        session.execute(text("SELECT 1"))


def write(work: Work) -> None:
    """Write, as the use cases do."""
    writing(lambda *, session: session.execute(text("SELECT 1")), work=work)


@pytest.mark.parametrize("use", [read, write])
def test_a_command_without_a_database_says_so_in_one_line(
    use: Callable[[Work], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether it reads or writes; `--verbose` shows where."""
    engine = create_engine(f"postgresql+psycopg2://nobody@127.0.0.1:{free_port()}/nothing")
    work = Work(settings=Settings(), sessions=lambda: Session(engine))

    def command(_: Namespace) -> None:
        use(work)

    with pytest.raises(SystemExit) as ended:
        reads(command)(Namespace(verbose=False))
    said = capsys.readouterr().err
    assert ended.value.code == Exit.DATABASE
    assert said.startswith(REFUSED)
    assert said.count("\n") == 1
    with pytest.raises((OperationalError, Unavailable)):
        reads(command)(Namespace(verbose=True))
