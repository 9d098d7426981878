"""What each request works with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from airflow_approvals.service.again import again
from airflow_approvals.service.transaction import Work


def _work() -> Work:
    return again.working(Work())


WorkDep = Annotated[Work, Depends(_work)]
