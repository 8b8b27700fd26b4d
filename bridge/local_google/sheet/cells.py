"""What one cell holds. Frozen, so that the present, the past and the undo history can share rows.

The structs are also the format on disk (`shelf`): existing files fix the names and the order of their fields.
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
    """What a person may enter: ``kind`` is ONE_OF_LIST, ONE_OF_RANGE or BOOLEAN.

    ``strict``: anything else is refused, not only marked. ``source``: tab id and cells that list the options of
    ONE_OF_RANGE, such as ``(0, "$F$2:$F")``. ``multiple``: several options at once, which the API does not show.
    """

    kind: str
    options: tuple[str, ...] = ()
    strict: bool = False
    source: tuple[int, str] | None = None
    multiple: bool = False
    shows_list: bool = True
    message: str = ""


class Run(Struct, frozen=True, omit_defaults=True):
    """A part of a cell's text: plain, or with an ``email`` a people chip that shows ``text``."""

    text: str
    email: str = ""
    display: str = "DEFAULT"


class Cell(Struct, frozen=True, omit_defaults=True):
    """One cell. With a ``formula``, ``value`` is its last known result. ``runs`` make up the text of one with chips."""

    value: Value = None
    formula: str | None = None
    format: NumberFormat | None = None
    validation: Validation | None = None
    note: str = ""
    runs: tuple[Run, ...] = ()

    @property
    def has_date(self) -> bool:
        """True when the value is a date or time."""
        return self.format is not None and self.format.is_date and is_number(self.value)

    def holding(self, value: Value, formula: str | None = None, format: NumberFormat | None = None) -> "Cell":
        """The cell with other content and without its chips; a new format only where one is given."""
        return self.but(value=value, formula=formula, format=format or self.format, runs=())

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
