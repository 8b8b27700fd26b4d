"""Put a backup in the place of the database. Only while nobody uses it; what is replaced is kept.

The sheet has gone on since: the first sweep finds that every cell that differs from the restored base was changed in
the sheet, and the tasks take it. Three things must not go back with the rest: numbers of tasks that were given out
since (they stand in the sheet, and a new task must not be taken for one of them), revoked tokens, and the place of
the database, which is never empty.
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
from task_api import schema

GAP = 10_000
"""So many task numbers are left out where the replaced database cannot tell which were given out."""
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
            _keep_what_must_not_go_back(new, database, content)
            _forget_what_was_under_way(new)
            kept = _put_aside(database, now)
            new.replace(database)
        finally:
            new.unlink(missing_ok=True)
        sync_folder(database.parent)
    return content, kept


@contextmanager
def alone(database: Path, lock_file: Path) -> Iterator[None]:
    """Nobody runs a bridge on this database, and no engine starts on it meanwhile."""
    with lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Permanent("a bridge is running on this database: stop it first") from error
        if _is_sqlite(database) and _in_use(database):
            raise Permanent("another process has this database open: stop it first")
        yield


def _is_sqlite(database: Path) -> bool:
    """False for a file so damaged that SQLite, asked to open it, would only take its journal away."""
    if not database.is_file():
        return False
    with database.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _in_use(database: Path) -> bool:
    """The last to close a database takes its journal away; one that stays when we close it has another user."""
    try:
        with closing(sqlite3.connect(database)) as own:
            own.execute("PRAGMA busy_timeout = 2000")
            own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError:  # locked
        return True
    except sqlite3.DatabaseError:  # damaged: there is nothing to spoil
        return False
    return database.with_name(database.name + "-wal").exists()


def _keep_what_must_not_go_back(new: Path, replaced: Path, content: Content) -> None:
    try:
        highest = checked(replaced).highest_task
    except Permanent:
        highest = content.highest_task + GAP
    else:
        _keep_revoked(new, replaced)
    with closing(sqlite3.connect(new)) as database, database:
        database.execute("DELETE FROM sqlite_sequence WHERE name = 'tasks'")
        database.execute("INSERT INTO sqlite_sequence VALUES ('tasks', ?)", (max(highest, content.highest_task),))


def _forget_what_was_under_way(new: Path) -> None:
    """A write that was on its way in the backup has long ended: what the sheet shows now is not it."""
    with closing(sqlite3.connect(new)) as database, database:
        database.execute("DELETE FROM in_flight_writes")
        database.execute("UPDATE links SET append_tried_at = NULL")


def _keep_revoked(new: Path, replaced: Path) -> None:
    with closing(sqlite3.connect(replaced)) as before:
        revoked = before.execute("SELECT revoked_at, digest FROM api_tokens WHERE revoked_at IS NOT NULL").fetchall()
    with closing(sqlite3.connect(new)) as database, database:
        database.executemany("UPDATE api_tokens SET revoked_at = ? WHERE digest = ? AND revoked_at IS NULL", revoked)


def _put_aside(database: Path, now: datetime) -> Path | None:
    """Keep the database under a dated name as well; its place is never empty, so that no start makes a new one."""
    if not database.exists():
        return None
    kept = database.with_name(f"{database.name}.{now:%Y-%m-%dT%H%M%SZ}")
    os.link(database, kept)
    for ending in JOURNALS:  # of a damaged one; a sound one has none now
        if (journal := database.with_name(database.name + ending)).exists():
            journal.replace(kept.with_name(kept.name + ending))
    return kept
