"""The ``[approvals]`` section of Airflow's configuration, read once into one frozen value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from time import monotonic
from typing import Any

SECTION = "approvals"

OPTIONS: dict[str, dict[str, Any]] = {
    "jwt_secret": {
        "description": "Secret that signs the tokens of tasks and triggers. The API servers, workers and "
        "triggerers need the same one. Empty: ``[api_auth] jwt_secret`` is used.\n",
        "version_added": "0.1.0",
        "type": "string",
        "example": None,
        "default": "",
        "sensitive": True,
    },
    "jwt_secret_previous": {
        "description": "Secrets that ``jwt_secret`` was before, one a line: API servers still accept what is "
        "signed with them. Set it while the secret is being changed, and take it away afterwards.\n",
        "version_added": "0.2.0",
        "type": "string",
        "example": None,
        "default": "",
        "sensitive": True,
    },
    "api_url": {
        "description": "Address of the API server as workers and triggerers reach it. Empty: taken from "
        "``[core] execution_api_server_url``, else ``[api] base_url``.\n",
        "version_added": "0.1.0",
        "type": "string",
        "example": "http://airflow-api-server:8080",
        "default": "",
    },
    "role_members": {
        "description": "JSON object: role name to list of user names. Adds roles for any auth manager.\n",
        "version_added": "0.1.0",
        "type": "string",
        "example": '{"manager": ["ana"], "director": ["bo"]}',
        "default": "",
    },
    "role_resolver": {
        "description": "Import path of a callable that gets the signed-in user and returns a set of role "
        "names, added to the others.\n",
        "version_added": "0.1.0",
        "type": "string",
        "example": "my_company.airflow.roles_of",
        "default": "",
    },
    "retention_days": {
        "description": "Closed requests older than this many days are removed by the maintenance Dag. "
        "0 keeps them for ever.\n",
        "version_added": "0.1.0",
        "type": "integer",
        "example": None,
        "default": "90",
    },
    "maintenance_schedule": {
        "description": "Schedule of the maintenance Dag: a cron expression or preset.\n",
        "version_added": "0.1.0",
        "type": "string",
        "example": "*/10 * * * *",
        "default": "*/5 * * * *",
    },
    "poll_interval_seconds": {
        "description": "How often one triggerer asks for all its waiting requests together. Decisions are "
        "pushed, so this only bounds how late a missed push is noticed. At least 2.\n",
        "version_added": "0.1.0",
        "type": "float",
        "example": None,
        "default": "5",
    },
    "wait_in": {
        "description": "How gates wait: ``awaiting_input`` (needs Airflow 3.3; costs nothing), ``trigger`` "
        "(a place in a triggerer each), or ``auto``: the first where Airflow has it. Workers read it.\n",
        "version_added": "0.2.0",
        "type": "string",
        "example": None,
        "default": "auto",
    },
    "settle_seconds": {
        "description": "How long after a task started to wait its executor may take to tell the scheduler "
        "that it went, at least. A task that is woken before the scheduler has heard it is failed by it. The "
        "scheduler must also have been seen alive after that. Never less than ``[workers] "
        "min_heartbeat_interval`` and a second; raise it for an executor that reports later, as those of "
        "pods may. Gates that end on the server do not wait for it.\n",
        "version_added": "0.1.0",
        "type": "float",
        "example": "30",
        "default": "0",
    },
    "notify_timeout_seconds": {
        "description": "How long all notifiers of one request together may take before the task goes on "
        "without them.\n",
        "version_added": "0.1.0",
        "type": "float",
        "example": None,
        "default": "30",
    },
    "changes_per_minute": {
        "description": "How often in a minute one person may open a request by hand or edit one, for each "
        "process of the API server. 0: as often as they like. Tasks are not counted.\n",
        "version_added": "0.2.0",
        "type": "integer",
        "example": None,
        "default": "60",
    },
}

MIN_POLL_INTERVAL_SECONDS = 2.0
FRESH_SECONDS = 60.0
WAYS = ("auto", "awaiting_input", "trigger")
SHARED = (
    "[api_auth] jwt_secret, which signs the tokens of people, signs those of tasks as well: whoever reads it "
    "on a worker can sign in to Airflow as anybody. Set [approvals] jwt_secret to a secret of its own, the "
    "same on API servers, workers and triggerers, and keep [api_auth] jwt_secret from workers and triggerers."
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of this package. Field names are the option names of ``[approvals]``."""

    jwt_secret: str = ""
    jwt_secret_previous: tuple[str, ...] = ()
    api_url: str = ""
    role_members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    role_resolver: str = ""
    retention_days: int = 90
    maintenance_schedule: str = "*/5 * * * *"
    poll_interval_seconds: float = 5.0
    wait_in: str = "auto"
    settle_seconds: float = 6.0
    notify_timeout_seconds: float = 30.0
    changes_per_minute: int = 60

    @classmethod
    def load(cls) -> Settings:
        """Read the configuration of this Airflow process.

        :raises ValueError: an option cannot be read; the message names it and says what it should be.
        """
        from airflow.configuration import conf

        def text(option: str) -> str:
            return str(conf.get(SECTION, option, fallback=OPTIONS[option]["default"]) or "").strip()

        def number(option: str, minimum: float) -> float:
            raw = text(option) or OPTIONS[option]["default"]
            try:
                value = float(raw)
            except ValueError:
                value = float("nan")
            whole = OPTIONS[option]["type"] == "integer"
            if not minimum <= value < float("inf") or (whole and not value.is_integer()):
                kind = "a whole number" if whole else "a number"
                raise ValueError(f"[{SECTION}] {option} must be {kind} of at least {minimum:g}, not {raw!r}.")
            return value

        return cls(
            jwt_secret=text("jwt_secret") or _secret_of_people(),
            jwt_secret_previous=tuple(filter(None, map(str.strip, text("jwt_secret_previous").splitlines()))),
            api_url=_api_url(text("api_url")),
            role_members=_role_members(text("role_members")),
            role_resolver=text("role_resolver"),
            retention_days=int(number("retention_days", 0)),
            maintenance_schedule=_schedule(text("maintenance_schedule")),
            poll_interval_seconds=number("poll_interval_seconds", MIN_POLL_INTERVAL_SECONDS),
            wait_in=_one_of("wait_in", text("wait_in").lower(), WAYS),
            settle_seconds=max(number("settle_seconds", 0), _reported_seconds()),
            notify_timeout_seconds=number("notify_timeout_seconds", 0),
            changes_per_minute=int(number("changes_per_minute", 0)),
        )


