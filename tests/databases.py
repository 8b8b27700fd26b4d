"""Where a test's database comes from: a SQLite file, copied, or a database of a real PostgreSQL, made from a template."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Dialect, Engine

from task_api import schema


class Databases(Protocol):
    """Makes databases at the newest schema."""

    def new(self, folder: Path) -> str:
        """SQLAlchemy's address of a new one; a SQLite file lies in the folder."""

    def drop(self, url: str) -> None:
        """It is not needed any more."""


class SqliteFiles:
    """Copies of one file, migrated once."""

    def __init__(self, folder: Path) -> None:
        self.template = folder / "tasks.db"
        schema.upgrade(f"sqlite:///{self.template}")

    def new(self, folder: Path) -> str:
        """``tasks.db`` in the folder."""
        shutil.copy(self.template, folder / "tasks.db")
        return f"sqlite:///{folder / 'tasks.db'}"

    def drop(self, url: str) -> None:
        """It goes with its folder."""


def migrated_at_once(url: str, processes: int) -> None:
    """So many processes bring one database to the newest schema, none of them fails."""
    code = "import os; from task_api.schema import upgrade; upgrade(os.environ['DATABASE_URL'])"
    command, environ = [sys.executable, "-c", code], os.environ | {"DATABASE_URL": url}
    running = [subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) for _ in range(processes)]
    ends = [(one.communicate(timeout=60)[1], one.returncode) for one in running]
    assert [code for _, code in ends] == [0] * processes, ends


def share_compiled(engine: Engine) -> None:
    """Let SQLAlchemy compile each statement once for all engines of a kind; a test has an engine of its own, and it
    would be a fifth of its time. The cache tells dialects apart, so they share one of those too.
    """
    engine.dialect = _dialects.setdefault(engine.dialect.name, engine.dialect)
    engine.update_execution_options(compiled_cache=_compiled)


_compiled: dict[Any, Any] = {}
_dialects: dict[str, Dialect] = {}


def databases(kind: str, folder: Path) -> Databases:
    """``sqlite`` or ``postgresql``."""
    if kind == "sqlite":
        return SqliteFiles(folder)
    from tests.postgres.server import Postgres

    return Postgres()
