"""Tables and columns under the words that the code uses: sheet queues, counters, last words, overrides. Data stays."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = {"lanes": "sheet_queues", "tallies": "counters"}
COLUMNS = {
    "recall": "last_words",
    "rivals": "duplicate_rows",
    "has_rivals": "has_duplicates",
    "puts": "overrides",
    "unborn": "row_pending",
    "buried_at": "failed_at",
}


def upgrade() -> None:
    """Rename; both databases carry indexes and constraints along."""
    _index("ix_links_buried", None)
    for old, new in COLUMNS.items():
        op.execute(f"ALTER TABLE links RENAME COLUMN {old} TO {new}")
    _index("ix_links_failed", "failed_at")
    for old, new in TABLES.items():
        op.rename_table(old, new)


def downgrade() -> None:
    """Rename back."""
    for old, new in TABLES.items():
        op.rename_table(new, old)
    _index("ix_links_failed", None)
    for old, new in COLUMNS.items():
        op.execute(f"ALTER TABLE links RENAME COLUMN {new} TO {old}")
    _index("ix_links_buried", "buried_at")


def _index(name: str, column: str | None) -> None:
    """Make the partial index over this column, or (None) drop it."""
    if column is None:
        op.drop_index(name, "links")
        return
    where = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, "links", ["sheet", column], sqlite_where=where, postgresql_where=where)
