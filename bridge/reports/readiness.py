"""What the bridge lacks before it can work. Changes nothing and calls no Google."""

import os
import sqlite3
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

import task_api.schema
from bridge.runtime import Runtime
from task_api.db import Base, impatient
from task_api.db_errors import state

_UNGRANTED = text(r"""
    WITH ours AS (
        SELECT oid, relname FROM pg_class WHERE relkind IN ('r', 'p') AND pg_table_is_visible(oid)
        AND (relname = ANY(:tables) OR relname = 'alembic_version' OR relname LIKE 'procrastinate\_%')
    ), kept (kind, rights, name) AS (
        SELECT 'tables', 'SELECT, INSERT, UPDATE, DELETE', relname FROM ours
        WHERE NOT (has_table_privilege(oid, 'SELECT') AND (relname = 'alembic_version' OR
                   has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE') AND
                   has_table_privilege(oid, 'DELETE')))
        UNION ALL
        SELECT 'sequences', 'USAGE', counter.relname FROM ours JOIN pg_depend ON refobjid = ours.oid AND deptype = 'a'
        JOIN pg_class counter ON counter.oid = objid
        WHERE CASE counter.relkind WHEN 'S' THEN NOT has_sequence_privilege(counter.oid, 'USAGE') END
    )
    SELECT kind, rights, string_agg(name, ', ' ORDER BY name) FROM kept GROUP BY kind, rights ORDER BY kind DESC
""")
"""Query: privileges that PostgreSQL's user lacks: kind, rights, names."""
UNWRITABLE = "the database cannot be written"
FULL = "the disk is full: free some space, since changes are refused until then"
DAMAGED = "the database is damaged: stop the bridge and restore a backup (leadbridge restore FILE)"
MOST_CHECKED = 256 * 1024 * 1024
"""Bytes; a larger file takes too long to check here."""
LEAST_FREE = 4 * 1024 * 1024
"""Bytes; with less the database's log may not grow."""


def lacking(runtime: Runtime) -> list[str]:
    """A sentence, without secrets, for each thing that is missing; the bridge can work if there is none."""
    try:
        found, works = database_lacks(runtime.database), runtime.engine.alive  # which asks the database, too
        found += [runtime.engine.trouble] if runtime.engine.trouble else []
    except SQLAlchemyError:
        return ["the database cannot be read"]
    return found if works else [*found, "the engine is not running: changes of tasks do not reach the sheet"]


def database_lacks(database: Engine) -> list[str]:
    """What the database lacks."""
    if ungranted := _ungranted(database):
        return ungranted
    here, wanted = task_api.schema.current(database), task_api.schema.head()
    if here != wanted:
        return [f"the database has schema {here}, this version needs {wanted}: leadbridge migrate"]
    if not _writable(database):
        return [UNWRITABLE]
    return _full(database) + _damaged(database)


def _ungranted(database: Engine) -> list[str]:
    if database.dialect.name == "sqlite":
        return []
    with database.connect() as connection:
        kept = connection.execute(_UNGRANTED, {"tables": list(Base.metadata.tables)})
        return [
            f"the database's user lacks rights to the {kind} {names}: "
            f"GRANT {rights} ON ALL {kind.upper()} IN SCHEMA … TO …"
            for kind, rights, names in kept
        ]


def _full(database: Engine) -> list[str]:
    """A sentence when the disk of the SQLite file has no room for further changes."""
    file = database.url.database
    if database.dialect.name != "sqlite" or not file:
        return []
    disk = os.statvfs(Path(file).parent)
    return [FULL] if disk.f_bavail * disk.f_frsize < LEAST_FREE else []


def _damaged(database: Engine) -> list[str]:
    """A sentence when a page of the SQLite file is damaged; looked for whenever the file has changed."""
    file = database.url.database
    if database.dialect.name != "sqlite" or not file or not Path(file).exists():
        return []
    found = Path(file).stat()
    return [DAMAGED] if found.st_size <= MOST_CHECKED and not _is_sound(file, found.st_mtime_ns, found.st_size) else []


@lru_cache(maxsize=4)
def _is_sound(file: str, _changed: int, _size: int) -> bool:
    """By a connection of its own, which has no page in its memory."""
    try:
        with closing(sqlite3.connect(f"{Path(file).absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.OperationalError:  # locked: nothing is known
        return True
    except sqlite3.DatabaseError:
        return False


def _writable(database: Engine) -> bool:
    """Take and release the right to write. A database that another process writes now is writable."""
    try:
        with database.connect() as connection, impatient(connection):
            if database.dialect.name != "sqlite":
                return bool(connection.scalar(text("SHOW transaction_read_only")) == "off")
            connection.rollback()
            connection.execution_options(sqlite_begin="IMMEDIATE").begin().rollback()
    except OperationalError as error:
        return state(error) in {"BUSY", "LOCKED"}
    return True
