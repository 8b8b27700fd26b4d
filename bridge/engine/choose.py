"""Which engine runs the outbox: a thread beside one SQLite file, or Procrastinate on PostgreSQL with as many processes
as wanted.
"""

from pathlib import Path

from sqlalchemy import make_url

from bridge.config.model import Config
from bridge.engine.embedded import EmbeddedEngine
from bridge.runtime import Runtime, SheetEngine


def make_engine(runtime: Runtime) -> SheetEngine:
    """The engine for the database that the configuration names; not started."""
    if runtime.database.dialect.name == "postgresql":
        from bridge.engine.postgres import PostgresEngine  # noqa: PLC0415 - 11 MB that SQLite does not need

        return PostgresEngine(runtime)
    return EmbeddedEngine(runtime, lock_file(runtime.config))


def lock_file(config: Config) -> Path:
    """Beside the SQLite file, so that all processes on one file elect one engine."""
    name = make_url(config.database).database
    return (Path(name) if name else config.home / "engine").with_suffix(".engine")
