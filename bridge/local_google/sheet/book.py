"""The live book: thread-safe; every change is on disk before it is answered.

`Tab` is for scripts, pages and tests: rows and columns count from 1, values are typed. All changes go through
`Book.change`. Reading takes no lock, as a `Snapshot` never changes. Knows no people, quotas or HTTP.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from zoneinfo import ZoneInfo

from bridge.local_google.errors import Invalid
from bridge.local_google.sheet import a1, formats
from bridge.local_google.sheet.a1 import Area
from bridge.local_google.sheet.cells import Cell, DateValue, ErrorValue, NumberFormat, Validation
from bridge.local_google.sheet.entry import Given, entered, raw
from bridge.local_google.sheet.grid import FAR, Grid, Place, Protected
from bridge.local_google.sheet.snapshot import Snapshot, beyond_grid
from bridge.local_google.sheet.zones import zone

Typed = str | float | int | bool | DateValue | None
"""A value as a script reads it: an empty cell is None, an error is its text, a date or time is a `DateValue`."""


class Tab:
    """A live tab, known by its id, so that renaming and reordering do not matter. Rows and columns count from 1."""

    def __init__(self, book: "Book", sheet_id: int) -> None:
        self.book, self.sheet_id = book, sheet_id

    @property
    def grid(self) -> Grid:
        """The tab as it is now, frozen; raises `Invalid` once it is deleted."""
        return self.book.now.grid(self.sheet_id)

    @property
    def title(self) -> str:
        """The tab's title."""
        return self.grid.title

    @property
    def last_row(self) -> int:
        """The last row with a value; 0 when there is none."""
        return self.grid.last_row

    @property
    def last_column(self) -> int:
        """The last column with a value; 0 when there is none."""
        return self.grid.last_column

    def cells(self, row: int, column: int, nrows: int = 1, ncols: int = 1) -> list[list[Cell]]:
        """The cells of a block, rectangular; raises `Invalid` outside the grid."""
        grid = self.grid
        return grid.block(_block(grid, row, column, nrows, ncols))

    def values(self, row: int, column: int, nrows: int = 1, ncols: int = 1) -> list[list[Typed]]:
        """The typed values of a block (`getValues`): None, str, int, float, bool or `DateValue`."""
        return [[formats.typed(cell) for cell in line] for line in self.cells(row, column, nrows, ncols)]

    def shown(self, row: int, column: int, nrows: int = 1, ncols: int = 1) -> list[list[str]]:
        """The text a person sees in a block (`getDisplayValues`)."""
        locale = self.book.now.locale
        return [[formats.shown(cell, locale) for cell in line] for line in self.cells(row, column, nrows, ncols)]

    def formulas(self, row: int, column: int, nrows: int = 1, ncols: int = 1) -> list[list[str]]:
        """The formulas of a block with their ``=`` (`getFormulas`); ``""`` where there is none."""
        return [[cell.formula or "" for cell in line] for line in self.cells(row, column, nrows, ncols)]

    def write(self, row: int, column: int, values: Sequence[Sequence[Given]], *, typed: bool = True) -> None:
        """Put a block in (`setValues`): text is parsed as a person types it unless ``typed`` is False; ``""`` and None
        clear; a `DateValue` makes the cell a date. Fires no trigger. Raises `Invalid` outside the grid.
        """

        def written(before: Snapshot) -> Snapshot:
            grid = before.grid(self.sheet_id)
            _block(grid, row, column, len(values), max(map(len, values), default=0))
            changes: dict[Place, Cell] = {}
            for i, line in enumerate(values, row - 1):
                for j, given in enumerate(line, column - 1):
                    cell = grid.cell(i, j)
                    changes[i, j] = entered(given, cell, before.locale) if typed else raw(given, cell)
            return before.changed(self.sheet_id, lambda grid: grid.with_cells(changes))

        self.book.change(written)

    def insert_rows(self, row: int, count: int = 1) -> None:
        """New empty rows before ``row``."""
        self._change(lambda grid: grid.inserted("ROWS", _line(row, grid.row_count + 1), [()] * count))

    def delete_rows(self, row: int, count: int = 1) -> None:
        """Rows ``row`` to ``row + count - 1`` disappear."""
        self._change(
            lambda grid: grid.deleted("ROWS", _line(row, grid.row_count), _line(row + count - 1, grid.row_count) + 1)
        )

    def rename(self, title: str) -> None:
        """Give the tab another title; raises `Invalid` when it is taken."""
        with self.book.lock:
            self.book.now.check_title(title, self.grid)
            self._change(lambda grid: replace(grid, title=title))

    def set_format(self, area: str, format: NumberFormat | None) -> None:
        """Give the cells of an A1 area (without the tab) a number format, or take it away."""
        self._each(area, lambda cell: cell.but(format=format))

    def set_validation(self, area: str, validation: Validation | None) -> None:
        """Give the cells of an A1 area (without the tab) a rule, or take it away."""
        self._each(area, lambda cell: cell.but(validation=validation))

    def set_result(self, row: int, column: int, value: str | float | bool | ErrorValue) -> None:
        """For tests: what the formula in this cell is to show. Nothing here calculates."""
        cell = self.cells(row, column)[0][0]
        if cell.formula is None:
            raise Invalid("There is no formula in this cell.")
        result = cell.but(value=value if isinstance(value, ErrorValue) else raw(value, cell).value)
        self._change(lambda grid: grid.with_cells({(row - 1, column - 1): result}))

    def protect(self, area: str, editors: Sequence[str] = (), description: str = "") -> int:
        """Protect an A1 area (without the tab; ``A:A`` has rows to come too) for ``editors`` only; returns its id."""
        given = a1.parse(area)
        where = replace(self._area(area), bottom=given.bottom or FAR, right=given.right or FAR)
        number = 1 + max((one.id for grid in self.book.now.grids for one in grid.protected), default=0)
        guard = Protected(number, where, tuple(editors), description=description)
        self._change(lambda grid: replace(grid, protected=(*grid.protected, guard)))
        return number

    def unprotect(self, protected_id: int) -> None:
        """Take a protection away."""
        kept = tuple(one for one in self.grid.protected if one.id != protected_id)
        self._change(lambda grid: replace(grid, protected=kept))

    def _change(self, change: Callable[[Grid], Grid]) -> None:
        self.book.change(lambda before: before.changed(self.sheet_id, change))

    def _each(self, area: str, change: Callable[[Cell], Cell]) -> None:
        where = self._area(area)
        self._change(lambda grid: grid.with_cells({place: change(grid.cell(*place)) for place in where.places}))

    def _area(self, area: str) -> Area:
        now = self.book.now
        return now.resolve(f"{a1.quoted(self.title)}!{area}")


