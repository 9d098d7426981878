"""Role resolvers as a platform team would configure them."""

from __future__ import annotations

from typing import Any


def by_department(user: Any) -> set[str]:
    """Look the person up in the company's directory."""
    return {"ana": {"finance", "manager"}}.get(user.get_name(), set())


def broken(user: Any) -> set[str]:
    """Fail, as a directory does that cannot be reached."""
    raise ConnectionError(f"no directory to look for {user.get_name()} in")


def of_nothing(user: Any) -> None:
    """Forget to answer."""


def of_one_text(user: Any) -> str:
    """Give one role as a text, whose letters are not roles."""
    return "manager"
