"""What is known of a sheet, its rows without a task and its calls to Google, each in a table of its own; columns of a
link that hold nothing are NULL.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

HEALTH = ("seq", "heard_at", "owner", "unsigned_at", "tab_id", "missing", "held", "held_why", "approved_at")
MAPS = ("overrides", "unread", "refused", "conflicts")
MOMENTS = ("heard_at", "unsigned_at", "approved_at")
queues = sa.table(
    "sheet_queues", sa.column("sheet"), sa.column("missing", sa.JSON), sa.column("unlinked", sa.JSON),
    sa.column("spent", sa.JSON), *(sa.column(name, sa.DateTime) for name in MOMENTS),
    *(sa.column(name) for name in HEALTH if name not in {"missing", *MOMENTS}),
)  # fmt: skip
health = sa.table(
    "sheet_health", sa.column("sheet"), sa.column("missing", sa.JSON),
    *(sa.column(name, sa.DateTime) for name in MOMENTS),
    *(sa.column(name) for name in HEALTH if name not in {"missing", *MOMENTS}),
)  # fmt: skip
unlinked = sa.table("unlinked_rows", sa.column("sheet"), sa.column("row"), sa.column("lead_id"), sa.column("why"))
calls = sa.table(
    "api_calls", sa.column("sheet"), sa.column("at", sa.DateTime), sa.column("kind"), sa.column("purpose")
)  # fmt: skip


def upgrade() -> None:
    """Make the tables, move what the queues' columns hold into them, and drop those columns."""
    op.create_table(
        "sheet_health",
        sa.Column("sheet", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.DateTime(), nullable=True),
        sa.Column("owner", sa.String(length=320), nullable=True),
        sa.Column("unsigned_at", sa.DateTime(), nullable=True),
        sa.Column("tab_id", sa.BigInteger(), nullable=True),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("held_why", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["sheet"], ["sheet_queues.sheet"], name="fk_sheet_health_queue"),
        sa.PrimaryKeyConstraint("sheet"),
    )
    op.create_table(
        "unlinked_rows",
        sa.Column("sheet", sa.String(length=64), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sheet", "row"),
    )
    op.create_table(
        "api_calls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_api_calls_at", "api_calls", ["at"])
    _move()
    for name in (*HEALTH, "settings", "unlinked", "spent"):
        op.drop_column("sheet_queues", name)
    _let_links_be_null()


def downgrade() -> None:
    """Go back to the queues' columns and to empty JSON. The calls of the last minute are forgotten, and so are the
    settings, which the next delivery brings.
    """
    _fill_links()
    with op.batch_alter_table("sheet_queues") as table:
        table.add_column(sa.Column("seq", sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(sa.Column("settings", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
        table.add_column(sa.Column("held", sa.Integer(), nullable=False, server_default="0"))
        for name in ("unlinked", "missing", "spent"):
            table.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        for name in MOMENTS:
            table.add_column(sa.Column(name, sa.DateTime(), nullable=True))
        table.add_column(sa.Column("held_why", sa.Text(), nullable=True))
        table.add_column(sa.Column("owner", sa.String(length=320), nullable=True))
        table.add_column(sa.Column("tab_id", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("sheet_queues") as table:
        for name in ("seq", "settings"):
            table.alter_column(name, server_default=None)
    _move_back()
    for name in ("api_calls", "unlinked_rows", "sheet_health"):
        op.drop_table(name)


def _move() -> None:
    for queue in _all(queues):
        _insert(health, [{"sheet": queue.sheet} | {name: getattr(queue, name) for name in HEALTH}])
        rows = {one["row"]: one for one in queue.unlinked}
        _insert(unlinked, [{"sheet": queue.sheet, **one} for one in rows.values()])
        _insert(calls, [_call(queue.sheet, *one) for one in queue.spent])


def _call(sheet: str, at: float, kind: str, purpose: str) -> dict[str, Any]:
    moment = datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
    return {"sheet": sheet, "at": moment, "kind": kind, "purpose": purpose}


def _move_back() -> None:
    rows: dict[str, list[dict[str, Any]]] = {}
    for one in _all(unlinked):
        rows.setdefault(one.sheet, []).append({"row": one.row, "lead_id": one.lead_id, "why": one.why})
    for one in _all(health):
        values = {name: getattr(one, name) for name in HEALTH} | {"unlinked": rows.get(one.sheet, [])}
        op.get_bind().execute(sa.update(queues).where(queues.c.sheet == one.sheet).values(**values))


def _let_links_be_null() -> None:
    with op.batch_alter_table("links") as table:
        for name in MAPS:
            table.alter_column(name, existing_type=sa.JSON(), nullable=True, server_default=None)
        table.alter_column("duplicate_rows", existing_type=sa.JSON(), nullable=True)
        table.drop_column("has_duplicates")
    empty = {name: "{}" for name in MAPS} | {"duplicate_rows": "[]"}
    kept = (f"{name} = CASE WHEN CAST({name} AS TEXT) <> '{none}' THEN {name} END" for name, none in empty.items())
    op.execute(f"UPDATE links SET {', '.join(kept)}")  # noqa: S608 - our own names


def _fill_links() -> None:
    empty = {name: "{}" for name in MAPS} | {"duplicate_rows": "[]"}
    with op.batch_alter_table("links") as table:
        table.add_column(sa.Column("has_duplicates", sa.Boolean(), nullable=False, server_default=sa.false()))
    kept = [f"{name} = coalesce({name}, '{none}')" for name, none in empty.items()]
    kept.append("has_duplicates = (duplicate_rows IS NOT NULL)")
    op.execute(f"UPDATE links SET {', '.join(kept)}")  # noqa: S608 - our own names
    with op.batch_alter_table("links") as table:
        for name in MAPS:
            table.alter_column(name, existing_type=sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        table.alter_column("duplicate_rows", existing_type=sa.JSON(), nullable=False)
        table.alter_column("has_duplicates", existing_type=sa.Boolean(), server_default=None)


def _all(table: sa.TableClause) -> Iterator[Any]:
    yield from op.get_bind().execute(sa.select(table)).all()


def _insert(table: sa.TableClause, rows: list[dict[str, Any]]) -> None:
    if rows:
        op.get_bind().execute(sa.insert(table), rows)
