"""The requests for protected ranges: who may change an area, and who may change that. Pure, like all of a batch."""

from dataclasses import replace
from typing import Any

from bridge.local_google import grid_requests as ask
from bridge.local_google.a1 import Area
from bridge.local_google.errors import bad_field
from bridge.local_google.grid import FAR, Grid, Protected
from bridge.local_google.snapshot import Snapshot
from bridge.local_google.spreadsheet import protected_range
from bridge.local_google.values import check_protection
from bridge.local_google.wire import GridRange, grid_area

Done = tuple[Snapshot, dict[str, Any]]


def add(now: Snapshot, asked: ask.AddProtectedRange, caller: str | None) -> Done:
    """Protect an area; whoever protects it is one of its editors."""
    wanted = asked.protected_range
    taken = {one.id for grid in now.grids for one in grid.protected}
    number = wanted.protected_range_id or max(taken, default=0) + 1
    if number in taken:
        raise bad_field("protectedRangeId", f"A protected range with id {number} already exists.")
    if wanted.range is None:
        raise bad_field("protectedRange.range", "range must be set.")
    area = _area(now, wanted.range)
    guard = Protected(number, area, _editors(wanted, caller), bool(wanted.warning_only), wanted.description or "")
    after = now.changed(area.sheet_id, lambda grid: replace(grid, protected=(*grid.protected, guard)))
    return after, {"protectedRange": protected_range(guard, after.grid(area.sheet_id), caller)}


def delete(now: Snapshot, asked: ask.DeleteProtectedRange, caller: str | None) -> Done:
    """Take a protection away; only for its editors."""
    grid, gone = _mine(now, asked.protected_range_id, caller)
    kept = tuple(one for one in grid.protected if one is not gone)
    return now.changed(grid.sheet_id, lambda grid: replace(grid, protected=kept)), {}


def _mine(now: Snapshot, number: int, caller: str | None) -> tuple[Grid, Protected]:
    for grid in now.grids:
        for one in grid.protected:
            if one.id == number:
                check_protection(replace(grid, protected=(one,)), [(one.area.top, one.area.left)], caller)
                return grid, one
    raise bad_field("protectedRangeId", f"No protected range with id: {number}")


def _area(now: Snapshot, where: GridRange) -> Area:
    """Open ends stay open: rows to come are protected too. Raises `Invalid` when it is upside down or outside."""
    bottom = FAR if where.end_row_index is None else where.end_row_index
    right = FAR if where.end_column_index is None else where.end_column_index
    return replace(grid_area(now, where), bottom=bottom, right=right)


def _editors(wanted: ask.ProtectedRangeWire, caller: str | None) -> tuple[str, ...]:
    return tuple(sorted({*(wanted.editors.users if wanted.editors else ()), *([caller] if caller else ())}))
