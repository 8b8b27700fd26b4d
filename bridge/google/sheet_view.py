"""Rows of a sheet as one read showed them, in canonical values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bridge.config.model import SheetConfig
from bridge.core.mapping import Layout
from bridge.core.values import Row
from bridge.google.sheet import RowWrite
from bridge.google.snapshot import Snapshot


@dataclass(frozen=True)
class SheetView:
    """Rows as a read that began at ``began`` showed them."""

    config: SheetConfig
    snapshot: Snapshot
    began: datetime
    layout: Layout

    def row(self, number: int | None) -> Row:
        """The row with this number, read into canonical values; a row that was not read is blank."""
        number = number or 0
        row = self.config.mapping.read_row(number, self.snapshot.cells(number), self.layout)
        if not self.snapshot.guards:
            return row
        columns = self.layout.positions.items()
        return replace(row, guarded={name for name, column in columns if self.snapshot.guarded(number, column)})

    def write(self, row: Row, cells: Mapping[int, str | float | int | bool]) -> RowWrite:
        """A write to this row that can be verified by its id cell."""
        column = self.layout.positions["id"]
        return RowWrite(row.number, column, row.cell("id").value, cells)
