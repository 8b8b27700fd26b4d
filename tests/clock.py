"""The time of the test process, which stands still until somebody moves it on: what waits for ten seconds costs none."""

import threading
import time
from datetime import UTC, datetime, timedelta

import time_machine

STEP = timedelta(milliseconds=1)


class HeldClock:
    """``datetime.now`` and ``time.time`` of the whole process; `time.monotonic` and waits for threads stay real.

    `now` moves it on by a millisecond, so that what comes later has a later time.
    """

    def __enter__(self) -> "HeldClock":
        self._lock = threading.Lock()
        self._travel = time_machine.travel(datetime.now(UTC), tick=False)
        self._traveller = self._travel.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._travel.stop()

    def now(self) -> datetime:
        """The time, a moment later than it was told last."""
        with self._lock:
            self._traveller.shift(STEP)
            return datetime.now(UTC)

    def seconds(self) -> float:
        """The same in seconds, without moving it."""
        return time.time()

    def advance(self, seconds: float) -> None:
        """So many seconds pass."""
        with self._lock:
            self._traveller.shift(timedelta(seconds=seconds))
