"""The tokens of tasks and triggerers: good for one subject, for a minute, under one secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import jwt
import pytest

from airflow_approvals import tokens
from airflow_approvals.domain.errors import NotSignedIn

SECRET = "a secret"
TI_ID = uuid4()


def signed(key: bytes | str, algorithm: str = tokens.ALGORITHM, **changes: Any) -> str:
    """Make a token as ours are, but for the changes; None leaves a claim out."""
    now = datetime.now(tz=timezone.utc)
    claims = {
        "sub": f"ti:{TI_ID}",
        "aud": tokens.AUDIENCE,
        "iat": now,
        "exp": now + tokens.LIFETIME,
        **changes,
    }
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, key, algorithm=algorithm)


def our_key(secret: str = SECRET) -> bytes:
    """Give the key that is derived from the secret."""
    return tokens._key(secret)


def test_a_task_instance_is_recognised() -> None:
    """By the subject that stands for this try."""
    token = tokens.for_task_instance(TI_ID, secret=SECRET)
    assert tokens.is_ours(token)
    assert tokens.subject(token, secret=SECRET) == f"ti:{TI_ID}"


def test_a_secret_of_before_is_accepted_beside_the_current_one() -> None:
    """While it is being changed, on whichever machine first; nothing else about the token is."""
    token = tokens.for_task_instance(TI_ID, secret="the old one")
    for previous in (["the old one"], ["an older one", "the old one"], ["the old one", "an older one"]):
        assert tokens.subject(token, secret=SECRET, previous=previous) == f"ti:{TI_ID}"
    for previous in ([], ["an older one"], [""]):
        with pytest.raises(NotSignedIn, match="Signature verification failed"):
            tokens.subject(token, secret=SECRET, previous=previous)
    long_ago = datetime.now(tz=timezone.utc) - timedelta(hours=1)
    expired = tokens.for_task_instance(TI_ID, secret="the old one", now=long_ago)
    with pytest.raises(NotSignedIn, match="expired"):
        tokens.subject(expired, secret=SECRET, previous=["the old one"])


def test_a_triggerer_is_recognised_by_what_it_asks_for() -> None:
    """The same ids in any order give the same subject; any other set of ids another one."""
    ids = [uuid4() for _ in range(3)]
    token = tokens.for_watcher(ids, secret=SECRET)
    subject = tokens.subject(token, secret=SECRET)
    assert subject == tokens.watch_subject(reversed(ids))
    assert subject.startswith("watch:")
    for others in (ids[:2], [*ids, uuid4()], [uuid4() for _ in range(3)], []):
        assert tokens.watch_subject(others) != subject


@pytest.mark.parametrize(
    ("make", "why"),
    [
        pytest.param(lambda: "", "Not enough segments", id="empty"),
        pytest.param(lambda: "a.b.c", "Invalid", id="no token"),
        pytest.param(lambda: signed(our_key("another secret")), "Signature", id="another secret"),
        pytest.param(
            lambda: signed(SECRET.ljust(64)), "Signature", id="the secret itself, not the key made of it"
        ),
        pytest.param(lambda: signed(our_key(), "HS256"), "alg", id="another algorithm"),
        pytest.param(lambda: signed("", "none"), "alg", id="no signature"),
        pytest.param(lambda: signed(our_key(), aud="airflow"), "[Aa]udience", id="made for others"),
        pytest.param(lambda: signed(our_key(), aud=None), "aud", id="made for nobody"),
        pytest.param(lambda: signed(our_key(), sub=None), "sub", id="no subject"),
        pytest.param(lambda: signed(our_key(), exp=None), "exp", id="good for ever"),
        pytest.param(lambda: signed(our_key(), iat=None), "iat", id="made at no time"),
    ],
)
def test_any_other_token_is_refused(make: Callable[[], str], why: str) -> None:
    """The message gives the reason and the likely cause."""
    with pytest.raises(NotSignedIn, match=why) as refusal:
        tokens.subject(make(), secret=SECRET)
    assert "need the same [approvals] jwt_secret and the right time" in refusal.value.detail


@pytest.mark.parametrize(("age", "accepted"), [(0, True), (65, True), (75, False), (-5, True), (-15, False)])
def test_a_token_is_good_for_a_minute(age: int, accepted: bool) -> None:
    """Clocks may differ by ten seconds, either way."""
    made = datetime.now(tz=timezone.utc) - timedelta(seconds=age)
    token = signed(our_key(), iat=made, exp=made + tokens.LIFETIME)
    if accepted:
        assert tokens.subject(token, secret=SECRET) == f"ti:{TI_ID}"
    else:
        with pytest.raises(NotSignedIn):
            tokens.subject(token, secret=SECRET)


def test_without_a_secret_nothing_is_made_or_accepted() -> None:
    """An empty secret would be everybody's."""
    for use in (
        lambda: tokens.for_task_instance(TI_ID, secret=""),
        lambda: tokens.for_watcher([TI_ID], secret=""),
        lambda: tokens.subject(signed(our_key("")), secret=""),
    ):
        with pytest.raises(NotSignedIn, match=r"Set \[approvals\] jwt_secret"):
            use()


