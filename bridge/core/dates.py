"""Days as cells hold them: a serial number, a Date object of the script, or ISO text. All become ISO text; the time of
day is dropped. Refuses what is no day of the calendar, and times of day.
"""

import re
from datetime import date, timedelta

from bridge.core.text import as_seen
from bridge.core.values import Cell, Day, Raw, Refusal

SERIAL_EPOCH = date(1899, 12, 30)
FIRST_DAY = date(1899, 12, 31)
"""The first day that is not also a time of day."""
ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
CLOCK = re.compile(r"-?[0-9]+:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp]\.?[Mm]\.?)?")
"""How a time of day or a duration looks."""
DAYS = frozenset(["DATE", "DATE_TIME"])
"""Number formats that show a day."""


def written_day(text: str) -> str:
    """The day that this text names, in ISO form."""
    if not (found := ISO.fullmatch(text)):
        raise Refusal(f"'{text[:50]}' is not a date; use the sheet's date format or YYYY-MM-DD")
    return _within(date_of(found[1]), text)


def shown_day(cell: Cell) -> str:
    """The day of a cell that shows one. The script gives times and durations as days, so the shown text decides."""
    day = date_of(cell.value.iso) if isinstance(cell.value, Day) else _serial_date(cell.value)
    if CLOCK.fullmatch(as_seen(cell.shown)) or day == SERIAL_EPOCH:
        raise Refusal(f"'{cell.shown}' is a time of day, not a date; use the sheet's date format or YYYY-MM-DD")
    return _within(day, cell.shown)


def date_of(iso: str) -> date | None:
    """The day; None when the calendar has no such day."""
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None


def _within(day: date | None, shown: str) -> str:
    if day is None or day < FIRST_DAY:
        raise Refusal(f"'{shown[:50]}' is not a date from {FIRST_DAY} to {date.max}")
    return day.isoformat()


def _serial_date(serial: Raw) -> date | None:
    try:
        return SERIAL_EPOCH + timedelta(days=int(float(str(serial)) // 1))
    except (OverflowError, ValueError):
        return None
