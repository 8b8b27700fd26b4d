"""spreadsheets.values: reading, writing and appending ranges. Pure: a snapshot in, a snapshot out.

A batch is atomic because the book takes the last snapshot or none.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.local_google.api.wire import DateRender, Input, Render
from bridge.local_google.errors import Invalid, bad_field
from bridge.local_google.sheet import a1, formats, tables
from bridge.local_google.sheet.a1 import Area, Dimension
from bridge.local_google.sheet.cells import Cell
from bridge.local_google.sheet.entry import entered, raw
from bridge.local_google.sheet.grid import Grid, Place
from bridge.local_google.sheet.protection import check_protection
from bridge.local_google.sheet.snapshot import Snapshot, beyond_grid


@dataclass(frozen=True)
class Rendering:
    """How values are to be shown."""

    value: Render = "FORMATTED_VALUE"
    date: DateRender = "SERIAL_NUMBER"
    dimension: Dimension = "ROWS"

    def of(self, cell: Cell, locale: str) -> str | float | int | bool:
        """One value as JSON."""
        if self.value == "FORMULA" and cell.formula is not None:
            return cell.formula
        if self.value == "FORMATTED_VALUE" or (cell.has_date and self.date == "FORMATTED_STRING"):
            return formats.shown(cell, locale)
        return formats.plain(cell)


@dataclass(frozen=True)
class Given:
    """What is to be written, how it is to be read, and by whom: an account, or None for the owner."""

    rows: list[list[Any]]
    option: Input | None
    caller: str | None

    @property
    def height(self) -> int:
        """How many rows."""
        return len(self.rows)

    @property
    def width(self) -> int:
        """How many columns the longest row has."""
        return max(map(len, self.rows), default=0)


@dataclass(frozen=True)
class Written:
    """What a write covered: the rectangle of the values given, the cells changed, and those skipped with null.

    ``echo`` is what includeValuesInResponse shows: the whole range that was asked for, where it is larger.
    """

    area: Area
    echo: Area
    cells: Collection[Place] = ()
    skipped: frozenset[Place] = field(default_factory=frozenset)

    def counts(self) -> dict[str, int]:
        """updatedRows, updatedColumns and updatedCells, left out when nothing was written."""
        rows, columns = {row for row, _ in self.cells}, {column for _, column in self.cells}
        counts = {"updatedRows": len(rows), "updatedColumns": len(columns), "updatedCells": len(self.cells)}
        return {name: count for name, count in counts.items() if count}


def value_range(now: Snapshot, area: Area, look: Rendering, hidden: frozenset[Place] = frozenset()) -> dict[str, Any]:
    """A ValueRange: ragged rows, trailing empties trimmed. Places in ``hidden`` are answered as empty."""
    grid = now.grid(area.sheet_id)
    bottom, right = min(area.bottom, grid.last_row), min(area.right, grid.last_column)
    block = [
        [
            "" if (row, column) in hidden else look.of(grid.cell(row, column), now.locale)
            for column in range(area.left, right)
        ]
        for row in range(area.top, bottom)
    ]
    lines = [list(line) for line in zip(*block, strict=True)] if look.dimension == "COLUMNS" else block
    for line in lines:
        while line and line[-1] == "":
            line.pop()
    while lines and not lines[-1]:
        lines.pop()
    answer: dict[str, Any] = {"range": now.text(area), "majorDimension": look.dimension}
    return answer | ({"values": lines} if lines else {})


def rows_of(values: Sequence[Sequence[Any] | None], dimension: Dimension) -> list[list[Any]]:
    """The values row by row, whichever way they were given; refuses nested values."""
    lines = [list(line or ()) for line in values]
    for i, line in enumerate(lines):
        for j, value in enumerate(line):
            if isinstance(value, dict | list):
                kind = "struct_value" if isinstance(value, dict) else "list_value"
                raise bad_field(f"values[{i}][{j}]", f"Invalid values[{i}][{j}]: {kind} {{ }}")
    if dimension == "ROWS":
        return lines
    height = max(map(len, lines), default=0)
    return [[line[i] if i < len(line) else None for line in lines] for i in range(height)]


def write_range(now: Snapshot, text: str, given: Given) -> tuple[Snapshot, Written]:
    """Write to an A1 range: a single cell is only a start, a larger range is a limit."""
    area = now.resolve(text)
    if not a1.is_single_cell(text):
        return write_area(now, area, given)
    return _write(now, _sized(now.grid(area.sheet_id), area, given), given)


def write_area(now: Snapshot, area: Area, given: Given) -> tuple[Snapshot, Written]:
    """Write within an area; raises `Invalid` when there are more rows or columns than it has."""
    beyond = f"row [{area.bottom + 1}]" if given.height > area.height else ""
    if given.width > area.width:
        beyond = beyond or f"column [{a1.column_name(area.right)}]"
    if beyond:
        raise Invalid(f"Requested writing within range [{now.text(area)}], but tried writing to {beyond}")
    after, written = _write(now, _sized(now.grid(area.sheet_id), area, given), given)
    return after, replace(written, echo=area)


def _sized(grid: Grid, area: Area, given: Given) -> Area:
    sized = area.sized(max(given.height, 1), max(given.width, 1))
    if sized.bottom > grid.row_count or sized.right > grid.column_count:
        raise beyond_grid(grid, a1.area_text(grid.title, sized))
    return sized


def _write(now: Snapshot, area: Area, given: Given) -> tuple[Snapshot, Written]:
    """Put rows into an area of their size; null skips a cell, ``""`` clears it."""
    if given.option is None:
        raise bad_field("valueInputOption", "'valueInputOption' is required but not specified")
    grid, changes, skipped = now.grid(area.sheet_id), {}, set()
    for i, line in enumerate(given.rows, area.top):
        for j, value in enumerate(line, area.left):
            if value is None:
                skipped.add((i, j))
                continue
            before = grid.cell(i, j)
            typed = given.option == "USER_ENTERED"
            changes[i, j] = entered(value, before, now.locale) if typed else raw(value, before)
    check_protection(grid, changes, given.caller)
    after = now.changed(area.sheet_id, lambda grid: grid.with_cells(changes))
    return after, Written(area, area, changes.keys(), frozenset(skipped))


def table_at(grid: Grid, area: Area) -> Area | None:
    """The table that an append to ``area`` means: the block of filled cells around the last filled one in it."""
    rows = range(min(area.bottom, grid.last_row) - 1, area.top - 1, -1)
    columns = range(min(area.right, grid.last_column) - 1, area.left - 1, -1)
    seed = next(((row, column) for row in rows for column in columns if _filled(grid, row, column)), None)
    if seed is None:
        return None
    top, left, bottom, right = seed[0], seed[1], seed[0] + 1, seed[1] + 1
    while True:
        before = top, left, bottom, right
        around = range(max(left - 1, 0), right + 1)
        top -= top > 0 and any(_filled(grid, top - 1, column) for column in around)
        bottom += any(_filled(grid, bottom, column) for column in around)
        beside = range(max(top - 1, 0), bottom + 1)
        left -= left > 0 and any(_filled(grid, row, left - 1) for row in beside)
        right += any(_filled(grid, row, right) for row in beside)
        if before == (top, left, bottom, right):
            return Area(grid.sheet_id, top, left, bottom, right)


def _filled(grid: Grid, row: int, column: int) -> bool:
    return grid.cell(row, column).value is not None


def append(now: Snapshot, area: Area, given: Given, *, insert: bool) -> tuple[Snapshot, Written, Area | None]:
    """Put rows below the table found in ``area``, growing the grid; returns the table too.

    A table that a person made (see `tables`) gets them at the end of its body, above its footer.
    """
    table = table_at(now.grid(area.sheet_id), area)
    made = next((one for one in now.grid(area.sheet_id).tables if table and one.area.meets(table)), None)
    top, left = (table.bottom, table.left) if table else (area.top, area.left)
    if made is not None:
        now, top = tables.with_room(now, made, given.height)
        table, left = made.area, made.area.left
    elif insert and table:
        now = now.changed(area.sheet_id, lambda grid: grid.inserted("ROWS", top, [()] * given.height))
    now = now.changed(area.sheet_id, lambda grid: grid.grown(top + given.height, left + given.width))
    where = _sized(now.grid(area.sheet_id), Area(area.sheet_id, top, left, top, left), given)
    after, written = _write(now, where, given)
    return after, written, table
