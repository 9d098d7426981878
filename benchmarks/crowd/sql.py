"""SQL for both databases, and rows made of expressions over the table ``crowd``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_BODY = (
    "Please compare the **totals** of this load with those of the day before, table by table, and say no "
    "when one differs by more than two percent. The report is at [reports](https://example.com/reports). "
)


class Sql:
    """What SQLite and PostgreSQL write differently."""

    def __init__(self, dialect: str) -> None:
        self.sqlite = dialect == "sqlite"

    def series(self, count: int) -> str:
        if not self.sqlite:
            return f"(SELECT generate_series(1, {count})::bigint AS n) AS series"
        more = f"SELECT 1 AS n UNION ALL SELECT n + 1 FROM series WHERE n < {count}"
        return f"(WITH RECURSIVE series(n) AS ({more}) SELECT n FROM series) AS series"

    def time(self, ms: str) -> str:
        if self.sqlite:
            return f"(strftime('%Y-%m-%d %H:%M:%f', ({ms}) / 1000.0, 'unixepoch') || '000')"
        return f"to_timestamp(({ms}) / 1000.0)"

    def hexadecimal(self, number: str, digits: int) -> str:
        if self.sqlite:
            return f"printf('%0{digits}x', {number})"
        return f"lpad(to_hex(({number})::bigint), {digits}, '0')"

    def uuid7(self, ms: str, salt: str) -> str:
        """Give an id as of that time, another one for each ``n``."""
        late = self.hexadecimal("n", 12)
        written = f"{self.hexadecimal(ms, 12)} || '7{salt}8000' || {late}"
        return f"({written})" if self.sqlite else f"({written})::uuid"

    def repeat(self, text: str, times: str) -> str:
        if self.sqlite:
            return f"replace(hex(zeroblob({times})), '00', '{text}')"
        return f"repeat('{text}', ({times})::int)"

    def json(self, text: str, *, binary: bool = False) -> str:
        return text if self.sqlite else f"({text})::json{'b' if binary else ''}"

    def written_id(self, column: str) -> str:
        """Give an id as text with dashes."""
        if not self.sqlite:
            return f"{column}::text"
        parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)]
        return "(" + " || '-' || ".join(f"substr({column}, {at}, {size})" for at, size in parts) + ")"


def subject_and_body(sql: Sql) -> dict[str, str]:
    return {
        "subject": "'Release ' || n || ' of the ledger to ' || role",
        "body": sql.repeat(_BODY, "1 + r % 6"),
    }


def insert(table: Any, columns: dict[str, str], where: str | None, session: Session) -> None:
    """Fill columns from expressions over the crowd; the others get the defaults of their table."""
    values: list[sa.Label[Any]] = [sa.literal_column(value).label(name) for name, value in columns.items()]
    query = sa.select(*values).select_from(sa.text("crowd"))
    if where:
        query = query.where(sa.text(where))
    session.execute(sa.insert(table).from_select(list(columns), query))
