"""The bridge's clock, and how to notice that it was set back.

On PostgreSQL it is the database's clock: machines of one fleet compare their moments with each other's. On SQLite there
is one machine.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from structlog.stdlib import get_logger

log = get_logger(__name__)
Now = Callable[[], datetime]
ASK_EVERY = 60.0
"""Seconds after which the database is asked for the time again."""
STEP = 1.0
"""Seconds by which the machine's clock may run differently from its steady one without having been set."""
_TIME = text("SELECT clock_timestamp()")


def clock_of(database: Engine) -> Now:
    """The clock of everything that shares this database."""
    return (lambda: datetime.now(UTC)) if database.dialect.name == "sqlite" else DatabaseClock(database)


class DatabaseClock:
    """The database's time, carried on by this machine's steady clock. Asks anew in the background."""

    def __init__(self, database: Engine) -> None:
        self._database, self._asking = database, threading.Lock()
        self._anchor, self._asked = datetime.now(UTC), time.monotonic()
        self._ask()

    def __call__(self) -> datetime:
        """The time now."""
        anchor, asked = self._anchor, self._asked
        passed = time.monotonic() - asked
        if passed > ASK_EVERY and self._asking.acquire(blocking=False):
            threading.Thread(target=self._ask_and_release, name="clock", daemon=True).start()
        return anchor + timedelta(seconds=passed)

    def _ask_and_release(self) -> None:
        try:
            self._ask()
        finally:
            self._asking.release()

    def _ask(self) -> None:
        try:
            with self._database.connect() as connection:
                before = time.monotonic()
                told: datetime = connection.execute(_TIME).scalar_one()
                after = time.monotonic()
        except SQLAlchemyError:  # it is away: the steady clock goes on
            self._anchor, self._asked = (
                self._anchor + timedelta(seconds=time.monotonic() - self._asked),
                time.monotonic(),
            )
            return
        self._anchor, self._asked = told.astimezone(UTC), (before + after) / 2


class StepBack:
    """Notices that the clock was set back, beside the machine's steady clock."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self.forget()

    def forget(self) -> None:
        """Start again from the clock as it is."""
        self._wall, self._steady = self._now(), time.monotonic()

    @property
    def seconds(self) -> float:
        """By how much it was set back since; 0 when it was not."""
        passed = time.monotonic() - self._steady
        behind = passed - (self._now() - self._wall).total_seconds()
        return behind if behind > STEP else 0.0