@dataclass(frozen=True)
class Toast:
    """A short message shown in the corner of the sheet. ``revision`` says when."""

    revision: int
    title: str
    text: str


class Book:
    """One spreadsheet. ``now`` is its present; `change` its only way forward; ``revision`` grows with each step."""

    def __init__(
        self,
        book_id: str,
        now: Snapshot,
        revision: int = 1,
        save: Callable[[Snapshot, Snapshot, int], None] | None = None,
    ) -> None:
        self.id, self.lock, self.revision = book_id, threading.RLock(), revision
        self.toasts: deque[Toast] = deque(maxlen=20)
        self.on_change: list[Callable[[Snapshot, Snapshot], None]] = []
        self._now, self._save = now, save

    @property
    def now(self) -> Snapshot:
        """The book as it is, frozen; no lock needed."""
        return self._now

    @property
    def time_zone(self) -> tzinfo:
        """The book's own zone: what a date in a cell is read in."""
        return ZoneInfo(self.now.time_zone)

    def change(self, decide: Callable[[Snapshot], Snapshot]) -> int:
        """Replace the present by ``decide(present)``, saved before it is seen; returns the revision.

        ``decide`` must be quick and must not wait for anything: the lock is held. When it raises, nothing changes.
        """
        with self.lock:
            before = self._now
            after = decide(before)
            if after is not before:
                if self._save is not None:
                    self._save(before, after, self.revision + 1)
                self._now = after
                self.revision += 1
                for told in self.on_change:
                    told(before, after)
            return self.revision

    def tabs(self) -> list[Tab]:
        """All tabs, in order."""
        return [Tab(self, grid.sheet_id) for grid in self.now.grids]

    def tab(self, which: int | str) -> Tab | None:
        """The tab with this id or title; None when there is none."""
        for grid in self.now.grids:
            if which == grid.sheet_id or (isinstance(which, str) and which.casefold() == grid.title.casefold()):
                return Tab(self, grid.sheet_id)
        return None

    def add_tab(self, title: str, sheet_id: int | None = None) -> Tab:
        """A new tab at the end; raises `Invalid` when the title is taken."""
        with self.lock:
            number = 1 + max(grid.sheet_id for grid in self.now.grids) if sheet_id is None else sheet_id
            self.change(lambda before: before.with_new_tab(Grid(number, title)))
        return Tab(self, number)

    def delete_tab(self, sheet_id: int) -> None:
        """Remove a tab; the last one stays."""
        self.change(lambda before: before.without_tab(sheet_id))

    def set_time_zone(self, name: str) -> None:
        """Give the book another zone, such as ``Europe/Berlin``; raises `Invalid` when there is none of this name."""
        if zone(name) is None:
            raise Invalid(f"Unknown time zone: {name}")
        self.change(lambda before: replace(before, time_zone=name))

    def toast(self, text: str, title: str = "") -> None:
        """Show a message to whoever looks at the sheet; not kept on disk."""
        with self.lock:
            self.revision += 1
            self.toasts.append(Toast(self.revision, title, text))


def _block(grid: Grid, row: int, column: int, nrows: int, ncols: int) -> Area:
    area = Area(grid.sheet_id, row - 1, column - 1, row - 1 + nrows, column - 1 + ncols)
    if row < 1 or column < 1 or area.bottom > grid.row_count or area.right > grid.column_count:
        raise beyond_grid(grid, f"row {row}, column {column}, {nrows} x {ncols}")
    return area


def _line(number: int, last: int) -> int:
    if not 1 <= number <= last:
        raise Invalid(f"There is no line {number}: the grid ends at {last}.")
    return number - 1
