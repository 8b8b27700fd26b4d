"""The database: base class, types, and transactions that take the right to write before they need it.

SQLite has one writer at a time and fails a transaction that wants to write after reading while another writes, so
every writing transaction starts with BEGIN IMMEDIATE; within one process a mutex queues the writers, which is fairer
than SQLite's sleeping busy handler. PostgreSQL has many writers: they lock the rows they are about to change, and
`exclusive` where there is no row yet.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Engine, Integer, create_engine, event, text
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT = 10.0
"""Seconds to wait for another process's transaction, or for a connection while all are taken."""
IDLE_TIMEOUT = 60.0
"""Seconds after which PostgreSQL ends a transaction whose process stands still, paused or gone, and frees its locks."""
UNUSABLE = (OperationalError, InternalError, PoolTimeout)
"""What SQLAlchemy raises while the database is away, busy, full, or may only be read."""
READ_ONLY, FULL = {"25006", "READONLY"}, {"53100", "FULL"}
UNFIT = READ_ONLY | FULL | {"42501", "25P03", "BUSY", "LOCKED", "IOERR", "CANTOPEN"}
"""By `state`."""
LOCKS = 64
"""So many different locks stand behind all the names of one kind."""


class Base(DeclarativeBase):
    """Every table of the project."""


BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the key is an INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in UTC, in and out; SQLite itself keeps no zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Store UTC without its zone; refuses a naive datetime, whose meaning nobody knows."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


def open_engine(database_url: str, program: str = "") -> Engine:
    """An engine as the project needs it: no values in errors, which are logged. SQLite: WAL, durable commits, foreign
    keys, and BEGIN under our control. PostgreSQL: connections that a restart of the database has cut are noticed; each
    statement sees what is committed by then; a transaction that nobody goes on with is ended. ``program``: what
    PostgreSQL calls its user. Its owner disposes of it.
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
    """Who takes part in a transaction and has something to do at its end."""

    def before_commit(self, session: "UnitOfWork") -> None:
        """Inside the transaction; an exception ends it."""

    def after_commit(self) -> None:
        """It stands."""

    def forget(self) -> None:
        """It ended otherwise: nothing of it happened."""


class UnitOfWork(Session):
    """A session whose commit is all here: write the objects, let who ``joined`` add its part, commit, tell it so.

    Objects keep their values after a commit. Of several writers of one SQLite file in this process one goes on at a
    time, from `begin_write` to the end of the transaction.
    """

    def __init__(self, *args: Any, joined: Joined | None = None, **options: Any) -> None:
        super().__init__(*args, **{"expire_on_commit": False} | options)
        self.joined = joined
        self._writer: threading.Lock | None = None

    def begin_write(self) -> None:
        """Start a transaction that may write; what was read before is read again. First statement of every writing
        transaction: one that was only read in until now goes on where there are many writers, and ends on SQLite.
        """
        if self.new or self.dirty or self.deleted:
            raise RuntimeError("begin_write comes before the first change, not after it")
        engine = self.get_bind()
        if engine.dialect.name != "sqlite":
            self.expire_all()  # each statement sees what is committed by then, so the transaction may go on
            return
        if self.in_transaction():
            self.rollback()
        writer = _writers.setdefault(str(engine.engine.url), threading.Lock())
        writer.acquire()
        self._writer = writer
        try:
            self.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        except BaseException:
            self._let_next_writer()
            raise

    def commit(self) -> None:
        """Write, commit, and tell who joined."""
        self.flush()
        if self.joined is not None:
            self.joined.before_commit(self)
        super().commit()
        self._let_next_writer()
        if self.joined is not None:
            self.joined.after_commit()

    def rollback(self) -> None:
        """Nothing of it happened."""
        super().rollback()
        self._forget()

    def close(self) -> None:
        """The end, with a rollback of what was not committed."""
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


class _RequestSession(UnitOfWork, FlaskSession):
    """The session of a request of the app."""


class _Database(SQLAlchemy):
    """Flask-SQLAlchemy on the engine that the app was given."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:  # noqa: ARG002
        found: Engine = app.extensions["database"]
        return found


db = _Database(model_class=Base, session_options={"class_": _RequestSession, "expire_on_commit": False})
_writers: dict[str, threading.Lock] = {}


def begin_write(session: Session) -> None:
    """`UnitOfWork.begin_write`, for the sessions that Flask-SQLAlchemy hands out."""
    cast(UnitOfWork, session).begin_write()


def exclusive(session: Session, kind: str, *names: str) -> None:
    """Nobody else gets past this with one of these names until the transaction ends. For what has no row to lock."""
    if not names or session.get_bind().dialect.name == "sqlite":  # whose writers queue anyway
        return
    places = {int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) % LOCKS for name in names}
    kind_id = int.from_bytes(hashlib.blake2b(kind.encode(), digest_size=4).digest(), signed=True)
    lock = text("SELECT pg_advisory_xact_lock(:kind, place) FROM unnest(CAST(:places AS int[])) AS place")
    session.execute(lock, {"kind": kind_id, "places": sorted(places)})  # in one order, so that no two wait in a ring


@contextmanager
def held_alone(engine: Engine, name: str) -> Iterator[bool]:
    """True for one process at a time, without waiting: the others get False. Not for SQLite, whose file is locked."""
    key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        alone = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}))
        try:
            yield alone
        finally:
            if alone:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})


def state(error: BaseException) -> str:
    """PostgreSQL's SQLSTATE, or the kind of SQLite's result code (``FULL``); empty where the driver names none. Their
    texts speak the server's language, and hold names of ours.
    """
    driver = getattr(error, "orig", None)
    if code := getattr(driver, "sqlite_errorname", ""):
        return str(code).split("_")[1]
    return getattr(driver, "sqlstate", None) or ""


def contended(error: BaseException) -> bool:
    """True for a transaction that lost against another one and may simply be done again. SQLite has none."""
    return isinstance(error, StaleDataError | IntegrityError) or state(error) in {"40001", "40P01"}


def forbidden(error: BaseException) -> bool:
    """True when PostgreSQL's user lacks a right."""
    return state(error) == "42501"


def unusable(error: BaseException) -> bool:
    """True when the database did not do what was asked, and would not have done anything else either. Not what SQLite
    or PostgreSQL find wrong with the statement itself.
    """
    code = state(error)
    if not code:  # there is no connection
        return isinstance(error, UNUSABLE)
    return code in UNFIT or code.startswith(("08", "53", "57P"))


def data_version(connection: Connection) -> object:
    """Changes whenever another connection commits; None where that cannot be told."""
    sqlite = connection.dialect.name == "sqlite"
    query = "PRAGMA data_version" if sqlite else "SELECT CAST(pg_current_snapshot() AS text)"
    try:
        version: object = connection.exec_driver_sql(query).scalar_one()
        connection.rollback()
    except SQLAlchemyError:
        return None
    return version


@contextmanager
def impatient(connection: Connection) -> Iterator[None]:
    """While it lasts, a locked SQLite fails at once instead of after `BUSY_TIMEOUT`."""
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
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT * 1000:.0f}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _limit_idle_transactions(connection: Any, _record: object) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_TIMEOUT:.0f} s'")
    connection.commit()


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
