"""How many calls a sheet has made to Google, by kind, and what became of each. Paces nothing, stores nothing."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["read", "write"]
Purpose = Literal["compare", "look", "find", "tabs", "write", "append"]
"""What a call was for: comparing all rows, looking at some before they are written, finding rows that moved, finding a
tab that was renamed; writing cells, appending rows.
"""
Result = Literal["ok", "429", "4xx", "5xx", "timeout", "failed"]
"""What became of a call; ``failed``: no connection, no access token, or an answer that cannot be read."""
KINDS, RESULTS = get_args(Kind), get_args(Result)


@dataclass(frozen=True)
class Call:
    """One call; ``began``: seconds of the clock of its `Calls`."""

    began: float
    kind: Kind
    purpose: Purpose
    result: Result


class Calls:
    """``calls["read"]``: how many were begun in all. ``untold``: those that ended and nobody has recorded yet."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.untold: list[Call] = []
        self._begun: Counter[Kind] = Counter()

    def begin(self, kind: Kind) -> float:
        """One more is on its way; returns when it began, for `end`."""
        self._begun[kind] += 1
        return self.clock()

    def end(self, began: float, kind: Kind, purpose: Purpose, result: Result) -> None:
        """It is over."""
        self.untold.append(Call(began, kind, purpose, result))

    def __getitem__(self, kind: Kind) -> int:
        return self._begun[kind]
