"""What runs the outbox, behind a port small enough for two engines: a thread beside one SQLite file, or Procrastinate
on PostgreSQL with as many processes as wanted.
"""

from collections.abc import Collection
from typing import Protocol

from sqlalchemy.orm import Session


class LaneEngine(Protocol):
    """Knows when a lane gets its turn (`bridge.lane.run`), not what a turn is. The truth is in links and lanes: a lost
    wake-up costs latency, never data.
    """

    def start(self) -> None:
        """Begin to work; after any fork."""

    def defer(self, session: Session, sheets: Collection[str]) -> None:
        """These lanes will have work once this open transaction has committed."""

    def wake(self, sheet: str) -> None:
        """This lane may have work; what made it so is committed."""

    def stop(self) -> None:
        """Finish the turns under way."""

    @property
    def alive(self) -> bool:
        """True while it works, or waits to take over."""

    @property
    def stopping(self) -> bool:
        """True from the moment it is told to stop: nobody should wait for anything any more."""
