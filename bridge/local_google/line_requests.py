"""The requests for whole rows and columns: they come, go and move. Pure, like all of a batch."""

from dataclasses import replace
from typing import Any

from bridge.local_google import grid_requests as ask
from bridge.local_google.a1 import Area
from bridge.local_google.cells import Cell, Row
from bridge.local_google.errors import Invalid, bad_field
from bridge.local_google.grid import Grid
from bridge.local_google.snapshot import Snapshot
from bridge.local_google.values import check_protection
from bridge.local_google.wire import DimensionRange

Done = tuple[Snapshot, dict[str, Any]]


def insert(now: Snapshot, asked: ask.InsertDimension, _caller: str | None) -> Done:
    """New lines, looking like a neighbour."""
    grid, start, end = _lines(now, asked.range, growing=True)
    dimension, look = asked.range.dimension, start - 1 if asked.inherit_from_before else start
    now.check_room(grid, **{dimension.lower(): end - start})
    like = blank_like(grid.line(dimension, look)) if look >= 0 else ()
    return now.changed(grid.sheet_id, lambda grid: grid.inserted(dimension, start, [like] * (end - start))), {}


def delete(now: Snapshot, asked: ask.DeleteDimension, caller: str | None) -> Done:
    """Lines disappear, but never all of them."""
    grid, start, end = _lines(now, asked.range)
    dimension = asked.range.dimension
    if end - start >= grid.size(dimension):
        raise Invalid(f"You can't delete all the {dimension.lower()} on the sheet.")
    check_lines(grid, grid.lines(dimension, start, end - start), caller)
    return now.changed(grid.sheet_id, lambda grid: grid.deleted(dimension, start, end)), {}


def append(now: Snapshot, asked: ask.AppendDimension, _caller: str | None) -> Done:
    """New lines at the end."""
    grid = now.grid(asked.sheet_id)
    rows, columns = (asked.length, 0) if asked.dimension == "ROWS" else (0, asked.length)
    if asked.length < 1:
        raise bad_field("length", "length must be positive")
    return now.changed(grid.sheet_id, lambda one: one.grown(one.row_count + rows, one.column_count + columns)), {}


def move(now: Snapshot, asked: ask.MoveDimension, caller: str | None) -> Done:
    """Lines go to another place, which is counted before they leave theirs."""
    grid, start, end = _lines(now, asked.source)
    dimension, to = asked.source.dimension, asked.destination_index
    if not 0 <= to <= grid.size(dimension) or start < to < end:
        raise bad_field("destinationIndex", f"{dimension.capitalize()} {start} to {end} cannot be moved to {to}.")
    check_lines(grid, grid.lines(dimension, start, end - start), caller)
    return now.changed(grid.sheet_id, lambda grid: grid.moved(dimension, start, end, to)), {}


def blank_like(line: Row) -> Row:
    """New cells with the formats and rules of a neighbouring line; nothing when it has none."""
    blank = tuple(cell.holding(None).but(note="") for cell in line)
    return blank if any(cell != Cell() for cell in blank) else ()


def check_lines(grid: Grid, area: Area, caller: str | None) -> None:
    """Lines that cross a protected range may only be deleted by its editors."""
    for one in grid.protected:
        top, left = max(area.top, one.area.top), max(area.left, one.area.left)
        check_protection(replace(grid, protected=(one,)), [(top, left)] if area.covers(top, left) else [], caller)


def _lines(now: Snapshot, asked: DimensionRange, *, growing: bool = False) -> tuple[Grid, int, int]:
    grid = now.grid(asked.sheet_id)
    count = grid.size(asked.dimension)
    start, end = asked.start_index, count if asked.end_index is None else asked.end_index
    if not 0 <= start < end or start > count or (not growing and end > count):
        raise bad_field("range", f"There are only {count} {asked.dimension.lower()}; {start} to {end} was asked for.")
    return grid, start, end
