"""The time by which quotas, lag and delays pass. A test holds one of its own."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timer:
    """``now``: seconds since some moment; ``sleep``: return when so many seconds have passed."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


REAL = Timer()
