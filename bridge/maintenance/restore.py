"""Replaces the database with a backup, only while no process uses it; the replaced database is kept.

The sheet has changed since: the first sweep finds that every cell that differs from the restored base was changed in
the sheet, and the tasks take it. Task numbers used since then are not used again, because the sheet shows them, and
revoked tokens stay revoked.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from bridge.errors import Permanent
from bridge.maintenance.backup import Content, checked, copy, sync_folder
from bridge.maintenance.serving import unserved
from task_api import schema

GAP = 10_000
"""How many task numbers are skipped if the replaced database is too damaged to show which were used."""
MAGIC = b"SQLite format 3\0"
"""What every SQLite file begins with (https://sqlite.org/fileformat.html)."""
JOURNALS = ("-wal", "-shm", "-journal")


def restore(file: Path, database: Path, lock_file: Path, now: datetime) -> tuple[Content, Path | None]:
    """The backup's content, and where the replaced database is kept now. Raises `Permanent` and changes nothing."""
    if not file.is_file():
        raise Permanent(f"there is no file {file}")
    content = checked(file)
    if content.schema > schema.head():
        raise Permanent(
            f"{file} has schema {content.schema}, this version only knows {schema.head()}: install the newer version"
        )
    database.parent.mkdir(parents=True, exist_ok=True)
    new = database.with_suffix(".restoring")
    with alone(database, lock_file):
        try:
            copy(file, new)
            schema.upgrade(f"sqlite:///{new}")
            _bring_up_to_date(new, database, content)
            kept = _put_aside(database, now)
            new.replace(database)
        finally:
            new.unlink(missing_ok=True)
        sync_folder(database.parent)
    return content, kept


@contextmanager
def alone(database: Path, lock_file: Path) -> Iterator[None]:
    """No bridge runs on this database, and none starts meanwhile; else `Permanent`."""
    with unserved(database), lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Permanent("a bridge is running on this database: stop it first") from error
        if _is_sqlite(database) and _in_use(database):
            raise Permanent("another process has this database open: stop it first")
        yield


def _is_sqlite(database: Path) -> bool:
    """False for a file so damaged that SQLite, opening it, would only remove its journal."""
    if not database.is_file():
        return False
    with database.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _in_use(database: Path) -> bool:
    """True if the journal remains after we close the database: the last process to close it removes it."""
    try:
        with closing(sqlite3.connect(database)) as own:
            own.execute("PRAGMA busy_timeout = 2000")
            own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError:  # locked
        return True
    except sqlite3.DatabaseError:  # damaged: there is nothing to spoil
        return False
    return database.with_name(database.name + "-wal").exists()


def _bring_up_to_date(new: Path, replaced: Path, content: Content) -> None:
    """Keep numbers and revocations of the replaced database; delete the backup's in-flight writes, which have ended."""
    highest, revoked = _numbers_and_revocations(replaced, content)
    with closing(sqlite3.connect(new)) as database, database:
        database.execute("DELETE FROM sqlite_sequence WHERE name = 'tasks'")
        database.execute("INSERT INTO sqlite_sequence VALUES ('tasks', ?)", (highest,))
        database.executemany("UPDATE api_tokens SET revoked_at = ? WHERE digest = ? AND revoked_at IS NULL", revoked)
        database.execute("DELETE FROM in_flight_writes")
        database.execute("UPDATE links SET append_tried_at = NULL")


def _numbers_and_revocations(replaced: Path, content: Content) -> tuple[int, list[tuple[str, str]]]:
    """The highest task number used, and when which tokens were revoked; a guess and none if that is lost."""
    try:
        highest = checked(replaced).highest_task
    except Permanent:
        return content.highest_task + GAP, []
    with closing(sqlite3.connect(replaced)) as database:
        revoked = database.execute("SELECT revoked_at, digest FROM api_tokens WHERE revoked_at IS NOT NULL")
        return max(highest, content.highest_task), revoked.fetchall()


def _put_aside(database: Path, now: datetime) -> Path | None:
    """Keep the database under a dated name as well. Its place is never empty, so that no start makes a new one."""
    if not database.exists():
        return None
    kept = database.with_name(f"{database.name}.{now:%Y-%m-%dT%H%M%SZ}")
    os.link(database, kept)
    for ending in JOURNALS:  # of a damaged one; a sound one has none now
        if (journal := database.with_name(database.name + ending)).exists():
            journal.replace(kept.with_name(kept.name + ending))
    return kept
