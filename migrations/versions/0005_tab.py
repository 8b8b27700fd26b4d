"""Which tab a lane syncs, which columns it lacks, and when a letter with a wrong signature last came."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns; the first look at the sheet fills them."""
    with op.batch_alter_table("lanes") as lanes:
        lanes.add_column(sa.Column("tab_id", sa.BigInteger(), nullable=True))
        lanes.add_column(sa.Column("missing", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        lanes.add_column(sa.Column("unsigned_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("lanes") as lanes:
        lanes.drop_column("unsigned_at")
        lanes.drop_column("missing")
        lanes.drop_column("tab_id")
