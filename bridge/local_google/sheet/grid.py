"""One tab at one moment: a frozen grid, and what it becomes after a change. Pure.

A grid shares unchanged rows with its successors, so a copy is cheap and rows are mostly compared by identity. Undo,
lagging reads and atomic batches rely on that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest

from bridge.local_google.sheet.a1 import Area, Dimension
from bridge.local_google.sheet.cells import EMPTY, Cell, Row, differ, trimmed

Place = tuple[int, int]
"""Row and column, zero-based."""

FAR = 10_000_000
"""An open end of a protected range: more rows or columns than any grid has."""


@dataclass(frozen=True)
class Protected:
    """A range only its editors and the owner may change; it may reach beyond the grid, to cover rows to come."""

    id: int
    area: Area
    editors: tuple[str, ...] = ()
    warning_only: bool = False
    description: str = ""


@dataclass(frozen=True)
class Column:
    """A typed column of a table, from its header down; ``options``: what a dropdown offers."""

    area: Area
    type: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table that a person made of an area: a header row, a body, perhaps a ``footer`` row."""

    id: str
    name: str
    area: Area
    columns: tuple[Column, ...] = ()
    footer: Area | None = None

    @property
    def body(self) -> Area:
        """The rows between header and footer."""
        return replace(self.area, top=self.area.top + 1, bottom=self.area.bottom - (self.footer is not None))

    def moved(self, move: Callable[[Area], Area | None]) -> "Table | None":
        """The table after its lines moved; None when nothing of it is left."""
        area = move(self.area)
        columns = tuple(replace(one, area=to) for one in self.columns if (to := move(one.area)) is not None)
        footer = self.footer and move(self.footer)
        return None if area is None else replace(self, area=area, columns=columns, footer=footer)


