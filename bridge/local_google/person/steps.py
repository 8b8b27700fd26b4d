"""What a person's action does to a tab, as data with an inverse for undo and redo.

A step names places, not snapshots, so undoing an edit does not take back what the API wrote elsewhere since.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bridge.local_google.sheet.a1 import Dimension
from bridge.local_google.sheet.cells import Cell, Row, differ
from bridge.local_google.sheet.grid import Grid, Place


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
        return Put({place: cell for place, cell in self.cells.items() if differ(grid.cell(*place), cell)})

    def inverse(self, grid: Grid) -> "Put":
        """The step that takes this one back, were it applied to ``grid``."""
        return Put({place: grid.cell(*place) for place in self.cells})


@dataclass(frozen=True)
class Insert:
    """Lines, with what they hold, before line ``at`` (from 0)."""

    dimension: Dimension
    at: int
    lines: tuple[Row, ...]

    def applied(self, grid: Grid) -> Grid:
        """The grid after the step."""
        return grid.inserted(self.dimension, self.at, self.lines)

    def inverse(self, grid: Grid) -> "Delete":  # noqa: ARG002 — one signature for all steps
        """The step that takes this one back."""
        return Delete(self.dimension, self.at, len(self.lines))


@dataclass(frozen=True)
class Delete:
    """``count`` lines from ``at`` (from 0) disappear."""

    dimension: Dimension
    at: int
    count: int

    def applied(self, grid: Grid) -> Grid:
        """The grid after the step."""
        return grid.deleted(self.dimension, self.at, self.at + self.count)

    def inverse(self, grid: Grid) -> Insert:
        """The step that takes this one back: the lines with what they held."""
        lines = tuple(grid.line(self.dimension, at) for at in range(self.at, self.at + self.count))
        return Insert(self.dimension, self.at, lines)


@dataclass(frozen=True)
class Move:
    """``count`` lines from ``at`` now stand before what was line ``to`` (from 0)."""

    dimension: Dimension
    at: int
    count: int
    to: int

    def applied(self, grid: Grid) -> Grid:
        """The grid after the step."""
        return grid.moved(self.dimension, self.at, self.at + self.count, self.to)

    @property
    def lands_at(self) -> int:
        """Where the lines stand afterwards."""
        return self.to if self.to <= self.at else self.to - self.count

    def inverse(self, grid: Grid) -> "Move":  # noqa: ARG002 — one signature for all steps
        """The step that takes this one back."""
        back = self.at + self.count if self.lands_at < self.at else self.at
        return Move(self.dimension, self.lands_at, self.count, back)


@dataclass(frozen=True)
class Rename:
    """The tab gets another title."""

    title: str

    def applied(self, grid: Grid) -> Grid:
        """The grid after the step."""
        return replace(grid, title=self.title)

    def inverse(self, grid: Grid) -> "Rename":
        """The step that takes this one back."""
        return Rename(grid.title)


Step = Put | Insert | Delete | Move | Rename
