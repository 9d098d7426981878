"""One Airflow and one browser, those of the tests of the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import browser, copy_of, prepared_home, serve
from tests.browser.world import World

__all__ = ["browser", "prepared_home"]


@pytest.fixture(scope="package")
def served(
    prepared_home: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Only an API server: nothing here has to run."""
    yield from serve(copy_of(prepared_home, tmp_path_factory.mktemp("attacks_page")), browser)
