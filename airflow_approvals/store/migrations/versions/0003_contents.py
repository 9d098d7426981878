"""Contents that edits replaced in a table of their own, each once; the record names them by fingerprint.

A request has the fingerprint of its content beside it, once it is written; of older ones it is computed.

Each edit in the record is rewritten, the newest first: from the content of today one comes back to the one
before. SQL that is only printed leaves the edits as they are: of those, the record then tells that there was
an edit and of what, without the texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from airflow_approvals.domain.fingerprint import fingerprint

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True)
Text = dict[str, Any]

FIELDS = ("subject", "body", "metadata")
BATCH = 500

CONTENT = (sa.Column("subject", sa.String(500), nullable=False), sa.Column("body", sa.Text, nullable=False))

approval = sa.table(
    "approval",
    sa.column("id", sa.Uuid()),
    sa.column("subject", sa.String),
    sa.column("body", sa.Text),
    sa.column("metadata", JSON),
)
event = sa.table(
    "approval_event",
    sa.column("approval_id", sa.Uuid()),
    sa.column("seq", sa.Integer),
    sa.column("type", sa.String),
    sa.column("fields", JSON),
)
content = sa.table(
    "approval_content",
    sa.column("approval_id", sa.Uuid()),
    sa.column("fingerprint", sa.String),
    sa.column("subject", sa.String),
    sa.column("body", sa.Text),
    sa.column("metadata", JSON),
)


def upgrade() -> None:
    """Make the column and the table, and move the texts of edits into it."""
    op.add_column("approval", sa.Column("fingerprint", sa.String(64)))
    op.create_table(
        "approval_content",
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        *CONTENT,
        sa.Column("metadata", JSON, nullable=False),
        sa.PrimaryKeyConstraint("approval_id", "fingerprint", name=op.f("pk_approval_content")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_approval_content_approval"), ondelete="CASCADE"
        ),
    )
    if context.is_offline_mode():
        return
    for approval_id, today, edits in _edited():
        kept = _move(today, edits)
        if kept:
            rows = [{"approval_id": approval_id, "fingerprint": mark, **text} for mark, text in kept.items()]
            op.get_bind().execute(sa.insert(content), rows)


def _move(today: Text, edits: list[Any]) -> dict[str, Text]:
    """Rewrite the edits of one request; gives the contents before each by fingerprint."""
    kept: dict[str, Text] = {}
    after = today
    for edit in edits:
        changed = dict(edit.fields.get("changed", {}))
        texts = {name: changed.pop(name) for name in FIELDS if name in changed}
        if not texts:
            continue
        before = {**after, **{name: text["from"] for name, text in texts.items()}}
        kept[fingerprint(before)] = before
        names = {"from": fingerprint(before), "to": fingerprint(after), "fields": list(texts)}
        _rewrite(edit, {**edit.fields, "changed": {"content": names, **changed}, "voided": []})
        after = before
    return kept


def downgrade() -> None:
    """Write the texts back into the record."""
    if not context.is_offline_mode():
        for approval_id, today, edits in _edited():
            texts = {fingerprint(today): today, **_kept(approval_id)}
            for edit in edits:
                _move_back(edit, texts)
    op.drop_table("approval_content")
    op.drop_column("approval", "fingerprint")


def _move_back(edit: Any, texts: dict[str, Text]) -> None:
    fields = {name: value for name, value in edit.fields.items() if name != "voided"}
    changed = dict(fields.get("changed", {}))
    if names := changed.pop("content", None):
        before, after = texts[names["from"]], texts[names["to"]]
        told = {name: {"from": before[name], "to": after[name]} for name in names["fields"]}
        fields["changed"] = {**told, **changed}
    if fields != edit.fields:
        _rewrite(edit, fields)


def _edited() -> Iterator[tuple[Any, Text, list[Any]]]:
    """Give each edited request's id, its content of today, and its edits in the record, the newest first."""
    connection = op.get_bind()
    edits = sa.select(event.c.approval_id).where(event.c.type == "updated").distinct()
    edited = list(connection.execute(edits.order_by(event.c.approval_id)).scalars())
    for start in range(0, len(edited), BATCH):
        batch = edited[start : start + BATCH]
        requests = connection.execute(sa.select(approval).where(approval.c.id.in_(batch))).mappings().all()
        mine = sa.select(event).where(event.c.type == "updated", event.c.approval_id.in_(batch))
        found = connection.execute(mine.order_by(event.c.seq.desc())).all()
        for row in requests:
            today = {name: row[name] for name in FIELDS}
            yield row["id"], today, [edit for edit in found if edit.approval_id == row["id"]]


def _kept(approval_id: Any) -> dict[str, Text]:
    rows = op.get_bind().execute(sa.select(content).where(content.c.approval_id == approval_id)).mappings()
    return {row["fingerprint"]: {name: row[name] for name in FIELDS} for row in rows}


def _rewrite(edit: Any, fields: dict[str, Any]) -> None:
    mine = (event.c.approval_id == edit.approval_id, event.c.seq == edit.seq)
    op.get_bind().execute(sa.update(event).where(*mine).values(fields=fields))
