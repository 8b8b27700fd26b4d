"""Tombstones, dead letters, refusals and conflicts of a link; held deletions of a lane; the rule of a change."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

EMPTY = sa.text("'{}'")


def upgrade() -> None:
    """Add the columns; what is there stays as it is."""
    with op.batch_alter_table("links") as links:
        for name in ("puts", "unread", "refused", "conflicts"):
            links.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default=EMPTY))
        links.add_column(sa.Column("unborn", sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in ("failing_since", "buried_at", "gone_at", "archived_at"):
            links.add_column(sa.Column(name, sa.DateTime(), nullable=True))
    op.create_index("ix_links_gone", "links", ["sheet", "gone_at"], sqlite_where=sa.text("gone_at IS NOT NULL"), postgresql_where=sa.text("gone_at IS NOT NULL"))
    op.create_index("ix_links_buried", "links", ["sheet", "buried_at"], sqlite_where=sa.text("buried_at IS NOT NULL"), postgresql_where=sa.text("buried_at IS NOT NULL"))
    with op.batch_alter_table("lanes") as lanes:
        lanes.add_column(sa.Column("held", sa.Integer(), nullable=False, server_default="0"))
        lanes.add_column(sa.Column("approved_at", sa.DateTime(), nullable=True))
        lanes.add_column(sa.Column("held_why", sa.Text(), nullable=True))
        lanes.add_column(sa.Column("owner", sa.String(length=320), nullable=True))
        for name in ("unlinked", "litter", "sweeps"):
            lanes.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("changes") as changes:
        changes.add_column(sa.Column("rule", sa.String(length=60), nullable=True))
    op.create_index("ix_changes_lost", "changes", ["id"], sqlite_where=sa.text("state = 'lost'"), postgresql_where=sa.text("state = 'lost'"))


def downgrade() -> None:
    """Drop the columns again."""
    op.drop_index("ix_changes_lost", "changes")
    with op.batch_alter_table("changes") as changes:
        changes.drop_column("rule")
    with op.batch_alter_table("lanes") as lanes:
        for name in ("held", "approved_at", "held_why", "owner", "unlinked", "litter", "sweeps"):
            lanes.drop_column(name)
    op.drop_index("ix_links_buried", "links")
    op.drop_index("ix_links_gone", "links")
    with op.batch_alter_table("links") as links:
        for name in ("puts", "unread", "refused", "conflicts", "unborn"):
            links.drop_column(name)
        for name in ("failing_since", "buried_at", "gone_at", "archived_at"):
            links.drop_column(name)
