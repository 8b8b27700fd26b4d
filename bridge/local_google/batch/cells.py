"""The requests of a batch that change cells: update, append, repeat, sort, validate. Pure: a snapshot in, one out."""

from collections.abc import Mapping, Sequence

from bridge.local_google.api.masks import Mask
from bridge.local_google.api.wire import Done, GridRange, Int32, Wire
from bridge.local_google.batch.cell_wire import CellWire, RowWire, Rule, cell_mask
from bridge.local_google.errors import Invalid, bad_field
from bridge.local_google.sheet import tables
from bridge.local_google.sheet.a1 import Area
from bridge.local_google.sheet.cells import Cell
from bridge.local_google.sheet.grid import Grid, Place
from bridge.local_google.sheet.protection import check_protection
from bridge.local_google.sheet.snapshot import Snapshot


class GridCoordinate(Wire):
    """One cell's place."""

    sheet_id: Int32 = 0
    row_index: Int32 = 0
    column_index: Int32 = 0

    def check(self, grid: Grid) -> None:
        """Raise `Invalid` where the grid has no such place, before anything is read there."""
        if self.row_index < 0 or self.column_index < 0:
            raise Invalid("GridCoordinate indexes must be >= 0")
        if self.row_index >= grid.row_count:
            raise Invalid(f"GridCoordinate.rowIndex[{self.row_index}] is after last row in grid[{grid.sheet_id}]")
        if self.column_index >= grid.column_count:
            where = f"GridCoordinate.columnIndex[{self.column_index}]"
            raise Invalid(f"{where} is after last column in grid[{grid.sheet_id}]")


class UpdateCells(Wire):
    """Cells from ``start`` on, or all of ``range``: what the rows do not reach there loses the fields named."""

    rows: Sequence[RowWire] = ()
    fields: str
    start: GridCoordinate | None = None
    range: GridRange | None = None

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it."""
        area, mask = self._area(now), cell_mask(self.fields)
        changes = _laid_out(now, area, self.rows, mask, whole=self.range is not None)
        return put(now, area.sheet_id, changes, caller)

    def _area(self, now: Snapshot) -> Area:
        if self.range is not None and self.start is None:
            return self.range.area(now)
        if self.start is None or self.range is not None:
            raise bad_field("start", "Exactly one of start and range must be set.")
        self.start.check(now.grid(self.start.sheet_id))
        top, left, (height, width) = self.start.row_index, self.start.column_index, _size(self.rows)
        return Area(self.start.sheet_id, top, left, top + height, left + width)


class AppendCells(Wire):
    """Rows below the last one that holds anything, growing the grid; or at the end of a table, above its footer."""

    sheet_id: Int32 = 0
    table_id: str | None = None
    rows: Sequence[RowWire] = ()
    fields: str

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it."""
        height, width = _size(self.rows)
        if self.table_id is None:
            sheet_id, top, left = self.sheet_id, now.grid(self.sheet_id).last_row, 0
            now = now.changed(sheet_id, lambda grid: grid.grown(top + height, width))
        else:
            table = tables.find(now, self.table_id)
            now, top = tables.with_room(now, table, height)
            sheet_id, left = table.area.sheet_id, table.area.left
            if width > table.area.width:
                raise bad_field("rows", f"The table has only {table.area.width} columns.")
        area = Area(sheet_id, top, left, top + height, left + width)
        return put(now, sheet_id, _laid_out(now, area, self.rows, cell_mask(self.fields), whole=False), caller)


class SetDataValidation(Wire):
    """A rule for an area, or none."""

    range: GridRange
    rule: Rule | None = None

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it."""
        area, rule = self.range.area(now), self.rule and self.rule.kept(now, self.range.sheet_id)
        grid = now.grid(area.sheet_id)
        return put(now, area.sheet_id, {at: grid.cell(*at).but(validation=rule) for at in area.places}, caller)


def put(now: Snapshot, sheet_id: int, changes: Mapping[Place, Cell], caller: str | None) -> Done:
    """Other cells at these places; raises `Invalid` for a protected one, and beyond the grid."""
    grid = now.grid(sheet_id)
    check_protection(grid, changes, caller)
    for row, column in changes:
        if not (0 <= row < grid.row_count and 0 <= column < grid.column_count):
            raise Invalid(f"Attempting to write column: {column}, row: {row}, beyond the last cell of the sheet.")
    return now.changed(sheet_id, lambda grid: grid.with_cells(changes)), {}


def _size(rows: Sequence[RowWire]) -> tuple[int, int]:
    return len(rows), max((len(row.values) for row in rows), default=0)


def _laid_out(now: Snapshot, area: Area, rows: Sequence[RowWire], mask: Mask, *, whole: bool) -> dict[Place, Cell]:
    grid, changes = now.grid(area.sheet_id), {}
    for row, column in area.places:
        line = rows[row - area.top].values if row - area.top < len(rows) else ()
        given = line[column - area.left] if column - area.left < len(line) else CellWire() if whole else None
        if given is not None:
            changes[row, column] = given.over(grid.cell(row, column), mask, now, area.sheet_id)
    return changes
