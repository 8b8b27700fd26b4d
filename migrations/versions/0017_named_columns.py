"""What is agreed about a field's column has names; it was a list whose places meant something."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
NAMES = ("header", "position", "rows", "why", "other", "approved")
HEALTH = sa.table("sheet_health", sa.column("sheet", sa.String()), sa.column("columns", sa.JSON()))


def upgrade() -> None:
    """Name the values."""
    _change(lambda said: dict(zip(NAMES, said)))


def downgrade() -> None:
    """The values without their names, in the order of before."""
    _change(lambda said: [said[name] for name in NAMES if name in said])


def _change(one) -> None:
    connection = op.get_bind()
    for sheet, columns in connection.execute(sa.select(HEALTH).where(HEALTH.c.columns.is_not(None))).all():
        if columns:
            named = {field: one(said) for field, said in columns.items()}
            connection.execute(sa.update(HEALTH).where(HEALTH.c.sheet == sheet).values(columns=named))
