"""A moment in a zone as text, as ``Utilities.formatDate`` writes it: Java's SimpleDateFormat, in English."""

import re
from datetime import UTC, datetime, timedelta

from bridge.local_google.errors import Invalid
from bridge.local_google.sheet.zones import zone

_PARTS = {
    "yyyy": "{0.year:04}", "MM": "{0.month:02}", "dd": "{0.day:02}", "HH": "{0.hour:02}", "mm": "{0.minute:02}",
    "ss": "{0.second:02}",
}  # fmt: skip
_START = datetime(1970, 1, 1, tzinfo=UTC)


def formatted(milliseconds: float, zone_name: str, pattern: str) -> str:
    """The moment as ``pattern`` says. Raises `Invalid` for a zone or a letter that is not known here."""
    there = zone(zone_name)
    if there is None:
        raise Invalid(f"Invalid argument: timeZone. {zone_name}")
    moment = (_START + timedelta(milliseconds=milliseconds)).astimezone(there)
    return re.sub(r"'([^']*)'|([A-Za-z])\2*", lambda found: _part(found, moment), pattern)


def _part(found: re.Match[str], moment: datetime) -> str:
    if found[1] is not None:
        return found[1] or "'"
    if found[0] not in _PARTS:
        raise Invalid(f"Utilities.formatDate: {found[0]} is not available in the local stand-in")
    return _PARTS[found[0]].format(moment)
