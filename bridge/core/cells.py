"""Cell kinds: one canonical form for what either channel delivers, and the way back into a cell.

Google's API gives doubles and serial dates, the sheet's script gives numbers and Date objects (GOOGLE.md section 5); a
person sees text. Refuses to guess: what does not fit its kind raises `Refusal` with a sentence.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeGuard

from bridge.core.dates import DAYS, SERIAL_EPOCH, shown_day, written_day
from bridge.core.text import as_seen, likeness
from bridge.core.values import Cell, Day, Failed, Raw, Refusal, Value

NUMBER = re.compile(r"[-+(\u2212]?[\d., '\u2019\u066b\u066c]*(?:[Ee][-+]?\d+)?\)?")
"""How a number looks in any language, with a sign, groups or an exponent; a format may also hide it."""
LONGEST = 50_000
EXACT_DIGITS = 15
"""Integers of at most so many digits are exact as doubles."""
POWERS_OF_TEN = range(-324, 309)
"""Exponents that a double can have. 1e999999999 written out would fill the memory."""


def read_text(cell: Cell) -> str | None:
    """Text as typed; a number, date or checkbox in a text column is the text it shows."""
    if isinstance(cell.value, Failed):
        raise Refusal(f"the cell shows {cell.value.code}")
    return canonical_text(cell.value if isinstance(cell.value, str) else cell.shown)


def canonical_text(text: str) -> str | None:
    """One form for both sides: no outer blanks, one kind of line end; a text in which nothing can be seen is None."""
    plain = text.replace("\r\n", "\n").strip()
    seen = plain if plain.isascii() else as_seen(plain)
    return plain if seen else None


def read_seen(cell: Cell) -> str | None:
    """A text of which only counts what a person sees, such as an id."""
    text = read_text(cell)
    return text if text is None or (text.isascii() and text.isalnum()) else as_seen(text)


def read_id(cell: Cell) -> Value:
    """``12`` and ``12.0`` are the same id; ``007`` stays ``007`` if the sheet displays it so. An empty cell is never
    a date, whatever its format. A number that does not look like one, such as 50% or $5, is refused.
    """
    if _shows_moment(cell):
        raise Refusal("an id that is a date changes with its format: format the id column as plain text")
    if _is_number(cell.value):
        if abs(cell.value) >= 10**EXACT_DIGITS:
            raise Refusal(
                f"'{cell.shown}' is a number of more than {EXACT_DIGITS} digits, which sheets do not keep: "
                "format the column as plain text and type the id again"
            )
        shown = cell.shown.strip()
        if not (shown.isdecimal() or NUMBER.fullmatch(as_seen(shown))):
            raise Refusal(
                f"'{as_seen(shown)}' is a number that only its format shows so: "
                "format the column as plain text and type the id again"
            )
        return shown if re.fullmatch(r"0\d+", shown) and int(shown) == cell.value else _decimal(repr(cell.value))
    text = read_seen(cell)
    return re.sub(r"(?<=\d)\.0+$", "", text) if text and re.fullmatch(r"\d+\.0+", text) else text


def read_number(cell: Cell) -> Value:
    """Decimal text without trailing zeros, so that 12 and 12.0 are equal."""
    if isinstance(cell.value, bool) or _shows_moment(cell):
        raise Refusal(f"'{cell.shown}' is not a number")
    if isinstance(cell.value, float | int):
        return _decimal(repr(cell.value))
    text = read_seen(cell)
    return None if text is None else _decimal(text)


def read_date(cell: Cell) -> Value:
    """ISO date of a cell that shows a day, or of ISO text; the time of day is dropped. Other numbers are no dates."""
    if isinstance(cell.value, Day) or (cell.format in DAYS and _is_number(cell.value)):
        return shown_day(cell)
    text = read_seen(cell)
    return None if text is None else written_day(text)


def read_checkbox(cell: Cell) -> Value:
    """True or False; None for an empty cell."""
    if isinstance(cell.value, bool):
        return cell.value
    text = read_seen(cell)
    if text is None:
        return None
    if text.upper() in {"TRUE", "FALSE"}:
        return text.upper() == "TRUE"
    raise Refusal(f"'{text}' is not TRUE or FALSE")


STRICT = frozenset(["number", "date", "checkbox"])
"""Kinds whose texts must be validated."""

READERS: dict[str, Callable[[Cell], Value]] = {
    "id": read_id,
    "text": read_text,
    "number": read_number,
    "date": read_date,
    "checkbox": read_checkbox,
}


def cell_value(kind: str, value: Value, present: Cell) -> str | float | int | bool:
    """The RAW value that stores ``value`` in the cell; ``""`` clears it.

    A date goes in as a serial number, except where the cell is formatted as plain text: there it is ISO text.
    """
    if value is None:
        return ""
    if present.options is not None:
        return spelled(value, present.options) or _text(value)
    if kind == "number":
        number = Decimal(str(value))
        return int(number) if number == number.to_integral_value() else float(number)
    if kind == "date" and present.format != "TEXT":
        return (date.fromisoformat(str(value)) - SERIAL_EPOCH).days
    return value


def cell_format(kind: str, value: Value, present: Cell) -> str | None:
    """The number format that the cell needs with this value: DATE where a day would show as 46348; none, which is an
    empty text, where a number would show as a day. None: it keeps its own.
    """
    if value is None or present.options is not None:
        return None
    if kind == "date":
        return None if present.format in DAYS or present.format == "TEXT" else "DATE"
    return "" if kind == "number" and (present.format in DAYS or present.format == "TIME") else None


def spelled(value: Value, options: Sequence[str]) -> str | None:
    """The value as a dropdown with these options spells it, also several of them with commas; None if it has no such
    option. Google does not say which dropdowns take several (GOOGLE.md section 6).
    """
    text = _text(value)
    if (one := _option(text, options)) is not None:
        return one
    several = [_option(part, options) for part in text.split(",")]
    found = [option for option in several if option is not None]
    return ", ".join(as_seen(option) for option in found) if len(found) == len(several) else None


def _option(text: str, options: Sequence[str]) -> str | None:
    return text if text in options else next((one for one in options if likeness(one) == likeness(text)), None)


def obstacle(kind: str, value: Value, present: Cell, *, guarded: bool = False) -> str:
    """Why ``value`` must not be written into this cell, as a sentence for people; empty if it may be.

    Google checks no dropdown on a write (GOOGLE.md section 5), so the bridge does. ``guarded``: the cell lies in a
    protected range that the bridge's account may not edit.
    """
    if present.formula:
        return "the cell holds a formula, which is never overwritten"
    if guarded:
        return "the cell is protected: let the bridge's service account edit the protected range"
    if value is None:
        return ""
    if len(_text(value)) > LONGEST:
        return f"longer than the {LONGEST:,} characters a cell takes"
    if present.options is not None and spelled(value, present.options) is None:
        return f"'{_text(value)[:50]}' is not in the cell's dropdown: {', '.join(present.options[:10])}"
    return _misfit(kind, value)


def _misfit(kind: str, value: Value) -> str:
    try:
        from_text(kind, value)
    except Refusal as refusal:
        return str(refusal)
    return ""


def from_text(kind: str, value: Value) -> Value:
    """The task's text in the canonical form of the column's kind. Raises `Refusal` if it does not fit."""
    return READERS[kind](Cell(value, value)) if isinstance(value, str) and kind in STRICT else value


def _shows_moment(cell: Cell) -> bool:
    """True when the cell shows a date or a time of day."""
    return isinstance(cell.value, Day) or (
        (cell.format in DAYS or cell.format == "TIME") and cell.value not in {None, ""}
    )


def _is_number(value: Raw) -> TypeGuard[float | int]:
    return isinstance(value, float | int) and not isinstance(value, bool)


def _text(value: Value) -> str:
    return str(value).upper() if isinstance(value, bool) else str(value)


def _decimal(text: str) -> str:
    if len(text) <= EXACT_DIGITS and text.isascii() and text.isdecimal():
        return text.lstrip("0") or "0"
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Refusal(f"'{text[:50]}' is not a number") from None
    if not number.is_finite() or "_" in text:  # Python accepts 1_000; sheets do not
        raise Refusal(f"'{text[:50]}' is not a number")
    if number.adjusted() not in POWERS_OF_TEN:
        raise Refusal(f"'{text[:50]}' is too large or too small for a number in a cell")
    if Decimal(repr(float(number))) != number:
        raise Refusal(f"'{text[:50]}' has more digits than a cell holds of a number; make the column one of text")
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in {"-0", ""} else plain
