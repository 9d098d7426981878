"""The short-lived tokens of tasks and triggers, made and checked with one shared secret.

The signing key is derived from the secret, so such a token can never pass as one of Airflow's own, whatever
``[approvals] jwt_secret`` falls back to. Two kinds of subject exist:

``ti:<uuid>``
    One task instance try. Reaches its own request only.
``watch:<digest>``
    A triggerer, on behalf of all its waiting triggers. Reads exactly the requests whose ids give this digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import jwt

from airflow_approvals.domain.errors import NotSignedIn

AUDIENCE = "airflow-approvals"
ALGORITHM = "HS512"
LIFETIME = timedelta(seconds=60)
LEEWAY = timedelta(seconds=10)
_UNREADABLE = (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, RecursionError)
"""What the library raises for tokens that nobody made in good faith; not only its own errors."""

HOW_TO_SHARE_THE_KEY = (
    "There is no secret to sign tokens with. Set [approvals] jwt_secret (or [api_auth] jwt_secret) to the "
    "same value for API servers, workers and triggerers."
)


def for_task_instance(ti_id: UUID, *, secret: str, now: datetime | None = None) -> str:
    """Make the token of one task instance try.

    :param now: when it begins to be good; by this machine's clock unless told.
    """
    return _sign(f"ti:{ti_id}", secret, now)


def for_watcher(approval_ids: Iterable[UUID], *, secret: str, now: datetime | None = None) -> str:
    """Make the token with which a triggerer reads these requests together; ``now`` as above."""
    return _sign(watch_subject(approval_ids), secret, now)


def watch_subject(approval_ids: Iterable[UUID]) -> str:
    """Give the subject that stands for exactly this set of requests."""
    joined = ",".join(sorted(str(approval_id) for approval_id in approval_ids))
    return f"watch:{hashlib.sha256(joined.encode()).hexdigest()}"


def is_ours(token: str) -> bool:
    """Tell whether a token claims to be of this kind. Proves nothing."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except _UNREADABLE:
        return False
    return bool(claims.get("aud") == AUDIENCE)


def subject(token: str, *, secret: str, previous: Iterable[str] = ()) -> str:
    """Check a token and give its subject.

    Whatever it says of its end, it is good for a minute from when it was made.

    :param previous: secrets that are accepted as well, until everybody has the new one.
    :raises NotSignedIn: it is expired, signed with another secret, or malformed.
    """
    if not secret:
        raise NotSignedIn(HOW_TO_SHARE_THE_KEY)
    try:
        claims = _claims(token, [secret, *previous])
        _require_whole_seconds(claims)
        _require_young(claims["iat"])
    except _UNREADABLE as error:
        raise NotSignedIn(
            f"The task token is not valid: {error}. Workers, triggerers and API servers need the same "
            "[approvals] jwt_secret and the right time."
        ) from None
    return str(claims["sub"])


def _claims(token: str, secrets: Sequence[str]) -> dict[str, Any]:
    """Give what a token claims that is signed with one of the secrets; else say why with the last of them."""
    secret, *others = secrets
    try:
        return jwt.decode(
            token,
            _key(secret),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            leeway=LEEWAY,
            options={"require": ["sub", "aud", "iat", "exp"]},
        )
    except jwt.InvalidSignatureError:
        if not others:
            raise
        return _claims(token, others)


def _require_whole_seconds(claims: Mapping[str, object]) -> None:
    for name in ("iat", "exp"):
        if type(claims[name]) is not int:
            raise jwt.InvalidTokenError(f"The claim {name} is not a number of whole seconds")


def _require_young(made_at: int) -> None:
    age = datetime.now(tz=timezone.utc).timestamp() - made_at
    if age > (LIFETIME + LEEWAY).total_seconds():
        raise jwt.ExpiredSignatureError(f"It was made more than {LIFETIME.total_seconds():g} seconds ago")


def _sign(subject: str, secret: str, now: datetime | None) -> str:
    if not secret:
        raise NotSignedIn(HOW_TO_SHARE_THE_KEY)
    now = now or datetime.now(tz=timezone.utc)
    claims = {"sub": subject, "aud": AUDIENCE, "iat": now, "exp": now + LIFETIME}
    return jwt.encode(claims, _key(secret), algorithm=ALGORITHM)


def _key(secret: str) -> bytes:
    return hashlib.sha512(f"{AUDIENCE}:{secret}".encode()).digest()
