"""Twenty-four gates of all kinds that wait at the same time, the people who answer, and what must be true."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from dev.cluster import Cluster
from tests.e2e.runs import APPROVALS, PARKED, Run

Key = tuple[str, int]  # run id and map index
Part = Literal["before", "meanwhile", "afterwards", "last", "never"]

LIMIT_SECONDS = 420.0
PEOPLE = 6
FINAL = ("success", "failed", "skipped", "upstream_failed", "removed")
STATE_OF = {"approved": "success", "denied": "failed", "expired": "failed"}
STATUS_OF = {"approve": "approved", "deny": "denied"}
CLOSING = ("approved", "denied", "expired", "cancelled")
# How many runs of each Dag, those with deadlines last, and of how many gates.
RUNS = {"crowd_plain": 4, "crowd_mapped": 1, "crowd_trigger": 4, "crowd_callback": 8, "crowd_escalating": 4}
MAPPED = 4
# Once they wait, nothing of these needs a worker, nor another try.
ENDED_BY_THE_SERVER = ("crowd_plain", "crowd_mapped", "crowd_trigger")
# When they are answered, in turn.
PARTS: tuple[Part, ...] = ("before", "meanwhile", "afterwards")


@dataclass(frozen=True)
class Gate:
    """One of the gates, and what will be said to it.

    :param part: when it is answered; ``last``: after all others have ended; ``never``: left to its deadline.
    """

    run: Run
    map_index: int
    user: str
    verdict: str
    part: Part

    @property
    def key(self) -> Key:
        """What tells it from the others."""
        return self.run.run_id, self.map_index

    def __str__(self) -> str:
        return f"{self.run.dag_id} {self.run.run_id}[{self.map_index}]"


@dataclass
class Crowd:
    """Gates that wait."""

    cluster: Cluster
    gates: list[Gate] = field(default_factory=list)
    tries: dict[Key, int] = field(default_factory=dict)  # with which they began to wait
    _over: threading.Event = field(default_factory=threading.Event)  # nobody answers any more

    @classmethod
    def waiting(cls, cluster: Cluster) -> Crowd:
        """Start the runs, and wait until all gates have parked, or where that is slow, have ended."""
        for user in ("manager", "director", "author"):
            cluster.client(user)  # signed in before anything happens
        crowd = cls(cluster)
        for dag_id, runs in RUNS.items():
            for number in range(runs):
                run = Run.start(cluster, dag_id)
                indexes = range(MAPPED) if dag_id == "crowd_mapped" else (-1,)
                crowd.gates += [_planned(run, index, number + max(0, index)) for index in indexes]
        wanted = (*PARKED, *FINAL)
        crowd.wait(lambda: _all(crowd.states(), wanted, crowd.gates), "all gates to be parked")
        crowd.tries = {key: task["try_number"] for key, task in crowd.tasks()}
        return crowd

    def of(self, *parts: Part) -> list[Gate]:
        """The gates that are answered then."""
        return [gate for gate in self.gates if gate.part in parts]

    # People

    def answer(self, *parts: Part) -> None:
        """Answer those gates, several people at once, each as often as it takes until it is in the record."""
        with ThreadPoolExecutor(PEOPLE) as people:
            list(people.map(self._answer, self.of(*parts)))

    @contextmanager
    def answering(self, *parts: Part) -> Iterator[None]:
        """Have those gates answered in the meantime; nobody goes on with it when that goes wrong."""
        with ThreadPoolExecutor(1) as people:
            answered = people.submit(self.answer, *parts)
            try:
                yield
                answered.result()
            except BaseException:
                self._over.set()
                raise

    def _answer(self, gate: Gate) -> None:
        give_up = time.monotonic() + LIMIT_SECONDS
        while time.monotonic() < give_up:
            requests = gate.run.requests()
            mine = [request for request in requests if request["map_index"] == gate.map_index]
            if any(request["status"] in STATE_OF for request in mine):
                return
            for request in (each for each in mine if each["status"] not in CLOSING):
                try:
                    answered = gate.run.post(gate.user, request, gate.verdict).is_success
                except httpx.TransportError:  # a server that has gone, maybe after it had heard
                    answered = False
                if answered:
                    return
            if self._over.wait(0.5):
                return
        raise AssertionError(f"{gate} could not be answered:\n{gate.run.story()}")

    # What is there

    def states(self) -> dict[Key, str | None]:
        """The state of each gate's task."""
        return {key: task["state"] for key, task in self.tasks()}

    def tasks(self) -> Iterator[tuple[Key, dict[str, Any]]]:
        """The task instance of each gate, as Airflow's REST API describes it."""
        ours = {gate.key for gate in self.gates}
        for dag_id in RUNS:
            path = f"/api/v2/dags/{dag_id}/dagRuns/~/taskInstances"
            for task in self._read(path, "task_instances", order_by="-run_after"):
                key = (task["dag_run_id"], task["map_index"])
                if key in ours:
                    yield key, task

    def requests(self) -> dict[Key, list[dict[str, Any]]]:
        """The requests of each gate, oldest first."""
        found: dict[Key, list[dict[str, Any]]] = defaultdict(list)
        ours = {gate.key for gate in self.gates}
        for dag_id in RUNS:
            for request in self._read(APPROVALS, "approvals", dag_id=dag_id, order_by="-created_at"):
                key = (request["run_id"], request["map_index"])
                if key in ours:
                    found[key].insert(0, request)
        return found

    def _read(self, path: str, what: str, **query: Any) -> list[dict[str, Any]]:
        response = self.cluster.admin.get(path, params={"limit": 100, **query})
        response.raise_for_status()
        return list(response.json()[what])

    # What must be true

    def wait(self, predicate: Callable[[], object], what: str) -> None:
        """Wait for something to be true of them."""
        self.cluster.wait_for(predicate, LIMIT_SECONDS, what)

    def wait_ended(self, *parts: Part) -> None:
        """Wait until the tasks of those gates have ended; tells the story of those that do not."""
        left = list(self.of(*parts))

        def ended() -> bool:
            states, requests = self.states(), self.requests()
            again = [gate for gate in left if _asks_again(requests[gate.key])]
            assert not again, "\n".join(f"{gate} asks again:\n{gate.run.story()}" for gate in again[:3])
            left[:] = [gate for gate in left if states.get(gate.key) not in FINAL]
            return not left

        give_up = time.monotonic() + LIMIT_SECONDS
        self.cluster.wait_for(lambda: ended() or time.monotonic() > give_up, LIMIT_SECONDS + 60, "the tasks")
        assert not left, "\n".join(f"{gate} has not ended:\n{gate.run.story()}" for gate in left[:3])

    def assert_waiting(self, *parts: Part) -> None:
        """Nobody has said anything to those gates, and so they wait."""
        states, requests = self.states(), self.requests()
        for gate in self.of(*parts):
            statuses = [request["status"] for request in requests[gate.key]]
            assert states[gate.key] in PARKED, gate.run.story()
            assert statuses[-1] == "pending", gate.run.story()
            assert set(statuses[:-1]) <= {"cancelled"}, gate.run.story()

    def assert_right(self) -> Counter[str]:
        """Each gate has one outcome, that which was said, and its task ended so; counts the outcomes."""
        tasks, requests = dict(self.tasks()), self.requests()
        wrong = [
            f"{gate}: {p}"
            for gate in self.gates
            for p in _problems(gate, tasks[gate.key], requests[gate.key])
        ]
        wrong += [
            f"{gate}: it took another try"
            for gate in self.gates
            if gate.run.dag_id in ENDED_BY_THE_SERVER
            and tasks[gate.key]["try_number"] != self.tries[gate.key]
        ]
        stories = [gate.run.story() for gate in self.gates if any(str(gate) in what for what in wrong)]
        assert not wrong, "\n".join([f"of {len(self.gates)} gates", *wrong, *stories[:3]])
        return Counter(requests[gate.key][-1]["status"] for gate in self.gates)


