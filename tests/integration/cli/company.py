"""An auth manager as a company might write it: people have numbers, and are kept where only it can look."""

from __future__ import annotations

from typing import Any

from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser


class Employee(BaseUser):
    """Somebody with a number, which is the id."""

    def __init__(self, number: str, name: str) -> None:
        self.number = number
        self.name = name

    def get_id(self) -> str:
        """Give the number."""
        return self.number

    def get_name(self) -> str:
        """Give the name to sign in with."""
        return self.name


class CompanyAuthManager(BaseAuthManager[Employee]):
    """Lets everybody who has a token do everything."""

    def deserialize_user(self, token: dict[str, Any]) -> Employee:
        """Read a person from a token."""
        return Employee(token["sub"], token["name"])

    def serialize_user(self, user: Employee) -> dict[str, Any]:
        """Write a person into a token."""
        return {"sub": user.number, "name": user.name}

    def get_url_login(self, **_: Any) -> str:
        """Give a page that is elsewhere."""
        return "http://localhost/sign-in"

    def _everybody(self, **_: Any) -> bool:
        return True

    is_authorized_configuration = is_authorized_connection = is_authorized_dag = _everybody
    is_authorized_asset = is_authorized_asset_alias = is_authorized_pool = is_authorized_variable = _everybody
    is_authorized_view = is_authorized_custom_view = is_authorized_team = _everybody

    def filter_authorized_menu_items(self, menu_items: list[Any], *, user: Employee) -> list[Any]:
        """Show the whole menu."""
        return menu_items


def main() -> None:
    """Print a token for the person that the arguments name."""
    import sys

    from airflow.api_fastapi.app import create_auth_manager

    print(create_auth_manager().generate_jwt(Employee(*sys.argv[1:])))  # noqa: T201  (what it is run for)


if __name__ == "__main__":
    main()
