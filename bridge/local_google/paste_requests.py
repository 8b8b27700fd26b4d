"""The grid requests that take cells elsewhere or rewrite their text: copy, cut, replace. Pure, like all of a batch.

A formula is carried as it is: nothing here understands formulas.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bridge.local_google import formats, gestures
from bridge.local_google import grid_requests as ask
from bridge.local_google.a1 import Area
from bridge.local_google.cell_requests import place, put
from bridge.local_google.cells import EMPTY, Cell
from bridge.local_google.clipboard import tiled
from bridge.local_google.errors import bad_field
from bridge.local_google.gestures import Cells
from bridge.local_google.grid import Grid
from bridge.local_google.snapshot import Snapshot
from bridge.local_google.wire import grid_area

Done = tuple[Snapshot, dict[str, Any]]


def copy_paste(now: Snapshot, asked: ask.CopyPaste, caller: str | None) -> Done:
    """An area again, beyond the end of the destination where that is smaller."""
    source, to = grid_area(now, asked.source).bearable(), grid_area(now, asked.destination).bearable()
    block: Sequence[Sequence[Cell]] = now.grid(source.sheet_id).block(source)
    if asked.paste_orientation == "TRANSPOSE":
        block = list(zip(*block, strict=True))
    block = tiled(block, to.bottom - to.top, to.right - to.left)
    return put(now, to.sheet_id, _pasted(now.grid(to.sheet_id), to.top, to.left, block, asked.paste_type), caller)


def cut_paste(now: Snapshot, asked: ask.CutPaste, caller: str | None) -> Done:
    """An area goes elsewhere, to another tab too; its old place is empty, whatever was pasted."""
    source, to = grid_area(now, asked.source).bearable(), asked.destination
    block = now.grid(source.sheet_id).block(source)
    cells = _pasted(now.grid(to.sheet_id), *place(now, to), block, asked.paste_type)
    left: Cells = dict.fromkeys(source.places, EMPTY)
    if to.sheet_id == source.sheet_id:
        return put(now, to.sheet_id, left | cells, caller)
    now, _ = put(now, source.sheet_id, left, caller)
    return put(now, to.sheet_id, cells, caller)


def find_replace(now: Snapshot, asked: ask.FindReplace, caller: str | None) -> Done:
    """A text becomes another in every cell that shows it, but for formulas; the reply counts what changed."""
    if not asked.find:
        raise bad_field("find", "find must not be empty.")
    found = re.escape(asked.find)
    wanted = re.compile(rf"\A{found}\Z" if asked.match_entire_cell else found, 0 if asked.match_case else re.IGNORECASE)
    told = dict.fromkeys(("valuesChanged", "rowsChanged", "sheetsChanged", "occurrencesChanged"), 0)
    for area in _scope(now, asked):
        grid = now.grid(area.sheet_id)
        cells = gestures.replaced(grid, area, wanted, asked.replacement, now.locale)
        told["valuesChanged"] += len(cells)
        told["rowsChanged"] += len({row for row, _ in cells})
        told["sheetsChanged"] += bool(cells)
        told["occurrencesChanged"] += sum(
            len(wanted.findall(formats.shown(grid.cell(*at), now.locale))) for at in cells
        )
        now, _ = put(now, area.sheet_id, cells, caller)
    return now, {name: count for name, count in told.items() if count}


def _scope(now: Snapshot, asked: ask.FindReplace) -> list[Area]:
    """Where to look; only what holds anything."""
    given = [one for one in (asked.range, asked.sheet_id, asked.all_sheets) if one is not None]
    if len(given) != 1:
        raise bad_field("scope", "Exactly one of range, sheetId and allSheets must be set.")
    if asked.range is not None:
        return [grid_area(now, asked.range)]
    grids = now.grids if asked.sheet_id is None else [now.grid(asked.sheet_id)]
    return [Area(grid.sheet_id, 0, 0, grid.last_row, grid.last_column) for grid in grids]


def _pasted(grid: Grid, top: int, left: int, block: Sequence[Sequence[Cell]], kind: ask.PasteType) -> Cells:
    return {
        (top + down, left + across): _taken(grid.cell(top + down, left + across), cell, kind)
        for down, line in enumerate(block)
        for across, cell in enumerate(line)
    }


def _taken(there: Cell, cell: Cell, kind: ask.PasteType) -> Cell:
    """What the cell that stood there holds once this much of another is pasted into it."""
    match kind:
        case "PASTE_VALUES":
            return there.holding(cell.value)
        case "PASTE_FORMULA":
            return there.holding(cell.value, formula=cell.formula)
        case "PASTE_FORMAT":
            return replace(there, format=cell.format, validation=cell.validation)
        case "PASTE_DATA_VALIDATION":
            return replace(there, validation=cell.validation)
        case _:
            return cell
