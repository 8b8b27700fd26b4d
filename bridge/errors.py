"""The two kinds of error: `Transient` (try again later) and `Permanent` (a person must act).

Adapters translate what their libraries raise, with ``from``; no other code looks at status codes.
"""


class Transient(Exception):
    """It may work later. ``retry_after``: seconds the other side asked for, or None."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Throttled(Transient):
    """A rate limit was reached; this does not count as a failed attempt."""


class Moving(Transient):
    """Rows or columns are being moved: nothing is written until they stand still. No write's own fault."""


class Permanent(Exception):
    """Repeating will not help: the message says what to do. Nothing pending is dropped.

    ``means`` and ``mend``: what is wrong and what to do about it, for those who tell the two apart.
    """

    def __init__(self, means: str, mend: str = "") -> None:
        super().__init__(f"{means}: {mend}" if mend else means)
        self.means, self.mend = means, mend


class Rejected(Permanent):
    """This one write is not accepted (a protected cell, say); others may be."""
