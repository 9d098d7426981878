"""Whether this API can do its work: the database answers, and has the tables that this version needs."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from airflow_approvals.domain.errors import Unavailable
from airflow_approvals.service.transaction import Work
from airflow_approvals.store import versions

log = logging.getLogger(__name__)

NO_DATABASE = "The database does not answer; the API server's log says why."
NO_TABLES = "The database has no tables of this package: run `airflow db migrate`."


def problems(*, work: Work) -> list[str]:
    """Say what keeps the API from working; nothing: it is well."""
    try:
        with work.sessions() as session:
            found = versions.found(session=session)
    except (SQLAlchemyError, Unavailable) as error:
        log.warning("Not healthy: %s", error)
        return [NO_DATABASE]
    if found is None:
        return [NO_TABLES]
    if found != versions.NEEDED:
        return [
            f"The tables are at {found}, and this version of the package needs {versions.NEEDED}: run "
            "`airflow db migrate` of the version that is to run, and restart all API servers."
        ]
    return []
