"""How many calls a sheet has made to Google, by kind. Counts; paces nothing."""

import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Literal

Kind = Literal["read", "write"]
BUDGET = 60
"""Reads and writes a minute each that Google grants one service account, all its sheets together (GOOGLE.md)."""


class Calls:
    """``calls["read"]``: how many in all."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all: Counter[Kind] = Counter()
        self._lately: deque[tuple[float, Kind]] = deque(maxlen=10 * BUDGET)

    def note(self, kind: Kind) -> None:
        """One more."""
        self._all[kind] += 1
        self._lately.append((self._clock(), kind))

    def __getitem__(self, kind: Kind) -> int:
        return self._all[kind]

    def last_minute(self) -> dict[str, int]:
        """How many of each in the last 60 seconds."""
        since = self._clock() - 60
        found = Counter(kind for at, kind in list(self._lately) if at > since)
        return {"read": found["read"], "write": found["write"]}
