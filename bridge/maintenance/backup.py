"""A copy of the SQLite database while it is in use: consistent, checked, one file. Overwrites nothing.

SQLite's online backup reads one snapshot; writers go on meanwhile. Whatever was committed before it began is in it.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from bridge.config.model import Config
from bridge.errors import Permanent


@dataclass(frozen=True)
class Content:
    """Summary of a database, by which a person recognises it; ``highest_task``: the last task number used."""

    schema: str
    tasks: int
    highest_task: int


def database_file(config: Config) -> Path:
    """The SQLite file; raises `Permanent` for another database."""
    url = make_url(config.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise Permanent("this database is not a SQLite file: use its own tools, such as pg_dump and pg_restore")
    return Path(url.database)


def backup(database: Path, target: Path) -> Content:
    """Copy the database to a new file, which gets its name once the copy is complete and checked."""
    if not database.is_file():
        raise Permanent(f"there is no database at {database} yet")
    part = target.with_name(f".{target.name}.part")
    try:
        if target.exists():
            raise FileExistsError
        copy(database, part)
        content = checked(part)
        os.link(part, target)  # unlike a rename, it fails when the name was taken meanwhile
    except FileExistsError as error:
        raise Permanent(f"{target} exists already and was not changed: choose another name") from error
    except OSError as error:
        raise Permanent(f"{target} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    sync_folder(target.parent)
    return content


def copy(source: Path, target: Path) -> None:
    """Copy a database into one new file without a journal, mode 0600; it is on disk when this returns."""
    target.unlink(missing_ok=True)
    target.touch(mode=0o600, exist_ok=False)
    try:
        with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
            there.backup(here)
            here.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise Permanent(f"{source} cannot be copied: {error}") from error
    with target.open("rb") as file:
        os.fsync(file.fileno())


def checked(file: Path) -> Content:
    """What the file holds; raises `Permanent` when it is damaged or no database of the bridge."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            (verdict,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok" or database.execute("PRAGMA foreign_key_check").fetchone():
                raise Permanent(f"{file} is damaged: {verdict}")
            (version,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
            tasks, last = database.execute("SELECT count(*), coalesce(max(id), 0) FROM tasks").fetchone()
            given = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'tasks'").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise Permanent(f"{file} is not a database of the bridge, or damaged: {error}") from error
    return Content(version, tasks, max(last, given[0] if given else 0))


def sync_folder(folder: Path) -> None:
    """Write the folder's new names to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
