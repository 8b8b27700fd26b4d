"""What caused the write that a link owes: the id of a delivery, a request or a turn."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; what was caused before has no name."""
    with op.batch_alter_table("links") as links:
        links.add_column(sa.Column("cause", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Drop it again."""
    with op.batch_alter_table("links") as links:
        links.drop_column("cause")