def test_a_token_of_airflow_is_not_taken_for_ours() -> None:
    """Nor one of ours for Airflow's, though both may come of the same secret."""
    secret = "one secret for both, which is longer than the sixty-four bytes that HS512 asks for"
    airflows = jwt.encode({"sub": "1", "aud": "apache-airflow"}, secret, algorithm="HS512")
    assert not tokens.is_ours(airflows)
    assert not tokens.is_ours("no token")
    ours = tokens.for_task_instance(TI_ID, secret=secret)
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(ours, secret, algorithms=["HS512"], audience=tokens.AUDIENCE)


@pytest.mark.parametrize(
    "expires_in_seconds", [30, 60, 61, 3600, 10**9, 10**400, -10, -30], ids=lambda s: str(s)[:12]
)
@pytest.mark.parametrize(("age", "young"), [(0, True), (65, True), (75, False), (3600, False)])
def test_a_token_lives_a_minute_whatever_it_says(age: int, young: bool, expires_in_seconds: int) -> None:
    """From when it was made; who knows the secret cannot make one for later. It may say less."""
    now = int(datetime.now(tz=timezone.utc).timestamp())
    token = _encoded(iat=now - age, exp=now + expires_in_seconds)
    if young and expires_in_seconds >= -5:
        assert tokens.subject(token, secret=SECRET) == f"ti:{TI_ID}"
    else:
        with pytest.raises(NotSignedIn):
            tokens.subject(token, secret=SECRET)


def _second(shift: int = 0) -> int:
    return int(datetime.now(tz=timezone.utc).timestamp()) + shift


NO_TIMES: dict[str, Callable[[], Any]] = {
    "the right second, as text": lambda: str(_second()),
    "a part of the right second": lambda: _second() + 0.5,
    "text": lambda: "soon",
    "empty": lambda: "",
    "null": lambda: None,
    "a list": lambda: [_second()],
    "an object": lambda: {"now": _second()},
    "true": lambda: True,
    "infinite": lambda: 1e400,
    "not a number": lambda: float("nan"),
    "before all time": lambda: -(10**400),
}


@pytest.mark.parametrize("claim", ["iat", "exp"])
@pytest.mark.parametrize("value", NO_TIMES)
def test_a_time_is_a_whole_number_of_seconds(claim: str, value: str) -> None:
    """Anything else is refused, and breaks nothing."""
    with pytest.raises(NotSignedIn):
        tokens.subject(_encoded(**{claim: NO_TIMES[value]()}), secret=SECRET)


def test_a_token_from_the_future_is_refused() -> None:
    """However far away."""
    for ahead in (15, 3600, 10**15, 10**400):
        with pytest.raises(NotSignedIn):
            tokens.subject(_encoded(iat=_second(ahead), exp=_second(ahead + 60)), secret=SECRET)


@pytest.mark.parametrize(
    "token",
    ["\udcff.a.b", "a.\udcff.b", "\0.\0.\0", "." * 10_000, "a" * 100_000],
    ids=lambda token: repr(token)[:20],
)
def test_what_is_no_text_is_no_token(token: str) -> None:
    """It is not taken for one of ours, and does not break the check."""
    assert not tokens.is_ours(token)
    with pytest.raises(NotSignedIn):
        tokens.subject(token, secret=SECRET)


def _encoded(**changes: Any) -> str:
    """Sign claims as they are: the library would refuse to write some of them."""
    now = int(datetime.now(tz=timezone.utc).timestamp())
    claims = {"sub": f"ti:{TI_ID}", "aud": tokens.AUDIENCE, "iat": now, "exp": now + 60, **changes}
    return jwt.api_jws.encode(json.dumps(claims).encode(), our_key(), algorithm=tokens.ALGORITHM)
