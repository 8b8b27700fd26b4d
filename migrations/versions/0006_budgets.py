"""What is left of each Google account's calls, for all processes that share it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table; an account is entered when it is first used."""
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(length=320), nullable=False),
        sa.Column("reads", sa.Float(), nullable=False),
        sa.Column("writes", sa.Float(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("accounts")
