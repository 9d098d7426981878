"""The trial setup: SimpleAuthManager, which knows no role called manager."""

from __future__ import annotations

import pytest

from dev.stack import Account
from tests.e2e.conftest import make_stack
from tests.e2e.runs import Run

pytestmark = pytest.mark.e2e


def test_an_administrator_approves_for_a_role_that_simple_auth_does_not_know(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """So that a trial works at once; others who may see the request still may not decide it."""
    with make_stack(tmp_path_factory.mktemp("simple"), auth="simple") as stack:
        stack.migrate()
        stack.create_accounts(users=[Account("admin", "admin", ("admin",)), Account("op", "op", ("op",))])
        stack.start()
        stack.wait_healthy()
        stack.wait_dag("gate")
        run = Run.start(stack, "gate", user="admin")
        request = run.wait_request("pending")
        assert request["requested_by"] == "admin"
        run.wait_parked()
        assert run.post("op", request, "approve").status_code == 403
        answer = run.decide("admin", request, "approve")

        assert answer["resumed_at"] is not None
        assert run.wait_end() == "success"
        assert run.xcom()["decided_by"] == "admin"
        assert run.types(request) == ["opened", "voted", "approved", "ended"]
