"""The grid requests that change cells: update, append, repeat, sort, validate. Pure, like all of a batch."""

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.local_google import grid_requests as ask
from bridge.local_google import masks
from bridge.local_google.a1 import Area
from bridge.local_google.cells import Cell, NumberFormat, Validation
from bridge.local_google.entry import NOT_CALCULATED, raw
from bridge.local_google.errors import Invalid, bad_field
from bridge.local_google.grid import Grid, Place
from bridge.local_google.masks import Mask
from bridge.local_google.snapshot import Snapshot
from bridge.local_google.values import check_protection
from bridge.local_google.wire import grid_area

Done = tuple[Snapshot, dict[str, Any]]
_FIELDS = masks.parse(
    "userEnteredValue(numberValue,stringValue,boolValue,formulaValue),userEnteredFormat(numberFormat(type,pattern)),dataValidation,note"
)


def update_cells(now: Snapshot, asked: ask.UpdateCells, caller: str | None) -> Done:
    """Cells from a place on, or a whole area."""
    if (asked.start is None) == (asked.range is None):
        raise bad_field("start", "Exactly one of start and range must be set.")
    if asked.range is not None:
        area = grid_area(now, asked.range)
    elif asked.start is not None:
        height, width = len(asked.rows), max((len(row.values) for row in asked.rows), default=0)
        top, left = place(now, asked.start)
        area = Area(asked.start.sheet_id, top, left, top + height, left + width)
    mask = _mask(asked.fields)
    changes = _laid_out(now.grid(area.sheet_id), area, asked.rows, mask, whole=asked.range is not None)
    return put(now, area.sheet_id, changes, caller)


def append_cells(now: Snapshot, asked: ask.AppendCells, caller: str | None) -> Done:
    """Rows below the last one with a value, growing the grid."""
    top, width = now.grid(asked.sheet_id).last_row, max((len(row.values) for row in asked.rows), default=0)
    now = now.changed(asked.sheet_id, lambda grid: grid.grown(top + len(asked.rows), width))
    area = Area(asked.sheet_id, top, 0, top + len(asked.rows), width)
    changes = _laid_out(now.grid(asked.sheet_id), area, asked.rows, _mask(asked.fields), whole=False)
    return put(now, asked.sheet_id, changes, caller)


def repeat_cell(now: Snapshot, asked: ask.RepeatCell, caller: str | None) -> Done:
    """The same cell all over an area."""
    area, mask = grid_area(now, asked.range), _mask(asked.fields)
    grid = now.grid(area.sheet_id)
    changes = {at: _updated(grid.cell(*at), asked.cell, mask) for at in area.places}
    return put(now, area.sheet_id, changes, caller)


def set_validation(now: Snapshot, asked: ask.SetDataValidation, caller: str | None) -> Done:
    """A rule all over an area, or none."""
    area = grid_area(now, asked.range)
    grid, rule = now.grid(area.sheet_id), _validation(asked.rule)
    changes = {at: grid.cell(*at).but(validation=rule) for at in area.places}
    return put(now, area.sheet_id, changes, caller)


def sort_range(now: Snapshot, asked: ask.SortRange, caller: str | None) -> Done:
    """The rows of an area in another order; what lies beside the area stays."""
    area = grid_area(now, asked.range)
    keys = [(spec.dimension_index, spec.sort_order == "ASCENDING") for spec in asked.sort_specs]
    if not keys or not all(area.left <= column < area.right for column, _ in keys):
        raise bad_field("sortSpecs", "Every sort key must be a column of the range.")
    return put(now, area.sheet_id, now.grid(area.sheet_id).sorted_cells(area, keys), caller)


def place(now: Snapshot, where: ask.GridCoordinate) -> Place:
    """The place on its grid; raises `Invalid` where the grid has none, before anything is read there."""
    grid = now.grid(where.sheet_id)
    if where.row_index < 0 or where.column_index < 0:
        raise Invalid("GridCoordinate indexes must be >= 0")
    if where.row_index >= grid.row_count:
        raise Invalid(f"GridCoordinate.rowIndex[{where.row_index}] is after last row in grid[{grid.sheet_id}]")
    if where.column_index >= grid.column_count:
        raise Invalid(f"GridCoordinate.columnIndex[{where.column_index}] is after last column in grid[{grid.sheet_id}]")
    return where.row_index, where.column_index


def put(now: Snapshot, sheet_id: int, changes: Mapping[Place, Cell], caller: str | None) -> Done:
    """Other cells at these places; raises `Invalid` for a protected one, and beyond the grid."""
    grid = now.grid(sheet_id)
    check_protection(grid, changes, caller)
    for row, column in changes:
        if not (0 <= row < grid.row_count and 0 <= column < grid.column_count):
            raise Invalid(f"Attempting to write column: {column}, row: {row}, beyond the last cell of the sheet.")
    return now.changed(sheet_id, lambda grid: grid.with_cells(changes)), {}


def _laid_out(grid: Grid, area: Area, rows: Sequence[ask.RowWire], mask: Mask, *, whole: bool) -> dict[Place, Cell]:
    changes = {}
    for row, column in area.places:
        line = rows[row - area.top].values if row - area.top < len(rows) else ()
        given = line[column - area.left] if column - area.left < len(line) else ask.CellWire() if whole else None
        if given is not None:
            changes[row, column] = _updated(grid.cell(row, column), given, mask)
    return changes


def _mask(text: str) -> Mask:
    mask = masks.parse(text)
    masks.check(mask, _FIELDS)
    return mask


def _updated(before: Cell, given: ask.CellWire, mask: Mask) -> Cell:
    """The cell with what the mask names taken from ``given``; what is named and not given is cleared."""
    cell = before
    if "*" in mask or "userEnteredValue" in mask:
        cell = _with_value(cell, given.user_entered_value or ask.ExtendedValue())
    if "*" in mask or "userEnteredFormat" in mask:
        wire = given.user_entered_format.number_format if given.user_entered_format else None
        cell = cell.but(format=NumberFormat(wire.type, wire.pattern) if wire else None)
    if "*" in mask or "dataValidation" in mask:
        cell = cell.but(validation=_validation(given.data_validation))
    if "*" in mask or "note" in mask:
        cell = cell.but(note=given.note or "")
    return cell


def _with_value(cell: Cell, given: ask.ExtendedValue) -> Cell:
    if given.formula_value is not None:
        return cell.holding(NOT_CALCULATED, formula=given.formula_value)
    values = [value for value in (given.string_value, given.number_value, given.bool_value) if value is not None]
    return raw(values[0] if values else None, cell)


def _validation(rule: ask.Rule | None) -> Validation | None:
    if rule is None:
        return None
    return Validation(rule.condition.type, tuple(one.user_entered_value for one in rule.condition.values), rule.strict)