@dataclass(frozen=True)
class Grid:
    """A tab: its rows down to the last one that holds anything, its size, and what is tied to its lines."""

    sheet_id: int
    title: str
    rows: tuple[Row, ...] = ()
    row_count: int = 1000
    column_count: int = 26
    hidden: bool = False
    protected: tuple[Protected, ...] = ()
    tables: tuple[Table, ...] = ()
    moves: int = 0
    """How often lines changed places: what names places by number is out of date since."""

    @property
    def area(self) -> Area:
        """The whole tab."""
        return Area(self.sheet_id, 0, 0, self.row_count, self.column_count)

    @cached_property
    def last_row(self) -> int:
        """How many rows down to the last one with a value."""
        for number in range(len(self.rows), 0, -1):
            if any(cell.value is not None for cell in self.rows[number - 1]):
                return number
        return 0

    @cached_property
    def last_column(self) -> int:
        """How many columns across to the last one with a value."""
        last = 0
        for row in self.rows:
            for index in range(len(row) - 1, last - 1, -1):
                if row[index].value is not None:
                    last = index + 1
                    break
        return last

    def cell(self, row: int, column: int) -> Cell:
        """The cell, `EMPTY` where nothing ever was."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return cells[column] if column < len(cells) else EMPTY

    def block(self, area: Area) -> list[list[Cell]]:
        """The cells of an area, as a full rectangle."""
        columns = range(area.left, area.right)
        return [[self.cell(row, column) for column in columns] for row in range(area.top, area.bottom)]

    def size(self, dimension: Dimension) -> int:
        """How many rows or columns."""
        return self.row_count if dimension == "ROWS" else self.column_count

    def line(self, dimension: Dimension, at: int) -> Row:
        """What a row or a column holds."""
        if dimension == "ROWS":
            return self.rows[at] if at < len(self.rows) else ()
        return trimmed([self.cell(row, at) for row in range(len(self.rows))])

    def lines(self, dimension: Dimension, at: int, count: int) -> Area:
        """Where some rows or columns are."""
        if dimension == "ROWS":
            return Area(self.sheet_id, at, 0, at + count, self.column_count)
        return Area(self.sheet_id, 0, at, self.row_count, at + count)

    def grown(self, rows: int, columns: int) -> "Grid":
        """At least this large."""
        if rows <= self.row_count and columns <= self.column_count:
            return self
        return replace(self, row_count=max(self.row_count, rows), column_count=max(self.column_count, columns))

    def with_cells(self, changes: Mapping[Place, Cell]) -> "Grid":
        """The grid with other cells at these places, which must lie inside it."""
        by_row: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in changes.items():
            if differ(self.cell(row, column), cell):
                by_row.setdefault(row, {})[column] = cell
        if not by_row:
            return self
        rows = list(self.rows) + [()] * (max(by_row) + 1 - len(self.rows))
        for number, cells in by_row.items():
            line = list(rows[number]) + [EMPTY] * (max(cells) + 1 - len(rows[number]))
            for column, cell in cells.items():
                line[column] = cell
            rows[number] = trimmed(line)
        return replace(self, rows=_trimmed_rows(rows))

    def inserted(self, dimension: Dimension, at: int, lines: Sequence[Row]) -> "Grid":
        """New lines, with what they hold, before line ``at``."""
        if dimension == "COLUMNS":
            return self.transposed().inserted("ROWS", at, lines).transposed()
        filled = self.rows + ((),) * (at - len(self.rows))
        grown = self._with_areas(lambda area: _stretched(area, at, len(lines)))
        after = _trimmed_rows(filled[:at] + tuple(lines) + filled[at:])
        return replace(grown, rows=after, row_count=self.row_count + len(lines))

    def deleted(self, dimension: Dimension, start: int, end: int) -> "Grid":
        """Without lines ``start`` to ``end`` (exclusive)."""
        if dimension == "COLUMNS":
            return self.transposed().deleted("ROWS", start, end).transposed()
        shrunk = self._with_areas(lambda area: _shrunk(area, start, end))
        after = _trimmed_rows(self.rows[:start] + self.rows[end:])
        return replace(shrunk, rows=after, row_count=self.row_count - (end - start))

    def moved(self, dimension: Dimension, start: int, end: int, to: int) -> "Grid":
        """Lines ``start`` to ``end`` now stand before what was line ``to``; areas stay where they are."""
        if dimension == "COLUMNS":
            return self.transposed().moved("ROWS", start, end, to).transposed()
        rows = self.rows + ((),) * (max(end, to) - len(self.rows))
        others, at = rows[:start] + rows[end:], to if to <= start else to - (end - start)
        after = _trimmed_rows(others[:at] + rows[start:end] + others[at:])
        return replace(self, rows=after, moves=self.moves + 1)

    def transposed(self) -> "Grid":
        """Rows as columns: what changes columns is what changes rows of this."""
        columns = [trimmed(list(column)) for column in zip_longest(*self.rows, fillvalue=EMPTY)]
        turned = self._with_areas(lambda area: Area(area.sheet_id, area.left, area.top, area.right, area.bottom))
        rows = _trimmed_rows(columns)
        return replace(turned, rows=rows, row_count=self.column_count, column_count=self.row_count)

    def sorted_cells(self, area: Area, keys: Sequence[tuple[int, bool]]) -> dict[Place, Cell]:
        """The cells of ``area`` after its rows are sorted by ``keys`` (column, ascending); blanks come last."""
        order = list(range(area.top, area.bottom))
        for column, ascending in reversed(keys):
            filled = [row for row in order if self.cell(row, column).value is not None]
            blank = [row for row in order if self.cell(row, column).value is None]
            filled.sort(key=lambda row: _sort_key(self.cell(row, column)), reverse=not ascending)
            order = filled + blank
        columns = range(area.left, area.right)
        return {(area.top + i, column): self.cell(row, column) for i, row in enumerate(order) for column in columns}

    def _with_areas(self, move: Callable[[Area], Area | None]) -> "Grid":
        """The grid with its areas moved; one of which nothing is left is gone."""
        guards = tuple(replace(one, area=area) for one in self.protected if (area := move(one.area)) is not None)
        tables = tuple(moved for one in self.tables if (moved := one.moved(move)) is not None)
        return replace(self, protected=guards, tables=tables)


def _sort_key(cell: Cell) -> tuple[int, float, str]:
    """Numbers and dates, then text without regard to case, then checkboxes, then errors: Google's order."""
    value = cell.value
    if isinstance(value, bool):
        return 2, float(value), ""
    if isinstance(value, float):
        return 0, value, ""
    return (1, 0.0, value.casefold()) if isinstance(value, str) else (3, 0.0, "")


def _stretched(area: Area, at: int, count: int) -> Area:
    """The area after rows were inserted: it moves, and grows when they came inside."""
    top = area.top + count if area.top >= at else area.top
    return replace(area, top=top, bottom=area.bottom + count if area.bottom > at else area.bottom)


def _shrunk(area: Area, start: int, end: int) -> Area | None:
    """The area after rows were deleted; None when nothing of it is left."""
    top, bottom = (edge - min(max(edge - start, 0), end - start) for edge in (area.top, area.bottom))
    return replace(area, top=top, bottom=bottom) if bottom > top else None


def _trimmed_rows(rows: Sequence[Row]) -> tuple[Row, ...]:
    end = len(rows)
    while end and not rows[end - 1]:
        end -= 1
    return tuple(rows[:end])
