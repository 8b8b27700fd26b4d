"""What the bridge remembers, beside the tasks in the same database, so that what must be true together commits
together.

The outbox is a state of the link, not a growing list: a hundred PATCHes of one task owe one write, the newest.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bridge.core.values import Value
from task_api.db import Base, BigId, UtcDateTime

NOTHING, NO_ROWS = text("'{}'"), text("'[]'")


class ActorKind(StrEnum):
    """Who or what makes a change: the kind in `task_api.actor.Actor`."""

    DELIVERY = "delivery"
    SWEEP = "sweep"
    FLUSH = "flush"
    UNDO = "undo"
    TOKEN = "token"  # noqa: S105 - no password
    PAGE = "page"


READS_SHEET = frozenset({ActorKind.DELIVERY, ActorKind.SWEEP, ActorKind.FLUSH})
"""Those whose changes come out of rows; `bridge.sync` notes them in the lead's words."""


class ChangeState(StrEnum):
    """What became of a change of one field."""

    WAITING = "waiting"
    """To be written to the sheet."""
    APPLIED = "applied"
    SUPERSEDED = "superseded"
    """A newer change came first."""
    REFUSED = "refused"
    LOST = "lost"
    """A conflict went the other way; ``old`` and ``new`` say what it wanted."""
    TAKEN = "taken"
    """Lost, and put back since."""


class Rule(StrEnum):
    """Why a change was made, in the words that people read."""

    SHEET = "the sheet changed"
    TASK = "the task changed"
    UNDO = "undo"
    SHEET_WINS = "conflict, policy 'sheet'"
    TASK_WINS = "conflict, policy 'task'"
    LATEST_WINS = "conflict, policy 'latest'"
    MISDIRECTED = "a misdirected write of ours"
    COVERED = "typed while we wrote"
    ROW_NEW = "a new row"
    ROW_MADE = "a row for a task of the API"
    ROW_FOUND = "a task that waited for its row"
    ROW_DELETED = "the row was deleted"
    ROW_BACK = "the row is back"
    ID_EDITED = "the id was edited"


class WriteState(StrEnum):
    """What is known of one cell that was sent to the sheet."""

    SENT = "sent"
    """It left; whether it arrived is not known."""
    UNSEEN = "unseen"
    """Its row does not show it; it may still arrive there."""
    CONFIRMED = "confirmed"
    """Its row showed it."""
    MISSING = "missing"
    """It may stand in another row: a sweep looks for it."""
    MISDIRECTED = "misdirected"
    """It went into this lead's row and was meant for another: the cell is to get its own value back."""


def word_of(kind: type[StrEnum], length: int) -> Enum:
    """A column that holds the values of this enum as text."""
    return Enum(kind, native_enum=False, length=length, values_callable=list)


def where(condition: str) -> dict[str, Any]:
    """An index over these rows only."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Link(Base):
    """The lasting pairing of a lead id, its row and its task.

    ``base``: field → canonical value the sheet last showed and the bridge took. ``last_words``: task status → the lead
    word that last meant it. ``overrides``: field → value that the sheet is to take although no task says it (an undo).
    ``duplicate_rows``: other rows that carry the same id.

    The sheet owes a write while ``wanted > written``; ``cause``: the delivery, request or job behind it (as
    `bridge.config.logs` names it); ``failed_at``: given up, ``error`` says why.

    What a person should know: ``unread``: field → why its cell could not be read; ``refused``: field → what could not
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
    duplicate_rows: Mapped[list[int]] = mapped_column(JSON, default=list)
    has_duplicates: Mapped[bool] = mapped_column(Boolean, default=False)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    agreed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wanted: Mapped[int] = mapped_column(Integer, default=0)
    written: Mapped[int] = mapped_column(Integer, default=0)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try: Mapped[datetime] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    overrides: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default=NOTHING)
    unread: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default=NOTHING)
    refused: Mapped[dict[str, list[Any]]] = mapped_column(JSON, default=dict, server_default=NOTHING)
    conflicts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default=NOTHING)
    row_pending: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cause: Mapped[str | None] = mapped_column(String(200))
    append_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    in_flight_writes: Mapped[list["InFlightWrite"]] = relationship(lazy="raise", cascade="all, delete-orphan")

    def set_duplicates(self, rows: Iterable[int]) -> None:
        """Remember which other rows carry this lead's id."""
        self.duplicate_rows = list(rows)
        self.has_duplicates = bool(self.duplicate_rows)


class InFlightWrite(Base):
    """One cell of a write to the sheet, from before it leaves until nobody can hold a reading from before it
    (`bridge.store.in_flight_writes`).

    ``link_id``: the lead it is for; of a misdirected one, the lead in whose row it stands. ``before``: what the cell
    showed. ``row``: None when the row is appended. ``stood_there``: of a missing one, the lead id in the row that it
    went into, empty for a row without id; None when Google did not say where it went.
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
    """A word that a person typed at a place where the script then read something else; kept until a sweep knows whose
    it is (`bridge.sync.overwritten_edits`).

    ``row``: where it was typed; ``link_id``: the lead that was read there, None when it was none we know. ``covered``:
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


class Account(Base):
    """What is left of a Google account's budget (`bridge.store.quota`): calls that were free at ``at`` (Unix
    time); less than none is a debt.
    """

    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(String(320), primary_key=True)
    reads: Mapped[float] = mapped_column(Float)
    writes: Mapped[float] = mapped_column(Float)
    at: Mapped[float] = mapped_column(Float)


class SheetQueue(Base):
    """One sheet's queue and its health. ``token`` fences: who holds an older one may no longer write.

    ``held``: how many vanished rows wait for a person's word before their tasks are archived; ``approved_at``: rows
    that had vanished by then may go. ``owner``: whose account runs the script's triggers. ``unlinked``: rows that have
    no task, and why, as the last sweep saw them. ``sweeps``: when sweeps are wanted (seconds), ``sweep_at`` the first.
    ``tab_id``: Google's number of the tab, ``missing``: headers it should have, as last seen; ``unsigned_at``: when a
    delivery with a wrong signature last came. ``spent``: the calls to Google of about the last minute, each as [seconds
    since 1970, kind, purpose].
    """

    __tablename__ = "sheet_queues"

    sheet: Mapped[str] = mapped_column(String(64), primary_key=True)
    spreadsheet: Mapped[str] = mapped_column(String(200))
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    swept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sweep_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    problem: Mapped[str | None] = mapped_column(Text)
    token: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    held: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_why: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(String(320))
    unlinked: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default=NO_ROWS)
    sweeps: Mapped[list[float]] = mapped_column(JSON, default=list, server_default=NO_ROWS)
    tab_id: Mapped[int | None] = mapped_column(BigInteger)
    missing: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=NO_ROWS)
    unsigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    spent: Mapped[list[tuple[float, str, str]]] = mapped_column(JSON, default=list, server_default=NO_ROWS)


class Count(Base):
    """A count that only grows: of one sheet, by name and label, as `bridge.store.counters` keeps it."""

    __tablename__ = "counters"

    sheet: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    label: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[float] = mapped_column(Float)
