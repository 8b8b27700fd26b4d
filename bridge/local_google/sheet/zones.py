"""Time zones by the names that the time zone database lists."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_names = cache(available_timezones)


def zone(name: str) -> ZoneInfo | None:
    """The zone, or None. `ZoneInfo` opens a file of that name: ``America`` is a folder, a long name an OSError."""
    return ZoneInfo(name) if name in _names() else None
