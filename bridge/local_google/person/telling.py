"""Which events follow what a person did (GOOGLE.md section 2). Pure."""

from collections.abc import Mapping
from dataclasses import replace

from bridge.local_google.api.trouble import Switches
from bridge.local_google.person.events import Event
from bridge.local_google.person.steps import Delete, Insert, Move, Put, Rename, Step
from bridge.local_google.sheet import formats
from bridge.local_google.sheet.a1 import Area
from bridge.local_google.sheet.cells import Cell
from bridge.local_google.sheet.grid import Grid, Place


def edited(area: Area) -> Event:
    """The edit of an area, without values."""
    return Event("edit", area.sheet_id, "EDIT", area.top + 1, area.left + 1, area.height, area.width)


def of_one_cell(area: Area, grid: Grid, cells: Mapping[Place, Cell]) -> Event:
    """The edit of a cell that was typed into, with its value and the old one."""
    place = (area.top, area.left)
    before = grid.cell(*place)
    return replace(edited(area), value=_text(cells.get(place, before)), old_value=_text(before))


def of_step(step: Step, after: Grid, switches: Switches, *, again: bool = False) -> list[Event]:
    """What an action on lines fires, and what undoing or redoing any action (``again``) does."""
    change = Event("change", after.sheet_id)
    match step:
        case Insert(dimension):
            return [replace(change, change_type=f"INSERT_{dimension[:-1]}")]
        case Delete(dimension):
            return [replace(change, change_type=f"REMOVE_{dimension[:-1]}")]
        case Rename():
            return [replace(change, change_type=switches.unknown_change)]
        case Move(dimension, count=count):
            area = after.lines(dimension, step.lands_at, count)
            told = switches.undo_fires_edit if again else _holds_anything(after, area)
        case Put(cells):
            area, told = around(after, cells), switches.undo_fires_edit and bool(cells)
    return [edited(area), change] if told else [change]


def around(grid: Grid, cells: Mapping[Place, Cell]) -> Area:
    """The smallest area around all these cells."""
    rows, columns = [row for row, _ in cells], [column for _, column in cells]
    top, left = min(rows, default=0), min(columns, default=0)
    return Area(grid.sheet_id, top, left, max(rows, default=0) + 1, max(columns, default=0) + 1)


def _holds_anything(grid: Grid, area: Area) -> bool:
    return any(cell.value is not None for line in grid.block(area) for cell in line)


def _text(cell: Cell) -> str | None:
    """``e.value`` and ``e.oldValue`` are texts: numbers and dates bare, checkboxes in capitals; nothing when empty."""
    if cell.value is None or cell.formula is not None:
        return None
    plain = formats.plain(cell)
    return str(plain).upper() if isinstance(plain, bool) else str(plain)
