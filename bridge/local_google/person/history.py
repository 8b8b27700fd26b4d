"""The undo history of one person, through which all their changes to cells and lines go.

A step is applied and saved before it is remembered. When someone else moves lines, the history is emptied: a step
names places, and would be undone in the wrong ones. Fires no events; `person` does.
"""

import threading
from collections import deque
from dataclasses import dataclass

from bridge.local_google.errors import Invalid
from bridge.local_google.person.steps import Delete, Move, Put, Step
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.protection import check_lines, check_protection
from bridge.local_google.sheet.snapshot import Snapshot


@dataclass(frozen=True)
class Done:
    """A step that was applied to ``grid``, and the book's revision since."""

    revision: int
    grid: Grid
    step: Step


class History:
    """The last hundred steps of one person; ``email`` is None for the owner, whom no protection stops."""

    def __init__(self, book: Book, email: str | None) -> None:
        self._book, self._email = book, email
        self._undo: deque[tuple[int, Step]] = deque(maxlen=100)
        self._redo: deque[tuple[int, Step]] = deque(maxlen=100)
        self._acting = threading.local()
        book.on_change.append(self._forget_when_lines_move)

    def act(self, grid: Grid, step: Step) -> int:
        """Apply a step to the grid as it is now; returns the revision. Raises `Invalid` where it is protected."""
        if isinstance(step, Put):
            step = step.where_different(grid)
        revision = self._apply(grid, step)
        self._undo.append((grid.sheet_id, step.inverse(grid)))
        self._redo.clear()
        return revision

    def undo(self) -> Done:
        """Take the last step back; raises `Invalid` when there is none."""
        return self._back(self._undo, self._redo, "There is nothing to undo.")

    def redo(self) -> Done:
        """Do again what was taken back; raises `Invalid` when there is nothing."""
        return self._back(self._redo, self._undo, "There is nothing to redo.")

    def _back(self, source: deque[tuple[int, Step]], other: deque[tuple[int, Step]], nothing: str) -> Done:
        with self._book.lock:
            if not source:
                raise Invalid(nothing)
            sheet_id, step = source[-1]
            grid = self._book.now.grid(sheet_id)
            revision = self._apply(grid, step)
            source.pop()
            other.append((sheet_id, step.inverse(grid)))
        return Done(revision, grid, step)

    def _apply(self, grid: Grid, step: Step) -> int:
        self._check_protection(grid, step)
        self._acting.yes = True
        try:
            return self._book.change(lambda now: now.changed(grid.sheet_id, step.applied))
        finally:
            self._acting.yes = False

    def _check_protection(self, grid: Grid, step: Step) -> None:
        match step:
            case Put(cells):
                check_protection(grid, cells.keys(), self._email)
            case Delete(dimension, at, count) | Move(dimension, at, count):
                check_lines(grid, grid.lines(dimension, at, count), self._email)

    def _forget_when_lines_move(self, before: Snapshot, after: Snapshot) -> None:
        if _shape(before) != _shape(after) and not getattr(self._acting, "yes", False):
            self._undo.clear()
            self._redo.clear()


def _shape(now: Snapshot) -> list[tuple[int, ...]]:
    return [(grid.sheet_id, grid.row_count, grid.column_count, grid.moves) for grid in now.grids]
