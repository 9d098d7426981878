"""Runs notifiers so that they can neither fail nor hold up the wait."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from time import monotonic

from airflow.sdk import BaseNotifier, Context

log = logging.getLogger(__name__)


def notify(notifiers: Sequence[BaseNotifier], context: Context, *, timeout_seconds: float) -> None:
    """Run all notifiers side by side; log those that fail, leave behind those that take too long.

    Each gets a context of its own, since notifiers add their template fields to it.
    """
    started = monotonic()
    threads = [
        threading.Thread(target=_run, args=(notifier, {**context}), name=type(notifier).__name__, daemon=True)
        for notifier in notifiers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, timeout_seconds - (monotonic() - started)))
        if thread.is_alive():
            log.warning("Notifier %s is still busy after %gs; going on", thread.name, timeout_seconds)


def _run(notifier: BaseNotifier, context: Context) -> None:
    try:
        notifier(context)
    except Exception:
        log.exception("Notifier %s failed; the approval is waited for all the same", type(notifier).__name__)
