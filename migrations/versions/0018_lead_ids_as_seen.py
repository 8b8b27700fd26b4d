"""Lead ids as a person sees them, as both channels and the API give them; one that was stored with a no-break blank or a
sign without width would be another lead's. Where two would become equal, both stay as they are.
"""

import sqlalchemy as sa
from alembic import op

from bridge.core.text import as_seen

revision = "0018"
down_revision = "0017"
TASKS = sa.table("tasks", sa.column("id", sa.BigInteger()), sa.column("lead_id", sa.String()))
LINKS = sa.table("links", *(sa.column(name, kind) for name, kind in [("id", sa.BigInteger()), ("lead_id", sa.String()), ("sheet", sa.String())]))


def upgrade() -> None:
    """Write each id anew that a person sees otherwise than it is stored."""
    _respell(LINKS, LINKS.c.sheet)
    _respell(TASKS, sa.literal(""))


def downgrade() -> None:
    """Nothing: how an id was spelled is not known any more."""


def _respell(table, scope) -> None:
    connection = op.get_bind()
    known = connection.execute(sa.select(table.c.id, scope, table.c.lead_id).where(table.c.lead_id.is_not(None))).all()
    taken = {(place, lead_id) for _, place, lead_id in known}
    for key, place, lead_id in known:
        seen = as_seen(lead_id)
        if seen and (place, seen) not in taken:
            taken.add((place, seen))
            connection.execute(sa.update(table).where(table.c.id == key).values(lead_id=seen))
