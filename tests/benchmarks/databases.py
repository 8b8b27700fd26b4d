"""The databases that are measured, each a column of the tables: a SQLite file, and a real PostgreSQL as it comes."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tests.postgres.server import Postgres

DURABLE = {"max_connections": "400"}
"""Nothing is taken from PostgreSQL's own settings: every commit reaches the disk."""
ROW = "CREATE TABLE rows (id text, sheet text, seq bigint, received_at timestamp, reply text)"

Row = Sequence[Any]
Commit = Callable[[Row], object]


class Database(Protocol):
    """Makes one database for each folder."""

    name: str

    def url(self, home: Path) -> str:
        """SQLAlchemy's address of the database of this folder; empty the first time."""

    def bare(self, home: Path) -> AbstractContextManager[Commit]:
        """The driver alone: commits one row, in a transaction of its own, to a table of five columns."""


class Sqlite:
    """``tasks.db`` in the folder."""

    name = "SQLite"

    def url(self, home: Path) -> str:
        return f"sqlite:///{home.absolute()}/tasks.db"

    @contextmanager
    def bare(self, home: Path) -> Iterator[Commit]:
        with closing(sqlite3.connect(home / "disk.db", isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            database.execute(ROW)
            yield lambda row: database.execute("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", row)


class Postgresql:
    """A database of this server for each folder."""

    name = "PostgreSQL"

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._urls: dict[Path, str] = {}

    def url(self, home: Path) -> str:
        place = home.absolute()
        if place not in self._urls:
            self._urls[place] = self._server.empty()
        return self._urls[place]

    @contextmanager
    def bare(self, home: Path) -> Iterator[Commit]:  # noqa: ARG002 - it is the server's folder
        address = self._server.empty().replace("+psycopg", "")
        with closing(psycopg.connect(address, autocommit=True)) as database:
            database.execute(ROW)
            yield lambda row: database.execute("INSERT INTO rows VALUES (%s, %s, %s, %s, %s)", row)


SQLITE = Sqlite()


@contextmanager
def measured() -> Iterator[tuple[Database, ...]]:
    """Both."""
    server = Postgres(DURABLE)
    try:
        yield SQLITE, Postgresql(server)
    finally:
        server.stop()
