"""The demo behind `make demo`, and the same without a person behind `make demo-check`."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from dev.deployment import is_free
from dev.stack import Account, AirflowStack, HomeInUseError, StackError

REPOSITORY = Path(__file__).parent.parent
DAG_ID = "example_approval_ext"
ESCALATING_DAG_ID = "example_escalation"
FOLLOWED = (DAG_ID, ESCALATING_DAG_ID)
APPROVALS = "/approvals/v1/approvals"
APPROVER_ROLES = ("manager", "director")
ACCOUNTS = (
    Account("admin", "admin", ("Admin",)),
    Account("manager", "manager", ("manager",)),
    Account("director", "director", ("director",)),
)
# People leave a demo open for longer than the day for which Airflow's tokens hold.
DEMO_SETTINGS = {"AIRFLOW__API_AUTH__JWT_EXPIRATION_TIME": str(30 * 24 * 3600)}
STEP_SECONDS = 180.0
FOLLOW_SECONDS = 2.0


def say(message: str) -> None:
    """Print one line at once, with the time of day."""
    print(f"{time.strftime('%H:%M:%S')}  {message}", flush=True)


def bring_up(stack: AirflowStack) -> None:
    """Make the database and the accounts where they are missing, start everything, wait until it works."""
    stack.claim_home()
    stack.migrate()
    if any(account.name not in stack.accounts for account in ACCOUNTS):
        say(f"creating the roles {' and '.join(APPROVER_ROLES)}")
        stack.airflow("approvals", "roles", "create", *APPROVER_ROLES)
        stack.create_accounts(users=ACCOUNTS)
    stack.start()
    stack.wait_healthy()
    (stack.home / "port").write_text(str(stack.port))  # for `make demo-shell`
    for dag_id in FOLLOWED:
        say(f"waiting for the Dag {dag_id}")
        stack.wait_dag(dag_id)


def start_run(stack: AirflowStack, dag_id: str = DAG_ID) -> tuple[str, dict[str, Any]]:
    """Start an example Dag and wait for its gate; returns the run id and the open request."""
    run_id = stack.trigger_dag(dag_id)
    say(f"started {dag_id}, {run_id}; waiting for its gate to open")
    query = {"dag_id": dag_id, "run_id": run_id, "status": ["pending", "escalated"]}

    def open_gates() -> list[dict[str, Any]]:
        if stack.dag_run_state(dag_id, run_id) == "failed":
            raise stack.failure("the run failed before its gate opened")
        return list(_read(stack.client("manager"), APPROVALS, query)["approvals"])

    return run_id, stack.wait_for(open_gates, STEP_SECONDS, "the gate to open")[0]


def check(stack: AirflowStack) -> None:
    """Take the example Dag through its gate over REST and make sure that the run succeeds."""
    run_id, gate = start_run(stack)
    address = f"{APPROVALS}/{gate['id']}"
    say(f"the gate is open: {gate['subject']}; approving it as the manager")
    manager = stack.client("manager")
    manager.post(f"{address}/approve", json={"comment": "checked by make demo-check"}).raise_for_status()
    finished = stack.wait_for(
        lambda: (state := stack.dag_run_state(DAG_ID, run_id)) in ("success", "failed") and state,
        STEP_SECONDS,
        "the run to finish",
    )
    decided = _read(manager, address)
    if (finished, decided["status"], decided["actor_name"]) != ("success", "approved", "manager"):
        raise stack.failure(
            f"the run ended as {finished}, the request as {decided['status']} by {decided['actor_name']}"
        )
    say("approved by the manager, and the run succeeded")


def demonstrate(stack: AirflowStack) -> None:
    """Start a run, tell the person what to do, and report what happens until interrupted."""
    seen = _snapshot(stack)
    print(_guide(stack.base_url), flush=True)
    _, gate = start_run(stack)
    start_run(stack, ESCALATING_DAG_ID)
    print(_how_to_approve(stack.base_url, gate["id"]), flush=True)
    while True:
        with contextlib.suppress(httpx.TransportError):  # the next look tells
            now = _snapshot(stack)
            for what, state in now.items():
                if seen.get(what) != state:
                    say(f"{what}: {state}")
            seen = now
        stack.check_running()
        time.sleep(FOLLOW_SECONDS)


def _snapshot(stack: AirflowStack) -> dict[str, str]:
    """What a person would like to hear about, oldest first: requests and runs, with states."""
    newest_gates = {"dag_id": FOLLOWED, "order_by": "-created_at", "limit": 50}
    newest_runs = {"order_by": "-run_after", "limit": 50}
    gates = _read(stack.client("manager"), APPROVALS, newest_gates)["approvals"]
    told: dict[str, str] = {}
    for dag_id in FOLLOWED:
        runs = _read(stack.admin, f"/api/v2/dags/{dag_id}/dagRuns", newest_runs)["dag_runs"]
        told |= {f"{dag_id}, run {run['dag_run_id']}": str(run["state"]) for run in reversed(runs)}
    for gate in reversed(gates):
        who = f" by {gate['actor_name']}" if gate["actor_name"] else ""
        told[f"{gate['dag_id']}, {gate['task_id']} of {gate['run_id']}"] = f"{gate['status']}{who}"
    return told


def _read(client: httpx.Client, path: str, query: dict[str, Any] | None = None) -> dict[str, Any]:
    response = client.get(path, params=query)
    response.raise_for_status()
    return dict(response.json())


def _guide(base_url: str) -> str:
    users = "\n".join(f"    {account.name:<10}password {account.password}" for account in ACCOUNTS)
    return f"""
