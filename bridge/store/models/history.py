"""What happened: deliveries, changes, edits that were overwritten, and counts of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bridge.store.models.columns import ChangeState, where, word_of
from task_api.db import Base, BigId, UtcDateTime


class Delivery(Base):
    """One signed POST from a sheet and the reply it was given, so that a redelivery gets the same reply and changes
    nothing.
    """

    __tablename__ = "deliveries"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    sheet: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    reply: Mapped[dict[str, Any]] = mapped_column(JSON)


class Change(Base):
    """One field changed on one side: when, by whom, from what, to what, and what became of it.

    ``actor``: a `task_api.actor.Actor` as text. ``rule``: a `Rule`. ``reached_at``: when the other side
    had it.
    """

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_task", "task_id", "id"),
        Index("ix_changes_link", "link_id", "id"),
        Index("ix_changes_lost", "id", **where("state = 'lost'")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(250))
    side: Mapped[str] = mapped_column(String(5))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("links.id", name="fk_changes_link"))
    task_id: Mapped[int | None] = mapped_column(BigId)
    field: Mapped[str] = mapped_column(String(64))
    old: Mapped[Any] = mapped_column(JSON)
    new: Mapped[Any] = mapped_column(JSON)
    state: Mapped[ChangeState] = mapped_column(word_of(ChangeState, 10))
    reason: Mapped[str | None] = mapped_column(Text)
    reached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rule: Mapped[str | None] = mapped_column(String(60))


class OverwrittenEdit(Base):
    """A typed value that the script no longer found in its cell; kept until a sweep locates it
    (`bridge.sync.edits.overwritten`).

    ``row``: where it was typed; ``link_id``: the lead that was read there, None if unknown. ``covered``:
    that lead's cell showed what a write of ours had left there about then. ``actor``: the delivery, as text.
    ``edited_at``: when it was typed, by the sheet's clock; ``heard_at``: when the delivery came, by ours.
    """

    __tablename__ = "overwritten_edits"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sheet: Mapped[str] = mapped_column(String(64), index=True)
    field: Mapped[str] = mapped_column(String(64))
    value: Mapped[Any] = mapped_column(JSON)
    row: Mapped[int] = mapped_column(Integer)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("links.id", name="fk_overwritten_edits_link"))
    covered: Mapped[bool] = mapped_column(Boolean)
    actor: Mapped[str] = mapped_column(String(250))
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    heard_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Count(Base):
    """A count that only grows: of one sheet, by name and label, as `bridge.store.counters` keeps it."""

    __tablename__ = "counters"

    sheet: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    label: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[float] = mapped_column(Float)
