"""What runs the outbox, behind a port small enough for two engines: a thread beside one SQLite file, or Procrastinate
on PostgreSQL with as many processes as wanted.
"""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url
from sqlalchemy.orm import Session

from bridge.config.model import Config
from bridge.engine.embedded import EmbeddedEngine
from bridge.engine.postgres import PostgresEngine
from bridge.runtime import Runtime
from bridge.store.unit_of_work import Wishes


class SheetEngine(Protocol):
    """Knows when a queue gets its job (`bridge.queue.run`), not what a job is. The truth is in links and queues: a lost
    wake-up costs latency, never data.
    """

    def start(self) -> None:
        """Begin to work; after any fork."""

    def defer(self, session: Session, queues: Wishes) -> Wishes:
        """These queues will have work at these times (None: at once), when this open transaction has committed. Returns
        those that `wake` is to tell of then.
        """

    def wake(self, sheet: str, at: datetime | None) -> None:
        """This queue may have work at that time, or (None) at once; what made it so is committed."""

    def stop(self) -> None:
        """Finish the jobs under way."""

    @property
    def alive(self) -> bool:
        """True while it works, or waits to take over."""

    @property
    def stopping(self) -> bool:
        """True from the moment it is told to stop: nobody should wait for anything any more."""


def make_engine(runtime: Runtime) -> SheetEngine:
    """The engine for the database that the configuration names; not started."""
    if runtime.database.dialect.name == "postgresql":
        return PostgresEngine(runtime)
    return EmbeddedEngine(runtime, lock_file(runtime.config))


def lock_file(config: Config) -> Path:
    """Beside the SQLite file, so that all processes on one file elect one engine."""
    name = make_url(config.database).database
    return (Path(name) if name else config.home / "engine").with_suffix(".engine")