def current() -> Settings:
    """Give the settings as this process read them a minute ago at most: a secret may come from a command.

    :raises ValueError: as :meth:`Settings.load`.
    """
    return _read_in(int(monotonic() // FRESH_SECONDS))


def forget() -> None:
    """Have them read again."""
    _read_in.cache_clear()


@lru_cache(maxsize=1)
def _read_in(_minute: int) -> Settings:
    return Settings.load()


def warnings() -> list[str]:
    """Say what works, and would work more safely otherwise; for who runs the platform."""
    from airflow.configuration import conf

    own = str(conf.get(SECTION, "jwt_secret", fallback="") or "").strip()
    peoples = _secret_of_people()
    return [SHARED] if peoples and own in {"", peoples} else []


def _secret_of_people() -> str:
    from airflow.configuration import conf

    return str(conf.get("api_auth", "jwt_secret", fallback="") or "").strip()


def public_url() -> str:
    """Give the address under which people reach Airflow, without a trailing slash; may be empty."""
    from airflow.configuration import conf

    return str(conf.get("api", "base_url", fallback="") or "").rstrip("/")


def _reported_seconds() -> float:
    """Give how long a worker may take to tell that a run is over: its last look is that long ago."""
    from airflow.configuration import conf

    return float(conf.getint("workers", "min_heartbeat_interval", fallback=5)) + 1.0


def _one_of(option: str, raw: str, allowed: tuple[str, ...]) -> str:
    value = raw or str(OPTIONS[option]["default"])
    if value not in allowed:
        raise ValueError(f"[{SECTION}] {option} must be one of {', '.join(allowed)}, not {raw!r}.")
    return value


def _api_url(raw: str) -> str:
    """Give the address of the API server, of whichever option has one; its task API is not ours."""
    from airflow.configuration import conf

    if raw and not raw.startswith(("http://", "https://")):
        raise ValueError(f"[{SECTION}] api_url must begin with http:// or https://, not {raw!r}.")
    execution = str(conf.get("core", "execution_api_server_url", fallback="") or "").strip()
    address = raw or execution or public_url().strip() or "http://localhost:8080"
    return address.rstrip("/").removesuffix("/execution").rstrip("/")


def _schedule(raw: str) -> str:
    """Look at the shape only; what the fields say is checked by Airflow, when it reads the Dag."""
    schedule = raw or str(OPTIONS["maintenance_schedule"]["default"])
    if not schedule.startswith("@") and len(schedule.split()) not in {5, 6, 7}:
        raise ValueError(
            f"[{SECTION}] maintenance_schedule must be a cron expression or like @hourly, not {raw!r}."
        )
    return schedule


def _role_members(raw: str) -> dict[str, frozenset[str]]:
    if not raw:
        return {}
    hint = f'[{SECTION}] role_members must be a JSON object like {{"manager": ["ana"]}}'
    try:
        parsed = json.loads(raw)
    except ValueError as error:
        raise ValueError(f"{hint}: {error}") from None
    if not isinstance(parsed, dict):
        raise ValueError(f"{hint}, not {raw!r}")
    for role, members in parsed.items():
        if not isinstance(members, list) or not all(isinstance(name, str) for name in members):
            raise ValueError(f"{hint}: the members of {role!r} are not a list of user names")
    return {role: frozenset(members) for role, members in parsed.items()}
