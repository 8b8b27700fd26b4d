"""A sheet's queue, what is known of the sheet beside its work, and the quota of Google's accounts."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bridge.core.headers import Place
from task_api.db import Base, BigId, NullIfEmpty, UtcDateTime

NO_ITEMS = text("'[]'")


class SheetQueue(Base):
    """When one sheet has work, and which job may do it: the lease is taken and the work read in one statement.

    ``sweeps``: when sweeps are wanted (seconds since 1970), ``sweep_at`` the first; ``swept_at``: when the last one
    began. ``problem``: why work waits until ``not_before``; ``attempts``: how many jobs failed in a row, 0 when a
    person has to solve the problem. ``lease_until``: when the lease of the present job ends, None without a job.
    ``token``: the fencing token; a job with an older one must not write.
    """

    __tablename__ = "sheet_queues"

    sheet: Mapped[str] = mapped_column(String(64), primary_key=True)
    spreadsheet: Mapped[str] = mapped_column(String(200))
    swept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sweep_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    problem: Mapped[str | None] = mapped_column(Text)
    token: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sweeps: Mapped[list[float]] = mapped_column(JSON, default=list, server_default=NO_ITEMS)
    health: Mapped["SheetHealth"] = relationship(lazy="joined", innerjoin=True)


class SheetHealth(Base):
    """What is known of a sheet beside its work; read with its queue.

    Of the script: ``seq``: the number of its last delivery; ``heard_at``: when that came; ``owner``: whose account runs
    its triggers; ``unsigned_at``: when a delivery with a wrong signature last came. Of the tab: ``tab_id``: Google's
    number of it; ``missing``: headers it should have; ``doubled``: what to say of fields that several columns fit;
    ``columns``: field → its column, as it was last agreed on; ``header``: all headers, when no column
    was in doubt. Of rows that vanished: ``held``: how many await approval before their tasks are archived,
    ``held_why``; ``approved_at``: those that had vanished by then are approved.
    ``notices``: kind → what was noticed of copies of the sheet, and when (`bridge.store.notices`).
    """

    __tablename__ = "sheet_health"

    sheet: Mapped[str] = mapped_column(ForeignKey("sheet_queues.sheet", name="fk_sheet_health_queue"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[str | None] = mapped_column(String(320))
    unsigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tab_id: Mapped[int | None] = mapped_column(BigInteger)
    missing: Mapped[list[str]] = mapped_column(JSON, default=list)
    held: Mapped[int] = mapped_column(Integer, default=0)
    held_why: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notices: Mapped[dict[str, list[str]]] = mapped_column(NullIfEmpty, default=dict, nullable=True)
    columns: Mapped[dict[str, Place]] = mapped_column(NullIfEmpty(of=Place), default=dict, nullable=True)
    header: Mapped[list[str]] = mapped_column(NullIfEmpty(list), default=list, nullable=True)
    doubled: Mapped[list[str]] = mapped_column(NullIfEmpty(list), default=list, nullable=True)


class UnlinkedRow(Base):
    """A row without a task, and why, in the last sweep."""

    __tablename__ = "unlinked_rows"

    sheet: Mapped[str] = mapped_column(String(64), primary_key=True)
    row: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    lead_id: Mapped[str | None] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)


class ApiCall(Base):
    """A call to Google that has ended: the quota counts those of the last minute; `bridge.maintenance.retention` drops
    older ones.
    """

    __tablename__ = "api_calls"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sheet: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kind: Mapped[str] = mapped_column(String(5))
    purpose: Mapped[str] = mapped_column(String(10))


class Account(Base):
    """What was left of a Google account's quota at ``at`` (seconds since 1970), in calls; less than 0 is a debt."""

    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(String(320), primary_key=True)
    reads: Mapped[float] = mapped_column(Float)
    writes: Mapped[float] = mapped_column(Float)
    at: Mapped[float] = mapped_column(Float)
