"""What an edit event tells of the one cell that was typed into, and the way back into a cell. Pure.

The event has the value as text: numbers and dates bare, without their looks, nothing of a cell that was cleared
(GOOGLE.md section 2). The looks are in the cell's format, which outlives a write of ours.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from bridge.core.cells import canonical_text, cell_value
from bridge.core.dates import SERIAL_EPOCH
from bridge.core.values import EMPTY, Cell, Day, Failed, Value

MOST_DIGITS = 10
"""An integer of so many digits looks in an unformatted cell as it is written."""
LIKELY_DAYS = range((date(1970, 1, 1) - SERIAL_EPOCH).days, (date(2200, 1, 1) - SERIAL_EPOCH).days)
"""Serial numbers of dates that a lead may have."""
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?(E[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_MIDNIGHT = datetime.fromisoformat(SERIAL_EPOCH.isoformat())


def stands_in(cell: Cell, typed: str) -> bool:
    """True when the cell holds what the event tells."""
    if isinstance(cell.value, bool):
        return typed.lower() == str(cell.value).lower()
    if cell.value is None or isinstance(cell.value, str):
        return canonical_text(str(cell.value or "")) == canonical_text(typed)
    if isinstance(cell.value, Failed):
        return cell.value.code == typed
    number = _number(typed)
    if number is None or not isinstance(cell.value, Day):
        return cell.value == number
    try:
        return cell.value.iso == _moment(number).date().isoformat()
    except OverflowError:
        return False


def as_typed(typed: str, present: Cell) -> Cell:
    """The cell as it was when a person had typed this; ``present``: the same cell now, which keeps its format."""
    number = None if present.format == "TEXT" else _number(typed)
    if number is None:
        return Cell(typed, typed) if typed else EMPTY
    try:
        shown = _looks(number, typed, present.format)
    except OverflowError:
        shown = typed
    return Cell(number, shown, format=present.format)


def perhaps_day(typed: str) -> str | None:
    """The date that a bare number may stand for, of a cell whose format is not known; None: it is no likely date."""
    number = _number(typed)
    return None if number is None or number not in LIKELY_DAYS else _moment(number).date().isoformat()


def cell_as_typed(kind: str, value: Value, present: Cell) -> str | float | int | bool:
    """Like `cell_value`, for a value that a person once typed: a number, date, time or percent into a column of text is
    one again, if the cell still has the looks of it.
    """
    if kind != "text" or not isinstance(value, str) or present.options is not None:
        return cell_value(kind, value, present)
    found = _entered(value, present.format)
    return value if found is None else int(found) if found.is_integer() else found


def _number(typed: str) -> float | None:
    return float(typed) if _NUMBER.fullmatch(typed) else None


def _moment(serial: float) -> datetime:
    return _MIDNIGHT + timedelta(seconds=round(serial * 86_400))


def _looks(number: float, typed: str, number_format: str) -> str:
    match number_format:
        case "DATE":
            return _moment(number).date().isoformat()
        case "DATE_TIME":
            return _moment(number).isoformat(" ")
        case "TIME":
            return f"{_moment(number):%H:%M:%S}"
        case "PERCENT":
            return f"{number * 100:.12g}%"
        case _:
            return typed


def _entered(text: str, number_format: str) -> float | None:
    """The number that looks so in a cell of this format; None for a text."""
    try:
        return _ENTERED.get(number_format, _plain)(text)
    except (TypeError, ValueError):
        return None


def _days(text: str) -> float:
    return (datetime.fromisoformat(text) - _MIDNIGHT) / timedelta(days=1)


def _percent(text: str) -> float:
    if not text.endswith("%") or _number(text[:-1]) is None:
        raise ValueError(text)
    return float(Decimal(text[:-1]) / 100)


def _plain(text: str) -> float | None:
    same = _number(text) is not None and f"{float(text):.{MOST_DIGITS}g}" == text
    return float(text) if same else None


_ENTERED: Mapping[str, Callable[[str], float | None]] = {
    "DATE": _days,
    "DATE_TIME": _days,
    "TIME": lambda text: _days(f"{SERIAL_EPOCH}T{text}"),
    "PERCENT": _percent,
    "TEXT": lambda _: None,
}
