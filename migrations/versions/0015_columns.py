"""Which column holds each field, as it was last agreed on, and what the header says beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
NAMES = ("columns", "header", "doubled")


def upgrade() -> None:
    """Add the columns; the first comparison of each sheet fills them."""
    for name in NAMES:
        op.add_column("sheet_health", sa.Column(name, sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop them; an earlier version finds its columns by their headers alone."""
    for name in reversed(NAMES):
        op.drop_column("sheet_health", name)
