"""The book on disk: one SQLite file that survives kill -9 at any moment, a row of the sheet per row of a table.

A small edit writes the rows it changed and nothing else; inserted or deleted rows shift the numbers below by one
statement. Beside the book it keeps texts by space and key, for scripts. One process at a time: it locks the file.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bridge.local_google.sheet import shelf
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.cells import Row
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.snapshot import Snapshot

_SCHEMA = """
CREATE TABLE IF NOT EXISTS book (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, frame TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lines (
  sheet_id INTEGER NOT NULL, number INTEGER NOT NULL, cells TEXT NOT NULL, PRIMARY KEY (sheet_id, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS texts (
  space TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (space, key)
) WITHOUT ROWID;
"""


class Store:
    """The open file. Raises RuntimeError when another process has it open and keeps it for ``patience`` seconds."""

    def __init__(self, path: Path, patience: float = 2.0) -> None:
        self._lock = threading.Lock()
        path.touch(mode=0o600)  # scripts keep their secrets here; SQLite gives its other files the same mode
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=patience)
        try:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            with self._transaction():
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    self._db.execute(statement)
        except sqlite3.OperationalError as error:
            self._db.close()
            raise RuntimeError(f"{path} cannot be used: {error}. Does another process serve this folder?") from error

    def open_book(self, first: Book, now_ms: int) -> Book:
        """The book on disk, or ``first``, written now. Revisions go on from the clock, so none is ever used twice."""
        found = self._db.execute("SELECT id, revision, frame FROM book").fetchone()
        if found is None:
            with self._transaction():
                frame = shelf.text(shelf.frame(first.now))
                self._db.execute("INSERT INTO book VALUES (?, ?, ?)", (first.id, now_ms, frame))
                self._write_rows(None, first.now)
            found = (first.id, now_ms, frame)
        book_id, revision, frame = found
        return Book(book_id, self._snapshot(shelf.frame_from(frame)), max(revision, now_ms), self.save_book)

    def save_book(self, before: Snapshot, after: Snapshot, revision: int) -> None:
        """Write what differs; it is on disk when this returns."""
        with self._transaction():
            self._db.execute("UPDATE book SET revision = ?", (revision,))
            if (frame := shelf.frame(after)) != shelf.frame(before):
                self._db.execute("UPDATE book SET frame = ?", (shelf.text(frame),))
            self._write_rows(before, after)

    def load(self, space: str) -> dict[str, str]:
        """All texts of a space, by key."""
        with self._lock:
            return dict(
                self._db.execute("SELECT key, value FROM texts WHERE space = ? ORDER BY key", (space,)).fetchall()
            )

    def save(self, space: str, key: str, value: str | None) -> None:
        """Keep a text, or forget it when it is None; it is on disk when this returns."""
        with self._transaction():
            if value is None:
                self._db.execute("DELETE FROM texts WHERE space = ? AND key = ?", (space, key))
            else:
                self._db.execute("REPLACE INTO texts VALUES (?, ?, ?)", (space, key, value))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _snapshot(self, frame: shelf.Frame) -> Snapshot:
        grids = tuple(replace(grid, rows=self._rows(grid.sheet_id)) for grid in frame.tabs)
        return Snapshot(frame.title, grids, frame.locale, frame.time_zone)

    def _rows(self, sheet_id: int) -> tuple[Row, ...]:
        lines = self._db.execute("SELECT number, cells FROM lines WHERE sheet_id = ?", (sheet_id,)).fetchall()
        rows: list[Row] = [()] * max((number for number, _ in lines), default=0)
        for number, cells in lines:
            rows[number - 1] = shelf.row_from(cells)
        return tuple(rows)

    def _write_rows(self, before: Snapshot | None, after: Snapshot) -> None:
        old = {grid.sheet_id: grid for grid in before.grids} if before else {}
        for grid in after.grids:
            gone = old.pop(grid.sheet_id, None)
            if gone is None or gone.rows is not grid.rows:
                self._write_grid(gone.rows if gone else (), grid)
        for sheet_id in old:
            self._db.execute("DELETE FROM lines WHERE sheet_id = ?", (sheet_id,))

    def _write_grid(self, old: tuple[Row, ...], grid: Grid) -> None:
        new = grid.rows
        head = _shared(old, new)
        tail = _shared(old[head:][::-1], new[head:][::-1])
        shift = len(new) - len(old)
        if shift:
            where = (grid.sheet_id, len(old) - tail)
            self._db.execute(
                "DELETE FROM lines WHERE sheet_id = ? AND number > ? AND number <= ?", (grid.sheet_id, head, where[1])
            )
            if tail:
                # Two steps: in one, a row could meet the number of a neighbour not yet moved.
                self._db.execute(
                    "UPDATE lines SET number = -(number + ?) WHERE sheet_id = ? AND number > ?", (shift, *where)
                )
                self._db.execute("UPDATE lines SET number = -number WHERE sheet_id = ? AND number < 0", where[:1])
        for index in range(head, len(new) - tail):
            if shift or new[index] is not old[index]:
                line = (grid.sheet_id, index + 1, shelf.text(new[index]))
                self._db.execute("REPLACE INTO lines VALUES (?, ?, ?)", line)


def _shared(old: tuple[Row, ...], new: tuple[Row, ...]) -> int:
    """How many rows from the start are the very same."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one is not other:
            break
        count += 1
    return count
