"""What happens to tables ("Convert to table"): made, changed, removed, and given room for more rows. Pure.

A column's type shows in its cells as a format, a dropdown or a checkbox. It refuses nothing: the API's rule for a
column has no such switch. Rows for a table are whole rows of the tab; Google moves the table's own columns only.
"""

from collections.abc import Mapping
from dataclasses import replace

from bridge.local_google.errors import bad_field
from bridge.local_google.sheet.a1 import Area
from bridge.local_google.sheet.cells import Cell, NumberFormat, Validation, Value
from bridge.local_google.sheet.entry import raw
from bridge.local_google.sheet.grid import Column, Grid, Place, Table
from bridge.local_google.sheet.snapshot import Snapshot

_FORMATS = {name: NumberFormat(name) for name in ("CURRENCY", "PERCENT", "DATE", "TIME", "DATE_TIME", "TEXT")}
_DEFAULTS: dict[str, Value] = {"BOOLEAN": False, "RATINGS_CHIP": 0.0}
"""What empty cells of a column are filled with."""


def find(now: Snapshot, table_id: str) -> Table:
    """The table with this id; raises `Invalid`."""
    found = next((one for grid in now.grids for one in grid.tables if one.id == table_id), None)
    if found is None:
        raise bad_field("tableId", f"No table with id: {table_id}")
    return found


def put(now: Snapshot, table: Table, names: Mapping[int, str] | None = None) -> Snapshot:
    """The book with this table, instead of the one with its id; ``names``: header texts by column of the tab.

    Raises `Invalid` when its name is taken, when it lies on another table, or when there is no row below its header.
    """
    grid = now.grid(table.area.sheet_id)
    others = [one for each in now.grids for one in each.tables if one.id != table.id]
    if any(one.name.casefold() == table.name.casefold() for one in others):
        raise bad_field("table.name", f'A table with the name "{table.name}" already exists.')
    if any(one.area.meets(table.area) for one in others):
        raise bad_field("table.range", "A table cannot overlap another table.")
    if table.body.height < 1:
        raise bad_field("table.range", "A table needs a row below its header.")
    kept = tuple(one for one in grid.tables if one.id != table.id)
    cells, area = _header(grid, table, names or {}) | _body(grid, table), table.area
    return now.changed(
        grid.sheet_id,
        lambda grid: replace(grid.grown(area.bottom, area.right).with_cells(cells), tables=(*kept, table)),
    )


def without(now: Snapshot, table: Table) -> Snapshot:
    """The book without this table and all that it held."""
    kept = tuple(one for one in now.grid(table.area.sheet_id).tables if one.id != table.id)
    empty = dict.fromkeys(table.area.places, Cell())
    return now.changed(table.area.sheet_id, lambda grid: replace(grid.with_cells(empty), tables=kept))


def with_room(now: Snapshot, table: Table, count: int) -> tuple[Snapshot, int]:
    """The book with ``count`` free rows at the end of the table's body, above its footer, and the first of them."""
    grid, body = now.grid(table.area.sheet_id), table.body
    free = body.bottom
    while free > body.top and _is_free(grid, table, free - 1):
        free -= 1
    missing = free + count - body.bottom
    if missing <= 0:
        return now, free
    now.check_room(grid, rows=missing)
    now = now.changed(grid.sheet_id, lambda grid: grid.inserted("ROWS", body.bottom, [()] * missing))
    longer = replace(table.area, bottom=table.area.bottom + missing)
    return put(now, shaped(table, longer, footer=table.footer is not None)), free


def shaped(table: Table, area: Area, *, footer: bool) -> Table:
    """The table on this area, with the columns that are still in it; ``footer``: its last row is one."""
    placed = (replace(area, left=one.area.left, right=one.area.right) for one in table.columns)
    columns = (replace(one, area=at) for one, at in zip(table.columns, placed, strict=True) if area.meets(at))
    last = replace(area, top=area.bottom - 1) if footer else None
    return replace(table, area=area, columns=tuple(columns), footer=last)


def _header(grid: Grid, table: Table, names: Mapping[int, str]) -> dict[Place, Cell]:
    area, cells = table.area, {}
    for number, column in enumerate(range(area.left, area.right), 1):
        cell = grid.cell(area.top, column)
        name = names.get(column) or (f"Column {number}" if cell.value is None else "")
        cells[area.top, column] = raw(name, cell) if name else cell
    return cells


def _body(grid: Grid, table: Table) -> dict[Place, Cell]:
    rows = range(table.body.top, table.body.bottom)
    columns = ((one.area.left, one) for one in table.columns)
    return {(row, at): _typed(grid.cell(row, at), column) for at, column in columns for row in rows}


def _typed(cell: Cell, column: Column) -> Cell:
    """The cell as a column of this type shows it."""
    rules = {"DROPDOWN": Validation("ONE_OF_LIST", column.options), "BOOLEAN": Validation("BOOLEAN")}
    value = _DEFAULTS.get(column.type) if cell.value is None else cell.value
    format = cell.format or _FORMATS.get(column.type)
    return cell.but(value=value, format=format, validation=rules.get(column.type, cell.validation))


def _is_free(grid: Grid, table: Table, row: int) -> bool:
    """True when nobody has entered anything there."""
    filled = {one.area.left: _DEFAULTS.get(one.type) for one in table.columns}
    values = ((grid.cell(row, at).value, filled.get(at)) for at in range(table.area.left, table.area.right))
    return all(value is None or value == default for value, default in values)
