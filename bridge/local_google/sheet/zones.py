"""Time zones by name: a name is one of those that the time zone database lists. Refuses to look for it as a file."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_names = cache(available_timezones)


def zone(name: str) -> ZoneInfo | None:
    """The zone, or None when there is none of this name.

    `ZoneInfo` by itself opens a path made of the name: ``America`` is a folder there, and a long name an OSError.
    """
    return ZoneInfo(name) if name in _names() else None