def _planned(run: Run, map_index: int, number: int) -> Gate:
    verdict = "deny" if number % 4 == 1 else "approve"
    if run.dag_id == "crowd_escalating":
        return Gate(run, map_index, "director", verdict, "never" if number % 2 else "meanwhile")
    part: Part = "last" if number == 3 else PARTS[number % len(PARTS)]
    return Gate(run, map_index, "manager", verdict, part)


def _all(states: dict[Key, str | None], wanted: tuple[str, ...], gates: Iterable[Gate]) -> bool:
    return all(states.get(gate.key) in wanted for gate in gates)


def _asks_again(requests: list[dict[str, Any]]) -> bool:
    """Tell whether people who have answered are asked once more; who has not may be."""
    answered = any(request["status"] in STATUS_OF.values() for request in requests)
    return answered and any(request["status"] not in CLOSING for request in requests)


def _problems(gate: Gate, task: dict[str, Any], requests: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with a gate whose task has ended."""
    statuses = [request["status"] for request in requests]
    outcomes = {status for status in statuses if status not in ("cancelled", "expired")} or {"expired"}
    if len(outcomes) != 1 or statuses[-1] not in outcomes:
        yield f"not one outcome: {statuses}"
        return
    (outcome,) = outcomes
    may_expire = gate.run.dag_id == "crowd_escalating"
    if outcome != STATUS_OF[gate.verdict] and not (may_expire and outcome == "expired"):
        yield f"{outcome}, though the answer was to {gate.verdict}"
    if gate.part == "never" and outcome != "expired":
        yield f"{outcome}, though nobody answered"
    if task["state"] != STATE_OF[outcome]:
        yield f"{outcome}, and the task is {task['state']}"
    for request in requests:
        ends = [event for event in gate.run.types(request) if event in (*CLOSING, "carried")]
        if ends not in ([request["status"]], ["carried"]):
            yield f"the record of {request['id']} ends with {ends}"
        if request["status"] in STATUS_OF.values() and request["actor_name"] != gate.user:
            yield f"{request['actor_name']} answered, not {gate.user}"
