"""The tables of the task API."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from task_api.db import Base, BigId, UtcDateTime
from task_api.statuses import STATUSES, Status


class Task(Base):
    """One piece of work. ``version`` counts its changes and is its ETag; ``archived_at`` None: it is active.

    `task_api.schemas` derives requests and answers from these columns. A text is limited by the length of its column,
    or by ``longest`` where the column has none. ``lead_id``: the caller's own id of what the task is about, in
    the form in which the app compares ids (``is_id``).
    """

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", name="ck_tasks_status"),
        Index("ix_tasks_lead_id", "lead_id"),
        Index("ix_tasks_updated_at", "updated_at", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(500))
    status: Mapped[Status] = mapped_column(String(20), default="TODO")
    lead_id: Mapped[str | None] = mapped_column(String(200), info={"is_id": True})
    notes: Mapped[str] = mapped_column(Text, default="", info={"longest": 50_000})
    assignee: Mapped[str | None] = mapped_column(String(200))
    due: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """The right to call the API. Only the SHA-256 of the token is stored; the token has 256 random bits.

    ``kind``: ``bearer`` (sent by programs), ``session`` (a browser's cookie) or ``link`` (exchanged once for a
    session). ``expires_at`` None: it does not expire.
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(10), default="bearer", server_default="bearer")
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class IdempotencyKey(Base):
    """The answer to a POST with this key, for its repeats."""

    __tablename__ = "idempotency_keys"

    token_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    task_id: Mapped[int] = mapped_column(BigId)
    answer: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
