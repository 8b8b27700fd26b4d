"""Tokens of other kinds, and tokens that end: sign-in links and the page's sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; every token that is there stays one that programs use, without an end."""
    op.add_column("api_tokens", sa.Column("kind", sa.String(length=10), nullable=False, server_default="bearer"))
    op.add_column("api_tokens", sa.Column("expires_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """Drop what programs do not use, then the columns."""
    op.execute("DELETE FROM api_tokens WHERE kind <> 'bearer'")
    with op.batch_alter_table("api_tokens") as tokens:
        tokens.drop_column("expires_at")
        tokens.drop_column("kind")
