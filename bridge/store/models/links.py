"""A lead's link, and what was sent to its row."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bridge.core.values import Entered, Value
from bridge.store.models.columns import WriteState, where, word_of
from task_api.db import Base, BigId, NullIfEmpty, UtcDateTime


class Link(Base):
    """The lasting pairing of a lead id, its row and its task.

    ``base``: field → canonical value that both sides last agreed on. ``last_words``: task status → the lead word that
    last meant it. ``overrides``: field → value that an undo puts into the sheet although the task cannot express it.
    ``duplicate_rows``: other rows that carry the same id. ``agreed_at``: when the reading or the write began that
    ``base`` is from; an older reading does not count. ``seq``: the number of the last delivery that was taken.

    A write is pending while ``wanted > written``, and due at ``next_try``; ``attempts``: how often it failed, since
    ``failing_since``; ``error``: why it waits; ``failed_at``: when it was given up. ``cause``: the delivery, request or
    job behind it (as `bridge.config.logs` names it).

    For the person at the sheet: ``unread``: field → why its cell could not be read; ``refused``: field → what could not
    be written, a `bridge.core.outcome.RefusedWrite` as a list; ``conflicts``: field → what was decided.

    ``gone_at``: a tombstone: since when the row is missing; ``archived_at``: when the task was archived for it.
    ``row_pending``: the row has yet to be appended; ``append_tried_at``: when that was last tried.
    """

    __tablename__ = "links"
    __table_args__ = (
        UniqueConstraint("sheet", "lead_id", name="uq_links_sheet_lead"),
        UniqueConstraint("task_id", name="uq_links_task"),
        Index("ix_links_pending", "sheet", "next_try", **where("wanted > written")),
        Index("ix_links_gone", "sheet", "gone_at", **where("gone_at IS NOT NULL")),
        Index("ix_links_failed", "sheet", "failed_at", **where("failed_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sheet: Mapped[str] = mapped_column(String(64))
    lead_id: Mapped[str] = mapped_column(String(200))
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id", name="fk_links_task"))
    base: Mapped[dict[str, Any]] = mapped_column(JSON)
    last_words: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    row: Mapped[int | None] = mapped_column(Integer)
    duplicate_rows: Mapped[list[int]] = mapped_column(NullIfEmpty(list), default=list, nullable=True)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    agreed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wanted: Mapped[int] = mapped_column(Integer, default=0)
    written: Mapped[int] = mapped_column(Integer, default=0)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try: Mapped[datetime] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    overrides: Mapped[dict[str, Any]] = mapped_column(NullIfEmpty, default=dict, nullable=True)
    unread: Mapped[dict[str, str]] = mapped_column(NullIfEmpty, default=dict, nullable=True)
    refused: Mapped[dict[str, list[Any]]] = mapped_column(NullIfEmpty, default=dict, nullable=True)
    conflicts: Mapped[dict[str, str]] = mapped_column(NullIfEmpty, default=dict, nullable=True)
    row_pending: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cause: Mapped[str | None] = mapped_column(String(200))
    append_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    in_flight_writes: Mapped[list["InFlightWrite"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class InFlightWrite(Base):
    """One cell of a write to the sheet, from before it is sent until no older read can be in progress
    (`bridge.store.in_flight_writes`).

    ``link_id``: the lead it is for; of a misdirected one, the lead in whose row it is. ``before``: what the cell
    showed. ``row``: None when the row is appended. ``stood_there``: of a missing one, the lead id in the row that it
    went into, empty for a row without id; None when Google did not say where it went. Of one that Google said went
    elsewhere, also while it is unseen.

    A cell is addressed by its place, so a column may move away under the write. ``position``: the 0-based column that
    it was sent to, under this ``header``; ``entered``: what was put there. ``row_before``: the row as it was read
    before: header, content and whether that is a formula, column by column. A misdirected one that stands in a column
    which is not synced has the field ``""``: ``header`` says which column, ``row_before`` what may have stood there,
    empty when the cell was empty, None when that is unknown.
    """

    __tablename__ = "in_flight_writes"
    __table_args__ = (
        Index("ix_in_flight_writes_link", "link_id"),
        Index("ix_in_flight_writes_open", "sheet", **where("state IN ('sent', 'missing')")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("links.id", name="fk_in_flight_writes_link"))
    sheet: Mapped[str] = mapped_column(String(64))
    field: Mapped[str] = mapped_column(String(64))
    value: Mapped[Value] = mapped_column(JSON)
    before: Mapped[Value] = mapped_column(JSON)
    row: Mapped[int | None] = mapped_column(Integer)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[WriteState] = mapped_column(word_of(WriteState, 12))
    stood_there: Mapped[str | None] = mapped_column(String(200))
    header: Mapped[str | None] = mapped_column(Text)
    position: Mapped[int | None] = mapped_column(Integer)
    entered: Mapped[Entered] = mapped_column(JSON(none_as_null=True))
    row_before: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