Airflow runs at {base_url}

  Sign in as one of
{users}

  Approvals        {base_url}/plugin/approvals
  The run          {base_url}/dags/{DAG_ID}      (admin)
  The REST API     {base_url}/approvals/docs
"""


def _how_to_approve(base_url: str, gate_id: str) -> str:
    return f"""
The gate is open and waits for a manager. A second one, of {ESCALATING_DAG_ID}, asks the director as well
after a minute; if nobody answers for another minute, it expires, and its run fails.

  In the browser, as manager: {base_url}/plugin/approvals?id={gate_id}

  On the command line, in another terminal:

make demo-shell
airflow approvals list
airflow approvals approve {gate_id[-8:]} --as manager --comment 'looks good'

  Over REST:

TOKEN=$(curl -sS {base_url}/auth/token -H 'Content-Type: application/json' \\
  -d '{{"username": "manager", "password": "manager"}}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl {base_url}{APPROVALS}/{gate_id}/approve \\
  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{{"comment": "looks good"}}'

Ctrl-C stops everything.
"""


@contextlib.contextmanager
def _temporary_home() -> Iterator[Path]:
    """A new home, which is kept only when something went wrong in it."""
    folder = Path(tempfile.mkdtemp(prefix="approvals-demo-"))
    yield folder
    shutil.rmtree(folder)


def run(home: Path, port: int | None, what: Callable[[AirflowStack], None]) -> None:
    """Bring Airflow up in the home, do the thing, and stop all of it."""
    with AirflowStack(
        home, dags_folder=REPOSITORY / "dags", port=port, extra_env=DEMO_SETTINGS, progress=say
    ) as stack:
        try:
            bring_up(stack)
            what(stack)
        except httpx.HTTPStatusError as error:
            raise stack.failure(f"{error}: {error.response.text}") from error
        except httpx.HTTPError as error:
            raise stack.failure(repr(error)) from error


def main() -> int:
    """Run the demo, or with --check take it through by itself; the exit code says how it went."""
    parser = argparse.ArgumentParser(prog="python -m dev.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="the demo's port; --check takes a free one")
    parser.add_argument("--check", action="store_true", help="approve without a person, then stop")
    options = parser.parse_args()
    for stop_signal in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop_signal, signal.default_int_handler)
    if not options.check and not is_free(options.port):
        say(f"port {options.port} is taken, perhaps by a demo that still runs; or try: make demo PORT=8081")
        return 1
    try:
        if options.check:
            with _temporary_home() as home:
                run(home, None, check)
        else:
            run(REPOSITORY / ".demo", options.port, demonstrate)
    except KeyboardInterrupt:
        say("stopped")
        return 1 if options.check else 0
    except StackError as error:
        say(f"FAILED: {error}")
        if not options.check and not isinstance(error, HomeInUseError):
            say("to begin anew, with nothing kept: rm -r .demo, then make demo")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
