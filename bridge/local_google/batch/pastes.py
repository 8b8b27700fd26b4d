"""The requests of a batch that lay one thing over many cells: copy and paste, repeat. Pure: a snapshot in, one out."""

import re
from typing import Literal

from bridge.local_google.api.wire import Done, GridRange, Wire
from bridge.local_google.batch.cell_wire import CellWire, cell_mask
from bridge.local_google.batch.cells import put
from bridge.local_google.sheet.a1 import column_index, column_name
from bridge.local_google.sheet.cells import Cell
from bridge.local_google.sheet.entry import NOT_CALCULATED
from bridge.local_google.sheet.snapshot import Snapshot

_WORDS = re.compile(r'"[^"]*"|(?<![\w$.!\'])(\$?)([A-Za-z]{1,3})(\$?)([1-9]\d{0,6})(?![\w(])')
"""A text of a formula, or a cell that it names."""


class CopyPaste(Wire):
    """An area again at another place, or as often as that place takes it without a rest."""

    source: GridRange
    destination: GridRange
    paste_type: Literal["PASTE_NORMAL", "PASTE_FORMAT", "PASTE_FORMULA"] = "PASTE_NORMAL"
    paste_orientation: Literal["NORMAL"] = "NORMAL"

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it."""
        source, target = self.source.area(now), self.destination.area(now)
        whole = target.height % source.height == target.width % source.width == 0
        area = target if whole else target.sized(source.height, source.width)
        here, there, changes = now.grid(source.sheet_id), now.grid(area.sheet_id), {}
        for row, column in area.places:
            at = (row - area.top) % source.height + source.top, (column - area.left) % source.width + source.left
            moved = row - at[0], column - at[1]
            changes[row, column] = self._pasted(here.cell(*at), there.cell(row, column), *moved)
        return put(now, area.sheet_id, changes, caller)

    def _pasted(self, copied: Cell, over: Cell, down: int, across: int) -> Cell:
        if self.paste_type == "PASTE_FORMAT":
            return over.but(format=copied.format, validation=copied.validation)
        if copied.formula is not None:
            formula = _WORDS.sub(lambda found: _moved(found, down, across), copied.formula)
            after = over.holding(NOT_CALCULATED, formula=formula)
        else:
            after = over.holding(copied.value).but(runs=copied.runs)
        if self.paste_type == "PASTE_FORMULA":
            return after
        return after.but(format=copied.format, validation=copied.validation, note=copied.note)


class RepeatCell(Wire):
    """One cell, as far as the mask names it, in all of an area."""

    range: GridRange
    cell: CellWire = CellWire()
    fields: str

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it."""
        area, mask = self.range.area(now), cell_mask(self.fields)
        grid = now.grid(area.sheet_id)
        changes = {at: self.cell.over(grid.cell(*at), mask, now, area.sheet_id) for at in area.places}
        return put(now, area.sheet_id, changes, caller)


def _moved(found: re.Match[str], down: int, across: int) -> str:
    fixed_column, letters, fixed_row, digits = found.groups()
    if letters is None:
        return found[0]
    column = column_index(letters) + (0 if fixed_column else across)
    row = int(digits) + (0 if fixed_row else down)
    return f"{fixed_column}{column_name(column)}{fixed_row}{row}" if column >= 0 and row > 0 else "#REF!"
