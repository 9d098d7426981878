"""What is done to a cluster: each takes something away, for as long as it is to be away."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from dev.cluster import COMPONENTS, SECRET, Cluster, kind, until
from tests.cluster.crowd import Crowd

Disturbance = Callable[[Cluster, Crowd], None]

PREVIOUS = "AIRFLOW__APPROVALS__JWT_SECRET_PREVIOUS"
OWN_SECRET = ("triggerer", "worker")


def api_server_killed(cluster: Cluster, _crowd: Crowd) -> None:
    """One of two: the proxy finds the other one."""
    _kill(cluster, "api-server-1")


def scheduler_killed(cluster: Cluster, _crowd: Crowd) -> None:
    """One of two: the other one adopts its tasks."""
    _kill(cluster, "scheduler-1")


def triggerer_killed(cluster: Cluster, _crowd: Crowd) -> None:
    """One of two: the other one takes its triggers over."""
    _kill(cluster, "triggerer-1")


def worker_killed(cluster: Cluster, crowd: Crowd) -> None:
    """The one that runs what has been woken, in the middle of it."""
    running: set[str] = set()

    def one_runs() -> bool:
        pids = [task["pid"] for _, task in crowd.tasks() if task["state"] == "running" and task["pid"]]
        running.update(name for pid in pids if (name := cluster.name_of(pid)) is not None)
        return bool(running)

    crowd.wait(one_runs, "a worker to run something")
    _kill(cluster, min(running))


def database_restarted(cluster: Cluster, _crowd: Crowd) -> None:
    """At once, as after a crash."""
    cluster.stop_database(at_once=True)
    cluster.start_database()


def database_away(cluster: Cluster, _crowd: Crowd) -> None:
    """For ten seconds."""
    cluster.stop_database()
    until(cluster, 10)
    cluster.start_database()


def broker_away(cluster: Cluster, _crowd: Crowd) -> None:
    """For eight seconds, in which answers are to be handed to workers."""
    cluster.stop_component("redis")
    until(cluster, 8)
    cluster.start_component("redis")


def rolling_restart(cluster: Cluster, _crowd: Crowd) -> None:
    """Of everything, one after the other."""
    restart(cluster, COMPONENTS)


def secret_rotated(cluster: Cluster, _crowd: Crowd) -> None:
    """In the order of docs/deployment.md: servers learn it, then the others, then servers forget the old."""
    old, new = cluster.env_of("api-server-1")[SECRET], secrets.token_hex(64)
    cluster.tell("api-server", **{SECRET: new, PREVIOUS: old})
    for who in OWN_SECRET:
        cluster.tell(who, **{SECRET: new})
    restart(cluster, [name for name in COMPONENTS if kind(name) == "api-server"])
    restart(cluster, [name for name in COMPONENTS if kind(name) in OWN_SECRET])
    cluster.tell("api-server", **{PREVIOUS: ""})
    restart(cluster, [name for name in COMPONENTS if kind(name) == "api-server"])


def restart(cluster: Cluster, names: Sequence[str]) -> None:
    """Stop and start components, one after the other, each when the one before is well again."""
    for name in names:
        cluster.stop_component(name)
        cluster.start_component(name)
        cluster.wait_healthy()


QUICK: tuple[Disturbance, ...] = (
    api_server_killed,
    worker_killed,
    broker_away,
    database_restarted,
)
SLOW: tuple[Disturbance, ...] = (
    scheduler_killed,
    triggerer_killed,
    database_away,
    rolling_restart,
    secret_rotated,
)


def _kill(cluster: Cluster, name: str) -> None:
    cluster.kill_component(name)
    cluster.start_component(name)
