"""What one cell holds. Frozen, so that a row can be shared between the book now, its past and its undo.

The structs are also what is kept on disk (`shelf`): their fields' names and places are those of files that exist.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 — a sheet's clock has no zone; the book has one
"""Day 0 of a serial date (GOOGLE.md section 5)."""

LONGEST_TEXT = 50_000


class ErrorValue(Struct, frozen=True, rename={"code": "error"}):
    """What a formula shows when it has no result, such as ``#N/A``."""

    code: str


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date or time as the sheet's own calendar shows it: days since 1899-12-30, without a zone."""

    serial: float

    @property
    def wall(self) -> datetime:
        """The naive date and time; OverflowError beyond the year 9999."""
        return EPOCH + timedelta(milliseconds=round(self.serial * 86_400_000))


Value = str | float | bool | ErrorValue | None
"""As kept: text, a double, a checkbox, an error, or nothing. Dates are doubles with a date format."""


class NumberFormat(Struct, frozen=True, array_like=True):
    """Google's numberFormat: ``type`` is TEXT, NUMBER, PERCENT, CURRENCY, DATE, TIME, DATE_TIME or SCIENTIFIC."""

    type: str
    pattern: str = ""

    @property
    def is_date(self) -> bool:
        """True when a double in such a cell means a date or a time of day."""
        return self.type in {"DATE", "TIME", "DATE_TIME"}


class Validation(Struct, frozen=True):
    """What a person may choose: ``kind`` is ONE_OF_LIST or BOOLEAN; ``strict`` rejects the rest, else it is marked."""

    kind: str
    options: tuple[str, ...] = ()
    strict: bool = False


class Cell(Struct, frozen=True, omit_defaults=True):
    """One cell. With a ``formula``, ``value`` is its last known result."""

    value: Value = None
    formula: str | None = None
    format: NumberFormat | None = None
    validation: Validation | None = None
    note: str = ""

    @property
    def has_date(self) -> bool:
        """True when the value is a date or time."""
        return self.format is not None and self.format.is_date and is_number(self.value)

    def holding(self, value: Value, formula: str | None = None, format: NumberFormat | None = None) -> "Cell":
        """The cell with other content; a new format only where one is given."""
        return self.but(value=value, formula=formula, format=format or self.format)

    def but(self, **changes: Any) -> "Cell":
        """The cell with these fields changed."""
        return replace(self, **changes)


EMPTY = Cell()
Row = tuple[Cell, ...]
"""Cells from column A on, without trailing `EMPTY` ones."""


def differ(one: Cell, other: Cell) -> bool:
    """True unless both hold the same; 0 and FALSE, 1 and TRUE are two values, though Python finds them equal."""
    return one != other or isinstance(one.value, bool) != isinstance(other.value, bool)


def is_number(value: object) -> bool:
    """True for a double; a checkbox is not a number."""
    return isinstance(value, float | int) and not isinstance(value, bool)


def trimmed(cells: list[Cell]) -> Row:
    """The row without its trailing empty cells."""
    end = len(cells)
    while end and cells[end - 1] == EMPTY:
        end -= 1
    return tuple(cells[:end])


def blank_like(line: Row) -> Row:
    """New cells with the formats and rules of a neighbouring line; nothing when it has none."""
    blank = tuple(cell.holding(None).but(note="") for cell in line)
    return blank if any(cell != Cell() for cell in blank) else ()
