"""What a person's action does to a tab, as data with an inverse: the whole of undo and redo.

A step names places, not snapshots, so undoing an edit does not take back what the API wrote elsewhere since.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.local_google.cells import Cell, Row
from bridge.local_google.grid import Grid, Place


@dataclass(frozen=True)
class Put:
    """Other cells at these places."""

    cells: Mapping[Place, Cell]

    def applied(self, grid: Grid) -> Grid:
        """The grid after the step, grown where a cell needs it."""
        if not self.cells:
            return grid
        rows, columns = zip(*self.cells, strict=True)
        return grid.grown(max(rows) + 1, max(columns) + 1).with_cells(self.cells)

    def where_different(self, grid: Grid) -> "Put":
        """Only the places that really change: undoing must not touch the others."""
        return Put({place: cell for place, cell in self.cells.items() if grid.cell(*place) != cell})

    def inverse(self, grid: Grid) -> "Put":
        """The step that takes this one back, were it applied to ``grid``."""
        return Put({place: grid.cell(*place) for place in self.cells})


@dataclass(frozen=True)
class InsertRows:
    """Rows, with what they hold, before row ``at`` (from 0)."""

    at: int
    rows: tuple[Row, ...]

    def applied(self, grid: Grid) -> Grid:
        """The grid after the step."""
        return grid.rows_inserted(self.at, self.rows)

    def inverse(self, grid: Grid) -> "DeleteRows":  # noqa: ARG002 — one signature for all steps
        """The step that takes this one back."""
        return DeleteRows(self.at, len(self.rows))


@dataclass(frozen=True)
class DeleteRows:
    """``count`` rows from ``at`` (from 0) disappear."""

    at: int
    count: int

    def applied(self, grid: Grid) -> Grid:
        """The grid after the step."""
        return grid.rows_deleted(self.at, self.at + self.count)

    def inverse(self, grid: Grid) -> InsertRows:
        """The step that takes this one back: the rows with what they held."""
        end = self.at + self.count
        return InsertRows(self.at, tuple(grid.rows[n] if n < len(grid.rows) else () for n in range(self.at, end)))


Step = Put | InsertRows | DeleteRows
