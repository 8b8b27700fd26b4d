"""Words that a person typed and whose cell shows something else: kept until a sweep has seen whose they are."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table, empty."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "overwritten_edits",
        sa.Column("id", big, nullable=False),
        sa.Column("sheet", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("link_id", big, nullable=True),
        sa.Column("covered", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=250), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=False),
        sa.Column("heard_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_overwritten_edits_link"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_overwritten_edits_sheet", "overwritten_edits", ["sheet"])


def downgrade() -> None:
    """Drop it again, with the words in it."""
    op.drop_table("overwritten_edits")
