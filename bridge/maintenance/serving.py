"""One server for each SQLite file: who serves holds a lock beside it, in which its process and address stand.

The lock is taken before anything is written, so a second start leaves the first alone. Several servers on PostgreSQL
share their database, and need no lock.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sqlalchemy import make_url

from bridge.config.home import make_home
from bridge.config.model import Config
from bridge.errors import Permanent


@contextmanager
def alone_serving(config: Config) -> Iterator[None]:
    """Hold the right to serve this configuration's database. Raises `Permanent` while another process has it."""
    database = make_url(config.database)
    if database.get_backend_name() != "sqlite" or not database.database:
        yield
        return
    with unserved(Path(database.database)) as file:
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "url": f"http://127.0.0.1:{config.port}"}))
        file.flush()
        yield  # the processes that this one forks hold the lock as well


@contextmanager
def unserved(database: Path) -> Iterator[TextIO]:
    """Nobody serves this SQLite file, and nobody begins to meanwhile; else raises `Permanent` and changes nothing. The
    open file is the one that a server writes into.
    """
    make_home(database.parent)
    with _lock_file(database).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Permanent(f"a bridge already runs on {database}{_where(database)}", "stop it first") from error
        yield file


def _lock_file(database: Path) -> Path:
    return database.with_suffix(".server")


def _where(database: Path) -> str:
    """Where the process that holds the lock serves; empty if it has not yet said so."""
    try:
        said = json.loads(_lock_file(database).read_text())
        return f": process {said['pid']}, {said['url']}"
    except (OSError, ValueError, LookupError, TypeError):
        return ""
