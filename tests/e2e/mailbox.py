"""An e-mail backend for Airflow that keeps letters in files, named after who gets them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = "mail"


def keep(to: str | Iterable[str], subject: str, html_content: str, *_: Any, **__: Any) -> None:
    """Keep a letter."""
    folder = Path(os.environ["AIRFLOW_HOME"]) / FOLDER
    folder.mkdir(exist_ok=True)
    for address in [to] if isinstance(to, str) else to:
        (folder / address).write_text(f"{subject}\n{html_content}")
