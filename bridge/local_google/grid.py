"""One tab at one moment: a frozen grid, and how it looks after a change. Pure; nothing here writes or locks.

Rows are shared between a grid and its successors, so a copy costs a tuple of pointers and equality of rows is mostly
identity: history, undo, lagging reads and atomic batches all rest on that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from bridge.local_google.a1 import Area, Dimension
from bridge.local_google.cells import EMPTY, Cell, Row, differ, trimmed
from bridge.local_google.metadata import Metadata, Named

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
class Grid:
    """A tab: its rows down to the last one that holds anything, its size, and what is tied to its lines."""

    sheet_id: int
    title: str
    rows: tuple[Row, ...] = ()
    row_count: int = 1000
    column_count: int = 26
    frozen_rows: int = 0
    frozen_columns: int = 0
    hidden: bool = False
    protected: tuple[Protected, ...] = ()
    named: tuple[Named, ...] = ()
    metadata: tuple[Metadata, ...] = ()
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

    def resized(self, rows: int, columns: int) -> "Grid":
        """Exactly this large; what lies outside is gone."""
        kept = [row if len(row) <= columns else trimmed(list(row[:columns])) for row in self.rows[:rows]]
        return replace(self, rows=_trimmed_rows(kept), row_count=rows, column_count=columns)

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

    def rows_inserted(self, at: int, rows: Sequence[Row]) -> "Grid":
        """New rows before row ``at``."""
        filled = self.rows + ((),) * (at - len(self.rows))
        moved = self._moved(lambda area: _stretched(area, at, len(rows), "top", "bottom"))
        moved["metadata"] = tuple(one.inserted("ROW", at, len(rows)) for one in self.metadata)
        after = _trimmed_rows(filled[:at] + tuple(rows) + filled[at:])
        return replace(self, rows=after, row_count=self.row_count + len(rows), **moved)

    def rows_deleted(self, start: int, end: int) -> "Grid":
        """Without rows ``start`` to ``end`` (exclusive)."""
        moved = self._moved(lambda area: _shrunk(area, start, end, "top", "bottom"))
        moved["metadata"] = tuple(kept for one in self.metadata if (kept := one.deleted("ROW", start, end)))
        after = _trimmed_rows(self.rows[:start] + self.rows[end:])
        return replace(self, rows=after, row_count=self.row_count - (end - start), **moved)

    def columns_inserted(self, at: int, columns: Sequence[Row]) -> "Grid":
        """New columns before column ``at``; each is given as its cells from the first row down."""
        moved = self._moved(lambda area: _stretched(area, at, len(columns), "left", "right"))
        moved["metadata"] = tuple(one.inserted("COLUMN", at, len(columns)) for one in self.metadata)
        height = max([len(self.rows), *map(len, columns)])
        rows = []
        for number in range(height):
            row = list(self.rows[number]) if number < len(self.rows) else []
            row += [EMPTY] * (at - len(row))
            new = [column[number] if number < len(column) else EMPTY for column in columns]
            rows.append(trimmed(row[:at] + new + row[at:]))
        return replace(self, rows=_trimmed_rows(rows), column_count=self.column_count + len(columns), **moved)

    def columns_deleted(self, start: int, end: int) -> "Grid":
        """Without columns ``start`` to ``end`` (exclusive)."""
        moved = self._moved(lambda area: _shrunk(area, start, end, "left", "right"))
        moved["metadata"] = tuple(kept for one in self.metadata if (kept := one.deleted("COLUMN", start, end)))
        rows = [trimmed(list(row[:start] + row[end:])) for row in self.rows]
        return replace(self, rows=_trimmed_rows(rows), column_count=self.column_count - (end - start), **moved)

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

    def rows_moved(self, start: int, end: int, to: int) -> "Grid":
        """Rows ``start`` to ``end`` now stand before what was row ``to``; what is tied to single rows goes along."""
        rows = self.rows + ((),) * (max(end, to) - len(self.rows))
        order = _reordered(len(rows), start, end, to)
        place = {old: new for new, old in enumerate(order)}
        metadata = tuple(
            replace(one, line=place.get(one.line, one.line)) if one.kind == "ROW" else one for one in self.metadata
        )
        return replace(self, rows=_trimmed_rows([rows[old] for old in order]), metadata=metadata, moves=self.moves + 1)

    def columns_moved(self, start: int, end: int, to: int) -> "Grid":
        """Columns ``start`` to ``end`` now stand before what was column ``to``, with what is tied to them."""
        width = max([end, to, *map(len, self.rows)])
        order = _reordered(width, start, end, to)
        place = {old: new for new, old in enumerate(order)}
        padded = ([*row, *[EMPTY] * (width - len(row))] for row in self.rows)
        metadata = tuple(
            replace(one, line=place.get(one.line, one.line)) if one.kind == "COLUMN" else one for one in self.metadata
        )
        moved = tuple(trimmed([row[old] for old in order]) for row in padded)
        return replace(self, rows=moved, metadata=metadata, moves=self.moves + 1)

    def _moved(self, move: Callable[[Area], Area | None]) -> dict[str, Any]:
        """The areas after lines came or went; one of which nothing is left is gone."""
        return {
            name: tuple(replace(one, area=area) for one in getattr(self, name) if (area := move(one.area)) is not None)
            for name in ("protected", "named")
        }


def _reordered(count: int, start: int, end: int, to: int) -> list[int]:
    """Old places in their new order, after ``start`` to ``end`` moved before ``to``."""
    rest = [number for number in range(count) if not start <= number < end]
    at = to if to <= start else to - (end - start)
    return rest[:at] + list(range(start, end)) + rest[at:]


def _sort_key(cell: Cell) -> tuple[int, float, str]:
    """Numbers and dates, then text without regard to case, then checkboxes, then errors: Google's order."""
    value = cell.value
    if isinstance(value, bool):
        return 2, float(value), ""
    if isinstance(value, float):
        return 0, value, ""
    return (1, 0.0, value.casefold()) if isinstance(value, str) else (3, 0.0, "")


def _stretched(area: Area, at: int, count: int, start: str, end: str) -> Area:
    """The area after lines were inserted: it moves, and grows when they came inside."""
    first, last = getattr(area, start), getattr(area, end)
    return replace(area, **{start: first + count if first >= at else first, end: last + count if last > at else last})


def _shrunk(area: Area, gone: int, until: int, start: str, end: str) -> Area | None:
    """The area after lines were deleted; None when nothing of it is left."""
    first, last = getattr(area, start), getattr(area, end)
    first -= min(max(first - gone, 0), until - gone)
    last -= min(max(last - gone, 0), until - gone)
    return replace(area, **{start: first, end: last}) if last > first else None


def _trimmed_rows(rows: Sequence[Row]) -> tuple[Row, ...]:
    end = len(rows)
    while end and not rows[end - 1]:
        end -= 1
    return tuple(rows[:end])
