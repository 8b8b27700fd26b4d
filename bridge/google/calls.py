"""How many calls a sheet has made to Google, by kind, and what became of each. Paces nothing, stores nothing."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal["read", "write"]
Purpose = Literal["compare", "look", "find", "tabs", "options", "write", "append"]
"""The purpose of a call: compare all rows, read some before they are written, find rows that moved, find a renamed tab;
read the options of dropdowns; write cells, append rows.
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


@dataclass
class Calls:
    """The calls of one sheet. ``begun``: how many in all. ``unrecorded``: ended, but not in the database yet."""

    clock: Callable[[], float] = time.monotonic
    begun: Counter[Kind] = field(default_factory=Counter)
    unrecorded: list[Call] = field(default_factory=list)
