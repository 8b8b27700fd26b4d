"""What a person does at the sheet: type, paste, insert, delete, sort, undo, redo — and which events that fires.

The book has changed, on disk, before any event is told. Which event follows which action is GOOGLE.md section 2; where
that is unknown, a switch of `Trouble` says. Never fires for what the API or a script writes.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bridge.local_google import formats
from bridge.local_google.a1 import Area
from bridge.local_google.batch import blank_like
from bridge.local_google.book import Book
from bridge.local_google.cells import Cell
from bridge.local_google.entry import Given, entered
from bridge.local_google.errors import Invalid
from bridge.local_google.events import Event
from bridge.local_google.grid import Grid, Place
from bridge.local_google.snapshot import Snapshot
from bridge.local_google.steps import DeleteRows, InsertRows, Put, Step
from bridge.local_google.trouble import Trouble

MOST_CELLS = 10_000_000
Listener = Callable[[Event], None]


@dataclass(frozen=True)
class _Done:
    sheet_id: int
    inverse: Step


class Person:
    """The one person at this machine, who owns the sheet. Listeners must only take note: they run before the answer."""

    def __init__(self, book: Book, trouble: Trouble) -> None:
        self.on_event: list[Listener] = []
        self._book, self._trouble, self._lock = book, trouble, threading.RLock()
        self._undo: deque[_Done] = deque(maxlen=100)
        self._redo: deque[_Done] = deque(maxlen=100)
        self._acting = threading.local()
        book.on_change.append(self._forget_when_rows_move)

    def edit(self, where: str, values: Sequence[Sequence[Given]], *, pasted: bool = False) -> int:
        """Type into a cell, or put a block from the range's first cell on; null leaves a cell, ``""`` clears it.

        The grid grows where the block needs it. Returns the revision. Raises `Invalid` when a typed value breaks a
        strict rule; a paste may.
        """
        height, width = len(values), max(map(len, values), default=0)
        if not width:
            raise Invalid("There are no values to put in.")
        with self._lock:
            with self._book.lock:
                now = self._book.now
                area = now.resolve(where)
                area = replace(area, bottom=area.top + height, right=area.left + width)
                grid = now.grid(area.sheet_id)
                cells = _typed(now, grid, area, values)
                if not pasted:
                    _check_rules(grid, cells)
                revision = self._act(area.sheet_id, Put(cells))
            event = _edit_event(area)
            if (height, width) == (1, 1) and not pasted:
                first = (area.top, area.left)
                before, after = grid.cell(*first), cells.get(first, grid.cell(*first))
                event = replace(event, value=_event_text(after), old_value=_event_text(before))
            self._tell(event, Event("change", area.sheet_id))
            return revision

    def insert_rows(self, tab: str | int, row: int, count: int = 1) -> int:
        """New rows before ``row`` (from 1), looking like the row that stood there."""
        with self._lock:
            with self._book.lock:
                grid = self._grid(tab)
                if not 1 <= row <= grid.row_count + 1 or count < 1:
                    raise Invalid(f"Rows cannot be inserted before row {row}: the grid has {grid.row_count}.")
                if (grid.row_count + count) * grid.column_count > MOST_CELLS:
                    raise Invalid(f"A spreadsheet holds at most {MOST_CELLS:,} cells.")
                like = blank_like(grid.rows[row - 1]) if row <= len(grid.rows) else ()
                revision = self._act(grid.sheet_id, InsertRows(row - 1, (like,) * count))
            self._tell(Event("change", grid.sheet_id, "INSERT_ROW"))
            return revision

    def delete_rows(self, tab: str | int, row: int, count: int = 1) -> int:
        """Rows from ``row`` (from 1) disappear; no edit event says which."""
        with self._lock:
            with self._book.lock:
                grid = self._grid(tab)
                if not 1 <= row <= row + count - 1 <= grid.row_count or count >= grid.row_count:
                    raise Invalid(f"Rows {row} to {row + count - 1} cannot be deleted: the grid has {grid.row_count}.")
                revision = self._act(grid.sheet_id, DeleteRows(row - 1, count))
            self._tell(Event("change", grid.sheet_id, "REMOVE_ROW"))
            return revision

    def sort(self, where: str, column: int, *, ascending: bool = True) -> int:
        """Sort the rows of a range by a column of the sheet (from 1)."""
        with self._lock:
            with self._book.lock:
                area = self._book.now.resolve(where)
                if not area.left < column <= area.right:
                    raise Invalid(f"Column {column} is not in {where}.")
                grid = self._book.now.grid(area.sheet_id)
                revision = self._act(area.sheet_id, Put(grid.sorted_cells(area, [(column - 1, ascending)])))
            edit = [_edit_event(area)] if self._trouble.sort_fires_edit else []
            self._tell(*edit, Event("change", area.sheet_id, "OTHER"))
            return revision

    def undo(self) -> int:
        """Take the last action back; raises `Invalid` when there is none."""
        return self._back_and_forth(self._undo, self._redo)

    def redo(self) -> int:
        """Do again what was taken back; raises `Invalid` when there is nothing."""
        return self._back_and_forth(self._redo, self._undo)

    def api_wrote(self, sheet_id: int) -> None:
        """Fire a change event for an API write where the switch says that Google does."""
        if self._trouble.api_fires_change:
            self._tell(Event("change", sheet_id))

    def _back_and_forth(self, source: deque[_Done], other: deque[_Done]) -> int:
        with self._lock:
            with self._book.lock:
                if not source:
                    raise Invalid("There is nothing to undo." if source is self._undo else "There is nothing to redo.")
                done = source.pop()
                grid = self._book.now.grid(done.sheet_id)
                other.append(_Done(done.sheet_id, done.inverse.inverse(grid)))
                revision = self._apply(done.sheet_id, done.inverse)
            self._tell(*_events(done, edit=self._trouble.undo_fires_edit))
            return revision

    def _act(self, sheet_id: int, step: Step) -> int:
        """Apply a step and remember how to take it back; saved before it is remembered."""
        grid = self._book.now.grid(sheet_id)
        if isinstance(step, Put):
            step = step.where_different(grid)
        revision = self._apply(sheet_id, step)
        self._undo.append(_Done(sheet_id, step.inverse(grid)))
        self._redo.clear()
        return revision

    def _apply(self, sheet_id: int, step: Step) -> int:
        self._acting.yes = True
        try:
            return self._book.change(lambda now: now.changed(sheet_id, step.applied))
        finally:
            self._acting.yes = False

    def _forget_when_rows_move(self, before: Snapshot, after: Snapshot) -> None:
        """Steps name places: when someone else moves rows, they would undo in the wrong place."""
        sizes = [[(grid.sheet_id, grid.row_count, grid.column_count) for grid in one.grids] for one in (before, after)]
        if sizes[0] != sizes[1] and not getattr(self._acting, "yes", False):
            self._undo.clear()
            self._redo.clear()

    def _grid(self, tab: str | int) -> Grid:
        found = self._book.tab(tab)
        if found is None:
            raise Invalid(f"There is no tab {tab!r}.")
        return found.grid

    def _tell(self, *events: Event) -> None:
        for event in events:
            for listener in self.on_event:
                listener(event)


def _typed(now: Snapshot, grid: Grid, area: Area, values: Sequence[Sequence[Given]]) -> dict[Place, Cell]:
    return {
        (row, column): entered(given, grid.cell(row, column), now.locale)
        for row, line in enumerate(values, area.top)
        for column, given in enumerate(line, area.left)
        if given is not None
    }


def _check_rules(grid: Grid, cells: dict[Place, Cell]) -> None:
    for (row, column), cell in cells.items():
        rule = grid.cell(row, column).validation
        if rule is None or not rule.strict or cell.value is None:
            continue
        allowed = rule.options or ("TRUE", "FALSE")
        if formats.shown(cell, "") not in allowed:
            raise Invalid(f"The cell in row {row + 1} takes only: {', '.join(allowed)}.")


def _edit_event(area: Area) -> Event:
    rows, columns = area.bottom - area.top, area.right - area.left
    return Event("edit", area.sheet_id, "EDIT", area.top + 1, area.left + 1, rows, columns)


def _events(done: _Done, *, edit: bool) -> list[Event]:
    """What undoing or redoing fires: rows that come or go are a change only, cells are an edit without values."""
    match done.inverse:
        case InsertRows():
            return [Event("change", done.sheet_id, "INSERT_ROW")]
        case DeleteRows():
            return [Event("change", done.sheet_id, "REMOVE_ROW")]
        case Put(cells):
            rows, columns = [row for row, _ in cells], [column for _, column in cells]
            area = Area(done.sheet_id, min(rows), min(columns), max(rows) + 1, max(columns) + 1)
            change = Event("change", done.sheet_id)
            return [_edit_event(area), change] if edit and rows else [change]


def _event_text(cell: Cell) -> str | None:
    """``e.value`` and ``e.oldValue`` are texts: numbers and dates bare, checkboxes in capitals; nothing when empty."""
    if cell.value is None or cell.formula is not None:
        return None
    plain = formats.plain(cell)
    return str(plain).upper() if isinstance(plain, bool) else str(plain)
