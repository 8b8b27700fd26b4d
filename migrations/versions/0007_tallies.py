"""Counts for /metrics, and the last minute's calls to Google, where every process sees them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table, empty, and the column."""
    op.create_table(
        "tallies",
        sa.Column("sheet", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("sheet", "name", "label"),
    )
    with op.batch_alter_table("lanes") as lanes:
        lanes.add_column(sa.Column("spent", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("lanes") as lanes:
        lanes.drop_column("spent")
    op.drop_table("tallies")
