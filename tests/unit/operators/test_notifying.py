"""Notifiers can neither fail nor hold up the wait."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from airflow.sdk import BaseNotifier

from airflow_approvals.operators.notifying import notify

LONG = 60.0


class Doing(BaseNotifier):
    """Does something, then keeps the context it was given."""

    def __init__(self, what: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.what = what
        self.told: list[dict[str, Any]] = []

    def notify(self, context: Any) -> None:
        """Do it."""
        self.what()
        self.told.append(dict(context))


class Hanging(Doing):
    """Has a name of its own for the log."""


class Templated(BaseNotifier):
    """Renders its text with the request in the context."""

    template_fields = ("text",)

    def __init__(self, text: str, meet: threading.Barrier) -> None:
        super().__init__()
        self.text = text
        self.meet = meet
        self.seen = ""

    def _update_context(self, context: Any) -> Any:
        updated = super()._update_context(context)
        self.meet.wait(LONG)  # all have added their fields before one of them renders
        return updated

    def notify(self, context: Any) -> None:
        """Keep what was rendered, and what the context says it was rendered from."""
        self.seen = f"{self.text} from {context['text']}"


def fail() -> None:
    """Fail."""
    raise RuntimeError("the mail server is down")


def test_all_are_told_of_the_request() -> None:
    """Each finds the task's context and the request in what it is given."""
    notifiers = [Doing(), Doing()]
    notify(notifiers, {"ti": 1, "approval": {"id": "x"}, "approval_url": "u"}, timeout_seconds=LONG)
    assert [notifier.told for notifier in notifiers] == [
        [{"ti": 1, "approval": {"id": "x"}, "approval_url": "u"}]
    ] * 2


def test_one_that_fails_is_logged_and_the_others_run(caplog: pytest.LogCaptureFixture) -> None:
    """The log has the reason and says that the wait goes on."""
    before, after = Doing(), Doing()
    notify([before, Doing(fail), after], {}, timeout_seconds=LONG)
    assert len(before.told) == len(after.told) == 1
    record = next(r for r in caplog.records if r.name == "airflow_approvals.operators.notifying")
    assert record.levelno == logging.ERROR
    assert "waited for all the same" in record.getMessage()
    assert "the mail server is down" in caplog.text


def test_one_that_hangs_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    """It holds up neither the task nor the others, and is named in the log."""
    release = threading.Event()
    other = Doing()
    started = monotonic()
    notify([Hanging(lambda: release.wait(LONG)), other], {}, timeout_seconds=0.3)
    took = monotonic() - started
    release.set()
    assert 0.3 <= took < LONG / 2
    assert len(other.told) == 1
    assert "Notifier Hanging is still busy after 0.3s" in caplog.text


def test_many_that_hang_take_no_longer_than_one(caplog: pytest.LogCaptureFixture) -> None:
    """The time is for all of them together."""
    release = threading.Event()
    started = monotonic()
    notify([Hanging(lambda: release.wait(LONG)) for _ in range(20)], {}, timeout_seconds=0.3)
    took = monotonic() - started
    release.set()
    assert took < LONG / 2
    assert caplog.text.count("is still busy") == 20


def test_they_do_not_see_each_others_fields() -> None:
    """Each adds its templated fields to a context of its own, though they run at the same time."""
    meet = threading.Barrier(2)
    one, other = Templated("one {{ approval.id }}", meet), Templated("other {{ approval.id }}", meet)
    given = {"approval": {"id": "x"}}
    notify([one, other], given, timeout_seconds=LONG)
    assert one.seen == "one x from one {{ approval.id }}"
    assert other.seen == "other x from other {{ approval.id }}"
    assert given == {"approval": {"id": "x"}}


def test_without_notifiers_nothing_happens() -> None:
    """At once."""
    notify([], {}, timeout_seconds=0)
