"""How fast a Google account may be used: a token bucket as a value; time is an argument."""

from dataclasses import dataclass, replace

SKEW = 5.0
"""Seconds by which the clocks of machines that share a budget may differ."""


@dataclass(frozen=True)
class Pace:
    """A token bucket: ``burst`` calls at once, then ``per_second``; in any 60 s at most burst + 60 · per_second
    calls.
    """

    burst: float = 10.0
    per_second: float = 50 / 60
    tokens: float = 10.0
    at: float = 0.0

    @classmethod
    def of(cls, per_minute: int) -> "Pace":
        """Never more than so many in any minute, a sixth of them at once."""
        return cls(per_minute / 6, per_minute / 72, per_minute / 6)

    def refilled(self, now: float) -> "Pace":
        """The bucket as it stands at ``now`` (seconds). A clock that was set back gains nothing and goes on from
        there; a little (`SKEW`) is only another machine's.
        """
        gained = max(0.0, now - self.at) * self.per_second
        at = now if now < self.at - SKEW else max(now, self.at)
        return replace(self, tokens=min(self.burst, self.tokens + gained), at=at)

    def taken(self, now: float, calls: int = 1) -> "Pace":
        """The bucket after ``calls`` calls; it may go into debt, which is waited out before the next."""
        full = self.refilled(now)
        return replace(full, tokens=full.tokens - calls)

    def wait(self, now: float, calls: int = 1) -> float:
        """Seconds until ``calls`` calls are free; 0 when they are."""
        return max(0.0, (calls - self.refilled(now).tokens) / self.per_second)
