"""Stored moments beside the clock. A moment in the future was stored before the clock was set back, so it must hold
nothing up. Pure.
"""

from datetime import datetime, timedelta

SKEW = timedelta(seconds=5)
"""By so much clocks may differ without one having been set."""
LONGEST_WAIT = timedelta(minutes=6)
"""Nothing is ever postponed for longer."""


def is_future(moment: datetime | None, now: datetime, longest: timedelta = timedelta()) -> bool:
    """True when the moment lies further ahead than anything that is planned for at most ``longest``."""
    return moment is not None and moment > now + longest + SKEW


def is_newer(moment: datetime, began: datetime, now: datetime) -> bool:
    """True when what was agreed at ``moment`` is newer than a reading that began then."""
    return moment > began and not is_future(moment, now)
