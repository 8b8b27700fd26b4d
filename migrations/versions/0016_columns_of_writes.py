"""A write in flight knows the column it is for, what was put there, and how its row was read before."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
COLUMNS = (
    ("header", sa.Text()), ("position", sa.Integer()), ("entered", sa.JSON()), ("row_before", sa.JSON()),
)  # fmt: skip


def upgrade() -> None:
    """Add the columns; of what is in flight already they are not known."""
    for name, kind in COLUMNS:
        op.add_column("in_flight_writes", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """Drop them; what went into a wrong column is then found no more, so what the code before does not know is deleted:
    misdirected writes of columns that are not synced, and of ids.
    """
    op.execute("DELETE FROM in_flight_writes WHERE state = 'misdirected' AND field IN ('', 'id')")
    for name, _ in COLUMNS:
        op.drop_column("in_flight_writes", name)
