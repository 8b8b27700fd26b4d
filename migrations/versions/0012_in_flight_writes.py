"""In-flight writes as rows of a table, out of JSON of links and sheet queues; who refused a value, as a code."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

PORTION = 2000
GOOGLE = "Google refuses"
"""So began the reasons of refusals by Google."""
writes = sa.table(
    "in_flight_writes", sa.column("link_id"), sa.column("sheet"), sa.column("field"), sa.column("value", sa.JSON),
    sa.column("before", sa.JSON), sa.column("row"), sa.column("sent_at", sa.DateTime), sa.column("state"),
    sa.column("stood_there"),
)  # fmt: skip
links = sa.table(
    "links", sa.column("id"), sa.column("sheet"), sa.column("wanted"), sa.column("written"),
    sa.column("own_writes", sa.JSON), sa.column("refused", sa.JSON), sa.column("append_tried_at", sa.DateTime),
)  # fmt: skip
queues = sa.table("sheet_queues", sa.column("sheet"), sa.column("litter", sa.JSON))


def upgrade() -> None:
    """Make the table, move what is in flight into it, and drop the columns that held it."""
    op.create_table(
        "in_flight_writes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("stood_there", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_in_flight_writes_link"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_in_flight_writes_link", "in_flight_writes", ["link_id"])
    open_ = sa.text("state IN ('sent', 'missing')")
    op.create_index("ix_in_flight_writes_open", "in_flight_writes", ["sheet"], sqlite_where=open_, postgresql_where=open_)
    op.add_column("links", sa.Column("append_tried_at", sa.DateTime(), nullable=True))
    _move()
    op.drop_column("links", "own_writes")
    op.drop_column("sheet_queues", "litter")


def downgrade() -> None:
    """Go back to JSON. What is in flight is forgotten, as it is when a backup is restored."""
    op.add_column("sheet_queues", sa.Column("litter", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("links") as table:
        table.add_column(sa.Column("own_writes", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("links") as table:
        table.alter_column("own_writes", server_default=None)
    for link in _links("refused", "{}"):
        _set(link.id, refused={name: [value, why] for name, (value, _, why) in link.refused.items()})
    op.drop_column("links", "append_tried_at")
    op.drop_table("in_flight_writes")


def _move() -> None:
    for link in _links("own_writes", "[]"):
        _insert([_row(link.id, link.sheet, one, _state(link, one)) for one in link.own_writes if one["field"] != "append"])
        if tries := [_moment(one) for one in link.own_writes if one["field"] == "append"]:
            _set(link.id, append_tried_at=max(tries))
    for queue in op.get_bind().execute(sa.select(queues)).all():
        _insert([_row(one["link"], queue.sheet, one, "missing") for one in queue.litter])
    for link in _links("refused", "{}"):
        _set(link.id, refused={name: _coded(*refused) for name, refused in link.refused.items()})


def _links(column: str, nothing: str) -> Iterator[Any]:
    """Links whose column holds anything, a portion at a time."""
    last, filled = 0, sa.cast(links.c[column], sa.Text) != nothing
    while found := op.get_bind().execute(
        sa.select(links).where(filled, links.c.id > last).order_by(links.c.id).limit(PORTION)
    ).all():  # fmt: skip
        yield from found
        last = found[-1].id


def _state(link: Any, one: dict[str, Any]) -> str:
    if one.get("alien"):
        return "misdirected"
    if not one["settled"]:
        return "sent" if link.wanted > link.written else "unseen"
    return "confirmed" if one.get("landed") else "unseen"


def _row(link_id: int, sheet: str, one: dict[str, Any], state: str) -> dict[str, Any]:
    row = {"link_id": link_id, "sheet": sheet, "state": state, "sent_at": _moment(one), "row": one["row"] or None}
    there = one.get("stood") or "" if one.get("sure") else None
    return row | {"field": one["field"], "value": one["value"], "before": one["before"], "stood_there": there}


def _moment(one: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(one["at"]).astimezone(UTC).replace(tzinfo=None)


def _coded(value: Any, why: str) -> list[Any]:
    return [value, "google" if why.startswith(GOOGLE) else "cell", why]


def _insert(rows: list[dict[str, Any]]) -> None:
    if rows:
        op.get_bind().execute(sa.insert(writes), rows)


def _set(link_id: int, **values: Any) -> None:
    op.get_bind().execute(sa.update(links).where(links.c.id == link_id).values(**values))
