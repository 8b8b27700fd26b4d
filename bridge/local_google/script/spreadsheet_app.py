"""The spreadsheet as a script sees it: rows and columns from 1, dates in milliseconds, an empty cell as ``""``."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.local_google.errors import Invalid
from bridge.local_google.sheet import a1
from bridge.local_google.sheet.book import Book, Tab, Typed
from bridge.local_google.sheet.cells import EPOCH, DateValue

Place = tuple[int, int, int, int]
"""Row, column, number of rows, number of columns."""

_CRITERIA = {"BOOLEAN": "CHECKBOX", "ONE_OF_LIST": "VALUE_IN_LIST", "ONE_OF_RANGE": "VALUE_IN_RANGE"}
_START = datetime(1970, 1, 1, tzinfo=UTC)


class SpreadsheetApp:
    """The book of one execution. ``active``: the tab the person was on; ``chosen``: what they had chosen there."""

    def __init__(self, book: Book, active: int | None, chosen: Place = (1, 1, 1, 1)) -> None:
        self._book, self._active, self._chosen = book, active, chosen

    def about(self) -> dict[str, Any]:
        """The spreadsheet's own properties and its tabs."""
        now, tabs = self._book.now, self._book.tabs()
        ids = [tab.sheet_id for tab in tabs]
        return {
            "id": self._book.id,
            "title": now.title,
            "timeZone": now.time_zone,
            "sheets": [{"id": tab.sheet_id, "title": tab.title} for tab in tabs],
            "active": self._active if self._active in ids else ids[0],
        }

    def sheet(self, sheet: int) -> dict[str, Any]:
        """A tab's title and how far it is filled."""
        grid = self._tab(sheet).grid
        return {"title": grid.title, "lastRow": grid.last_row, "lastColumn": grid.last_column}

    def selection(self, sheet: int) -> Place:
        """What the person has chosen: on another tab than the active one, its first cell."""
        return self._chosen if sheet == self._active else (1, 1, 1, 1)

    def check(self, sheet: int, place: Place) -> None:
        """Refuse a block outside the grid."""
        grid, (row, column, rows, columns) = self._tab(sheet).grid, place
        if min(place) < 1:
            raise Invalid("The starting row or column, or the size, of the range is too small.")
        if row + rows - 1 > grid.row_count or column + columns - 1 > grid.column_count:
            raise Invalid("The coordinates of the range are outside the dimensions of the sheet.")

    def name(self, place: Place) -> str:
        """A block in A1 notation, without its tab."""
        row, column, rows, columns = place
        return a1.cells_text(row - 1, column - 1, row - 1 + rows, column - 1 + columns)

    def values(self, sheet: int, place: Place) -> list[list[Any]]:
        """Typed values."""
        return [[self._taken(value) for value in line] for line in self._tab(sheet).values(*place)]

    def shown(self, sheet: int, place: Place) -> list[list[str]]:
        """What a person sees."""
        return self._tab(sheet).shown(*place)

    def texts(self, sheet: int, place: Place) -> list[list[str | None]]:
        """Texts; None for what is none, an error value too."""
        cells = self._tab(sheet).cells(*place)
        return [[cell.value if isinstance(cell.value, str) else None for cell in line] for line in cells]

    def formulas(self, sheet: int, place: Place) -> list[list[str]]:
        """Formulas, ``""`` where there is none."""
        return self._tab(sheet).formulas(*place)

    def rules(self, sheet: int, place: Place) -> list[list[str | None]]:
        """The kinds of the rules for what may be entered, as a script names them."""
        lines = self._tab(sheet).cells(*place)
        return [[_CRITERIA[cell.validation.kind] if cell.validation else None for cell in line] for line in lines]

    def write(self, sheet: int, place: Place, values: list[list[Any]]) -> None:
        """Fill a block, parsed as if typed; fires no trigger."""
        self._tab(sheet).write(place[0], place[1], [[self._given(value) for value in line] for line in values])

    def _tab(self, sheet: int) -> Tab:
        tab = self._book.tab(sheet)
        if tab is None:
            raise Invalid(f"Sheet {sheet} not found")
        return tab

    def _taken(self, value: Typed) -> Any:
        """A cell's date is a moment for a script: that wall clock in the spreadsheet's zone."""
        if not isinstance(value, DateValue):
            return "" if value is None else value
        try:
            moment = value.wall.replace(tzinfo=self._book.time_zone)
            return {"ms": round((moment - _START) / timedelta(milliseconds=1))}
        except OverflowError:
            return value.serial

    def _given(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        moment = _START + timedelta(milliseconds=value["ms"])
        wall = moment.astimezone(self._book.time_zone).replace(tzinfo=None)
        return DateValue((wall - EPOCH) / timedelta(days=1))
