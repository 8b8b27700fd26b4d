"""What is noticed of a sheet beside its own deliveries: copies of it, and scripts that send for it from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column; nothing has been noticed so far."""
    op.add_column("sheet_health", sa.Column("notices", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop it with what was noticed."""
    op.drop_column("sheet_health", "notices")
