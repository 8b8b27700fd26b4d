"""Copies a SQLite file into an empty PostgreSQL: every task, link, change and token, in one transaction.

A checked copy of the file is migrated and read; the file itself is not changed.
"""

import tempfile
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, text

from bridge import tracker
from bridge.errors import Permanent
from bridge.maintenance.backup import Content, checked, copy
from bridge.maintenance.restore import alone
from task_api import schema
from task_api.db import Base, open_engine

PORTION = 2000
_SET = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :used)")


def import_database(file: Path, url: str) -> Content:
    """What was copied. Raises `Permanent` and changes nothing if the file is not ours, in use, or newer, or if the
    database has tasks already.
    """
    if not url.startswith("postgresql"):
        raise Permanent("set DATABASE_URL to the PostgreSQL that is to take it: postgresql+psycopg://…")
    if not file.is_file():
        raise Permanent(f"there is no file {file}")
    with alone(file, file.with_suffix(".engine")), tempfile.TemporaryDirectory() as folder:
        taken = Path(folder) / "tasks.db"
        copy(file, taken)
        content = checked(taken)
        schema.upgrade(f"sqlite:///{taken}")
        schema.upgrade(url)
        _fill(f"sqlite:///{taken}", url, content)
    return content


def _fill(source_url: str, url: str, content: Content) -> None:
    source, target = open_engine(source_url), open_engine(url)
    try:
        with source.connect() as there, target.begin() as here:
            if here.scalar(select(func.count()).select_from(tracker.Task)):
                raise Permanent("there are tasks in that PostgreSQL already: give the copy an empty database")
            for table in Base.metadata.sorted_tables:
                found = there.execute(select(table).execution_options(yield_per=PORTION))
                for rows in found.mappings().partitions():
                    here.execute(insert(table), [dict(row) for row in rows])
            _advance_sequences(here, content.highest_task)
    finally:
        source.dispose()
        target.dispose()


def _advance_sequences(connection: Connection, highest_task: int) -> None:
    """Advance each sequence past the highest id ever used."""
    for table in Base.metadata.sorted_tables:
        number = table.c.get("id")
        if number is None or not number.autoincrement or number.type.python_type is not int:
            continue
        used = max(connection.scalar(select(func.max(number))) or 0, highest_task if table.name == "tasks" else 0)
        if used:
            connection.execute(_SET, {"table": table.name, "used": used})
