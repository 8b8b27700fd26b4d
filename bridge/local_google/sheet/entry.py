"""What becomes of what is put into a cell: as a person types it (USER_ENTERED) or as it is (RAW).

Formulas are kept, never calculated: until a test sets a result, a formula cell shows ``#N/A``.
"""

import re
from datetime import datetime

from bridge.local_google.errors import Invalid
from bridge.local_google.sheet.cells import EPOCH, LONGEST_TEXT, Cell, DateValue, ErrorValue, NumberFormat, is_number
from bridge.local_google.sheet.formats import date_pattern

Given = str | float | int | bool | DateValue | None
NOT_CALCULATED = ErrorValue("#N/A")
_NUMBER = re.compile(r"([+-]?)([$€£]?)(\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(\.\d*)?([eE][+-]?\d+)?(%?)")
_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2}))?"
_TIME = re.compile(_CLOCK)
_ISO = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}})(?:[ T]{_CLOCK})?")
_SLASHED = re.compile(rf"(\d{{1,2}})([/.])(\d{{1,2}})\2(\d{{4}})(?: {_CLOCK})?")


def entered(given: Given, before: Cell, locale: str) -> Cell:
    """The cell after a person typed ``given`` into it; ``""`` and None clear, JSON numbers stay numbers."""
    if not isinstance(given, str) or given == "":
        return raw(given, before)
    _check_length(given)
    if given.startswith("'"):
        return before.holding(given[1:])
    if before.format is not None and before.format.type == "TEXT":
        return before.holding(given)
    if given.startswith("=") and len(given) > 1:
        return before.holding(NOT_CALCULATED, formula=given)
    text = given.strip()
    if text.upper() in {"TRUE", "FALSE"}:
        return before.holding(text.upper() == "TRUE")
    return _number(text, before) or _date(text, before, locale) or before.holding(given)


def raw(given: Given, before: Cell) -> Cell:
    """The cell after ``given`` was put into it as it is; ``""`` and None clear."""
    if given is None or given == "":
        return before.holding(None)
    if isinstance(given, DateValue):
        return before.holding(given.serial, format=_unless_date(before, NumberFormat("DATE", "yyyy-mm-dd")))
    if isinstance(given, str):
        _check_length(given)
        return before.holding(given)
    try:
        return before.holding(float(given) if is_number(given) else given)
    except OverflowError as error:
        raise Invalid("Number out of range.") from error


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise Invalid(f"Your input contains more than the maximum of {LONGEST_TEXT} characters in a single cell.")


def _number(text: str, before: Cell) -> Cell | None:
    match = _NUMBER.fullmatch(text)
    if not match:
        return None
    sign, currency, digits, fraction, exponent, percent = match.groups(default="")
    number = float(f"{sign}{digits.replace(',', '')}{fraction}{exponent}")
    if abs(number) == float("inf"):
        return None
    decimals = ".00" if fraction.strip(".") else ""
    format = None
    if percent:
        number, format = number / 100, NumberFormat("PERCENT", f"0{decimals}%")
    elif currency:
        format = NumberFormat("CURRENCY", f'"{currency}"#,##0{decimals}')
    elif "," in digits:
        format = NumberFormat("NUMBER", f"#,##0{decimals}")
    return before.holding(number, format=before.format or format)


def _date(text: str, before: Cell, locale: str) -> Cell | None:
    read = _calendar(text, locale)
    if read is None:
        return None
    day, clock, pattern = read
    try:
        when = datetime(*map(int, day), *(int(part or 0) for part in clock))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None
    kind = "DATE" if clock[0] is None else "DATE_TIME" if pattern else "TIME"
    time = "" if kind == "DATE" else "h:mm:ss" if clock[2] else "h:mm"
    format = _unless_date(before, NumberFormat(kind, f"{pattern} {time}".strip()))
    return before.holding((when - EPOCH).total_seconds() / 86_400, format=format)


def _calendar(text: str, locale: str) -> tuple[list[str], list[str | None], str] | None:
    """Year, month and day; hours, minutes and seconds or None; and the pattern of the day part."""
    if match := _TIME.fullmatch(text):
        return ["1899", "12", "30"], list(match.groups()), ""
    if match := _ISO.fullmatch(text):
        year, month, day, *clock = match.groups()
        return [year, month, day], clock, "yyyy-mm-dd"
    if match := _SLASHED.fullmatch(text):
        first, separator, second, year, *clock = match.groups()
        month, day = (first, second) if locale == "en_US" else (second, first)
        return [year, month, day], clock, date_pattern(locale).replace("/", separator)
    return None


def _unless_date(before: Cell, format: NumberFormat) -> NumberFormat | None:
    """A date typed into a date cell keeps that cell's look."""
    return None if before.format is not None and before.format.is_date else format
