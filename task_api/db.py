"""The database: base class, types, engine, and the unit of work.

SQLite has one writer at a time, and fails a transaction that first reads and then writes while another one writes. So
every writing transaction starts with BEGIN IMMEDIATE; a mutex queues the writers of one process, which is fairer than
SQLite's busy handler. PostgreSQL has many writers: they lock the rows they change, and use `exclusive` where there is
no row to lock.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import JSON, BigInteger, Connection, DateTime, Dialect, Engine, Integer, create_engine, event, text
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT = 10.0
"""Seconds to wait for another process's transaction, or for a connection while all are taken."""
IDLE_TIMEOUT = 60.0
"""Seconds after which PostgreSQL ends an idle transaction, whose process may be paused or gone, and frees its locks."""
LOCKS = 64
"""Number of advisory locks of one kind; names are hashed onto them."""


class Base(DeclarativeBase):
    """Every table of the project."""


BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite generates keys only in a column of type INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in UTC; stored without their zone, which SQLite cannot keep."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """UTC without its zone; raises ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The same moment with its zone."""
        return None if value is None else value.replace(tzinfo=UTC)


class NullIfEmpty(TypeDecorator[Any]):
    """A dict or list as JSON; NULL while it is empty, so that a query can ask whether it holds anything. ``of``: the
    dict's values are named tuples of this kind, and are stored with their names.
    """

    impl = JSON
    cache_ok = True

    def __init__(
        self, empty: type[dict[str, Any]] | type[list[Any]] = dict, of: Callable[..., Any] | None = None
    ) -> None:
        super().__init__(none_as_null=True)
        self.empty, self.of = empty, of

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """An empty value as NULL."""
        if value and self.of:
            return {name: one._asdict() for name, one in value.items()}
        return value or None

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """NULL as an empty value."""
        if value is None:
            return self.empty()
        return {name: self.of(**one) for name, one in value.items()} if self.of else value


def open_engine(database_url: str, program: str = "") -> Engine:
    """An engine whose errors, which are logged, hold no values. SQLite: WAL, durable commits, foreign keys, and our own
    BEGIN. PostgreSQL: read committed, connections checked before use, idle transactions ended; ``program`` is the
    connection's application name. The caller disposes of the engine.
    """
    if database_url.startswith("sqlite"):
        engine = create_engine(database_url, hide_parameters=True)
        event.listen(engine, "connect", _prepare_connection)
        event.listen(engine, "begin", _begin)
        return engine
    engine = create_engine(
        database_url, hide_parameters=True, isolation_level="READ COMMITTED",
        connect_args={"connect_timeout": 5, "application_name": program},
        pool_pre_ping=True, pool_size=10, max_overflow=20, pool_timeout=BUSY_TIMEOUT,
    )  # fmt: skip
    event.listen(engine, "connect", _limit_idle_transactions)
    return engine


class Joined(Protocol):
    """A participant of a transaction, which has work to do at its end."""

    def before_commit(self, session: "UnitOfWork") -> None:
        """Called inside the transaction; an exception rolls it back."""

    def after_commit(self) -> None:
        """Called once the transaction is committed."""

    def forget(self) -> None:
        """Called when the transaction was rolled back."""


class UnitOfWork(Session):
    """A session whose commit writes the objects, calls ``joined``, commits, and calls ``joined`` again.

    Objects keep their values after a commit. In one process, one transaction at a time writes to a SQLite file: from
    `begin_write` to its end.
    """

    def __init__(self, *args: Any, joined: Joined | None = None, **options: Any) -> None:
        super().__init__(*args, **{"expire_on_commit": False} | options)
        self.joined = joined
        self._writer: threading.Lock | None = None

    def begin_write(self) -> None:
        """Start a transaction that may write, before its first change; what was read before is read again.

        On SQLite this ends the transaction that was only read in; on PostgreSQL the transaction continues.
        """
        if self.new or self.dirty or self.deleted:
            raise RuntimeError("begin_write comes before the first change, not after it")
        engine = self.get_bind()
        if engine.dialect.name != "sqlite":
            self.expire_all()  # read committed: each statement sees what is committed by then
            return
        if self.in_transaction():
            self.rollback()
        self._begin_immediate(engine)

    def _begin_immediate(self, engine: Engine | Connection) -> None:
        writer = _writers.setdefault(str(engine.engine.url), threading.Lock())
        writer.acquire()
        self._writer = writer
        try:
            self.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        except BaseException:
            self._let_next_writer()
            raise

    def commit(self) -> None:
        """Write the objects and what ``joined`` adds, commit, and call it again."""
        self.flush()
        if self.joined is not None:
            self.joined.before_commit(self)
        super().commit()
        self._let_next_writer()
        if self.joined is not None:
            self.joined.after_commit()

    def rollback(self) -> None:
        """Roll back, let the next writer start, and call ``joined``."""
        super().rollback()
        self._forget()

    def close(self) -> None:
        """Close the session, with a rollback of what was not committed."""
        super().close()
        self._forget()

    def _forget(self) -> None:
        self._let_next_writer()
        if self.joined is not None:
            self.joined.forget()

    def _let_next_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.release()


_writers: dict[str, threading.Lock] = {}
"""Address of a SQLite file → the mutex of its writers in this process."""


class _RequestSession(UnitOfWork, FlaskSession):
    """The unit of work of a request."""


class _Database(SQLAlchemy):
    """Flask-SQLAlchemy on the engine that the app was given: it gives each request a session, and closes it."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:  # noqa: ARG002
        engine: Engine = app.extensions["database"]
        return engine


_requests = _Database(model_class=Base, session_options={"class_": _RequestSession})


def init_sessions(app: Flask, engine: Engine) -> None:
    """Let requests of the app use this engine; see `session`."""
    app.extensions["database"], app.config["SQLALCHEMY_DATABASE_URI"] = engine, engine.url
    _requests.init_app(app)


def session() -> UnitOfWork:
    """The session of the current request; Flask-SQLAlchemy closes it with the request."""
    return cast(UnitOfWork, _requests.session())


def exclusive(session: Session, kind: str, *names: str) -> None:
    """Take transaction-scoped advisory locks of these names, for what has no row to lock."""
    if not names or session.get_bind().dialect.name == "sqlite":  # SQLite has one writer anyway
        return
    places = {int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) % LOCKS for name in names}
    kind_id = int.from_bytes(hashlib.blake2b(kind.encode(), digest_size=4).digest(), signed=True)
    lock = text("SELECT pg_advisory_xact_lock(:kind, place) FROM unnest(CAST(:places AS int[])) AS place")
    session.execute(lock, {"kind": kind_id, "places": sorted(places)})  # in one order, against deadlocks


@contextmanager
def impatient(connection: Connection) -> Iterator[None]:
    """In this context a locked SQLite database fails at once instead of after `BUSY_TIMEOUT`."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT * 1000:.0f}")


def _prepare_connection(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; ours is in _begin
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT * 1000:.0f}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _limit_idle_transactions(connection: Any, _record: object) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_TIMEOUT:.0f} s'")
    connection.commit()


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
