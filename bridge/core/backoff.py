"""When to try again: values, not sleeps; chance is an argument.

Google recommends truncated exponential backoff (GOOGLE.md section 1).
"""

FIRST_WAIT = 1.0
LONGEST_WAIT = 64.0


def backoff(attempts: int, chance: float, retry_after: float | None = None, *, longest: float = LONGEST_WAIT) -> float:
    """Seconds to wait after ``attempts`` failures (1 = the first): doubling, full jitter on the upper half, capped.

    ``chance`` is in [0, 1). A Retry-After of the other side is a floor, never shortened.
    """
    ceiling = min(longest, FIRST_WAIT * 2.0 ** min(attempts - 1, 10))
    wait = ceiling / 2 + chance * ceiling / 2
    return max(wait, retry_after or 0.0)
