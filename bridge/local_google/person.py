"""What a person does at the sheet: type, paste, fill, cut, replace, sort, move lines, undo — and what that fires.

The book has changed, on disk, before any event is told. Which event follows which action is GOOGLE.md section 2; where
that is unknown, a switch of `Trouble` says. Never fires for what the API or a script writes.
"""

import functools
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Concatenate, ParamSpec

from bridge.local_google import clipboard, formats, gestures
from bridge.local_google.a1 import Area, Dimension
from bridge.local_google.book import Book
from bridge.local_google.cells import Cell, NumberFormat
from bridge.local_google.entry import Given
from bridge.local_google.errors import Invalid
from bridge.local_google.events import Event
from bridge.local_google.grid import Grid, Place
from bridge.local_google.history import Done, History
from bridge.local_google.line_requests import blank_like
from bridge.local_google.steps import Delete, Insert, Move, Put, Rename
from bridge.local_google.trouble import Trouble

Listener = Callable[[Event], None]


Given_ = ParamSpec("Given_")


def _alone(act: Callable[Concatenate["Person", Given_], int]) -> Callable[Concatenate["Person", Given_], int]:
    """One action of a person at a time, until its events are told: they come in the order of what happened."""

    @functools.wraps(act)
    def waits(self: "Person", /, *args: Given_.args, **kwargs: Given_.kwargs) -> int:
        with self.alone:
            return act(self, *args, **kwargs)

    return waits


class Person:
    """Someone at the sheet: its owner, or with an ``email`` a `colleague`, whom protected ranges stop.

    Each has an undo of their own. Listeners must only take note: they run before the answer.
    """

    def __init__(self, book: Book, trouble: Trouble, email: str | None = None) -> None:
        self.on_event: list[Listener] = []
        self.alone = threading.RLock()
        self._email, self._book, self._trouble = email, book, trouble
        self._history = History(book, email)

    def colleague(self, email: str) -> "Person":
        """Another editor of the same sheet; the same listeners hear what they do."""
        other = Person(self._book, self._trouble, email)
        other.on_event = self.on_event
        return other

    @_alone
    def edit(self, where: str, values: Sequence[Sequence[Given]], *, pasted: bool = False) -> int:
        """Type into a cell, or put a block from the range's first cell on; null leaves a cell, ``""`` clears it.

        The grid grows where the block needs it. Returns the revision. Raises `Invalid` when a typed value breaks a
        strict rule; a paste may.
        """
        height, width = len(values), max(map(len, values), default=0)
        if not width:
            raise Invalid("There are no values to put in.")
        with self._at(where) as (grid, start):
            area = replace(start, bottom=start.top + height, right=start.left + width)
            cells = gestures.typed(grid, area, values, self._book.now.locale)
            if not pasted:
                gestures.check_rules(grid, cells)
            revision = self._history.act(grid, Put(cells))
        event = _edit_event(area)
        if (height, width) == (1, 1) and not pasted:
            first = (area.top, area.left)
            before, after = grid.cell(*first), cells.get(first, grid.cell(*first))
            event = replace(event, value=_event_text(after), old_value=_event_text(before))
        return self._told(revision, event, Event("change", area.sheet_id))

    @_alone
    def paste(self, where: str, text: str) -> int:
        """Paste what a clipboard holds from the first cell on; a range that takes it several times is filled."""
        with self._at(where) as (_, area):
            values = clipboard.tiled(clipboard.block(text), area.bottom - area.top, area.right - area.left)
        return self.edit(where, values, pasted=True)

    @_alone
    def tick(self, where: str) -> int:
        """Click a checkbox; raises `Invalid` when there is none."""
        with self._at(where) as (grid, area):
            cell = grid.cell(area.top, area.left)
        if cell.validation is None or cell.validation.kind != "BOOLEAN":
            raise Invalid(f"There is no checkbox in {where}.")
        return self.edit(where, [[cell.value is not True]])

    @_alone
    def clear(self, where: str) -> int:
        """Press Delete on a range; one cell is the same as typing nothing into it."""
        with self._at(where) as (grid, area):
            alone = len(area.places) == 1
            revision = 0 if alone else self._history.act(grid, Put(gestures.cleared(grid, area)))
        if alone:
            return self.edit(where, [[""]])
        return self._told(revision, _edit_event(area), Event("change", area.sheet_id))

    @_alone
    def fill(self, where: str, down_to: int) -> int:
        """Drag the corner of a range down to a row (from 1)."""
        with self._at(where) as (grid, source):
            target = replace(source, top=source.bottom, bottom=down_to)
            if not source.bottom < down_to <= grid.row_count:
                raise Invalid(f"{where} cannot be dragged down to row {down_to}.")
            cells = gestures.filled(grid, source, target)
            revision = self._history.act(grid, Put(cells))
        return self._told(revision, _edit_event(target), Event("change", target.sheet_id))

    @_alone
    def cut(self, where: str, to: str) -> int:
        """Cut a range and paste it from the first cell of ``to`` on; whether the source tells of itself is unknown."""
        with self._at(where) as (grid, source):
            first = self._book.now.resolve(to)
            if first.sheet_id != source.sheet_id:
                raise Invalid("Cells are cut and pasted on one tab here.")
            height, width = source.bottom - source.top, source.right - source.left
            target = Area(grid.sheet_id, first.top, first.left, first.top + height, first.left + width)
            revision = self._history.act(grid, Put(gestures.cut(grid, source, target.top, target.left)))
        left = [_edit_event(source)] if self._trouble.cut_fires_source else []
        return self._told(revision, *left, _edit_event(target), Event("change", grid.sheet_id))

    @_alone
    def replace(self, where: str, find: str, by: str) -> int:
        """Find and replace all; whether that is an edit, and of what, is unknown."""
        if not find:
            raise Invalid("There is nothing to look for.")
        with self._at(where) as (grid, area):
            wanted = re.compile(re.escape(find), re.IGNORECASE)
            cells = gestures.replaced(grid, area, wanted, by, self._book.now.locale)
            revision = self._history.act(grid, Put(cells))
        edits = [_edit_event(_around(grid, cells))] if cells and self._trouble.replace_fires_edit else []
        return self._told(revision, *edits, Event("change", area.sheet_id, self._trouble.unknown_change))

    @_alone
    def format(self, where: str, format: NumberFormat | None) -> int:
        """Give cells a number format; what they hold stays."""
        with self._at(where) as (grid, area):
            cells = {place: grid.cell(*place).but(format=format) for place in area.places}
            revision = self._history.act(grid, Put(cells))
        return self._told(revision, Event("change", area.sheet_id, "FORMAT"))

    @_alone
    def sort(self, where: str, column: int, *, ascending: bool = True) -> int:
        """Sort the rows of a range by a column of the sheet (from 1)."""
        with self._at(where) as (grid, area):
            if not area.left < column <= area.right:
                raise Invalid(f"Column {column} is not in {where}.")
            revision = self._history.act(grid, Put(grid.sorted_cells(area, [(column - 1, ascending)])))
        edit = [_edit_event(area)] if self._trouble.sort_fires_edit else []
        return self._told(revision, *edit, Event("change", area.sheet_id, self._trouble.unknown_change))

    def insert_rows(self, tab: str | int, row: int, count: int = 1) -> int:
        """New rows before ``row`` (from 1), looking like the row that stood there."""
        return self._insert(tab, "ROWS", row, count)

    def insert_columns(self, tab: str | int, column: int, count: int = 1) -> int:
        """New columns before ``column`` (from 1), looking like the column that stood there."""
        return self._insert(tab, "COLUMNS", column, count)

    def delete_rows(self, tab: str | int, row: int, count: int = 1) -> int:
        """Rows from ``row`` (from 1) disappear; no edit event says which."""
        return self._delete(tab, "ROWS", row, count)

    def delete_columns(self, tab: str | int, column: int, count: int = 1) -> int:
        """Columns from ``column`` (from 1) disappear; no edit event says which."""
        return self._delete(tab, "COLUMNS", column, count)

    def move_rows(self, tab: str | int, row: int, count: int, before: int) -> int:
        """Drag rows from ``row`` on before row ``before`` (both from 1)."""
        return self._move(tab, "ROWS", row, count, before)

    def move_columns(self, tab: str | int, column: int, count: int, before: int) -> int:
        """Drag columns from ``column`` on before column ``before`` (both from 1)."""
        return self._move(tab, "COLUMNS", column, count, before)

    @_alone
    def rename(self, tab: str | int, title: str) -> int:
        """Give a tab another title."""
        with self._on(tab) as grid:
            self._book.now.check_title(title, grid)
            revision = self._history.act(grid, Rename(title))
        return self._told(revision, Event("change", grid.sheet_id, self._trouble.unknown_change))

    def add_tab(self) -> int:
        """A new tab at the end, called ``Sheet2`` or the next that is free; cannot be undone here."""
        with self.alone, self._book.lock:
            taken = {tab.title for tab in self._book.tabs()}
            title = next(f"Sheet{n}" for n in range(len(taken) + 1, 2 * len(taken) + 3) if f"Sheet{n}" not in taken)
            added = self._book.add_tab(title).sheet_id
            return self._told(self._book.revision, Event("change", added, "INSERT_GRID"))

    @_alone
    def delete_tab(self, tab: str | int) -> int:
        """Remove a tab with all it holds; the last one stays. Cannot be undone here."""
        with self._on(tab) as grid:
            self._book.delete_tab(grid.sheet_id)
            revision = self._book.revision
        return self._told(revision, Event("change", grid.sheet_id, "REMOVE_GRID"))

    @_alone
    def undo(self) -> int:
        """Take the last action back; raises `Invalid` when there is none."""
        return self._went(self._history.undo())

    @_alone
    def redo(self) -> int:
        """Do again what was taken back; raises `Invalid` when there is nothing."""
        return self._went(self._history.redo())

    def api_wrote(self, sheet_id: int) -> None:
        """Fire a change event for an API write where the switch says that Google does."""
        if self._trouble.api_fires_change:
            self._tell(Event("change", sheet_id))

    @_alone
    def _insert(self, tab: str | int, dimension: Dimension, line: int, count: int) -> int:
        with self._on(tab) as grid:
            size, name = grid.size(dimension), dimension.capitalize()
            if not 1 <= line <= size + 1 or count < 1:
                raise Invalid(f"{name} cannot be inserted before {line}: the grid has {size}.")
            self._book.now.check_room(grid, **{dimension.lower(): count})
            like = blank_like(grid.line(dimension, line - 1))
            revision = self._history.act(grid, Insert(dimension, line - 1, (like,) * count))
        return self._told(revision, Event("change", grid.sheet_id, f"INSERT_{dimension[:-1]}"))

    @_alone
    def _delete(self, tab: str | int, dimension: Dimension, line: int, count: int) -> int:
        with self._on(tab) as grid:
            size = grid.size(dimension)
            if not 1 <= line <= line + count - 1 <= size or count >= size:
                name, last = dimension.capitalize(), line + count - 1
                raise Invalid(f"{name} {line} to {last} cannot be deleted: the grid has {size}.")
            revision = self._history.act(grid, Delete(dimension, line - 1, count))
        return self._told(revision, Event("change", grid.sheet_id, f"REMOVE_{dimension[:-1]}"))

    @_alone
    def _move(self, tab: str | int, dimension: Dimension, line: int, count: int, before: int) -> int:
        with self._on(tab) as grid:
            size = grid.size(dimension)
            inside = 1 <= line <= line + count - 1 <= size and 1 <= before <= size + 1
            if not inside or line <= before <= line + count:
                raise Invalid(f"{count} {dimension.lower()} from {line} cannot be moved before {before}.")
            move = Move(dimension, line - 1, count, before - 1)
            revision = self._history.act(grid, move)
            after = self._book.now.grid(grid.sheet_id)
        area = after.lines(dimension, move.lands_at, count)
        filled = any(cell.value is not None for line in after.block(area) for cell in line)
        edit = [_edit_event(area)] if filled else []
        return self._told(revision, *edit, Event("change", grid.sheet_id))

    def _went(self, done: Done) -> int:
        """Undoing and redoing fire: lines that come or go a change only, cells an edit without values."""
        grid = done.grid
        match done.step:
            case Insert(dimension):
                return self._told(done.revision, Event("change", grid.sheet_id, f"INSERT_{dimension[:-1]}"))
            case Delete(dimension):
                return self._told(done.revision, Event("change", grid.sheet_id, f"REMOVE_{dimension[:-1]}"))
            case Rename():
                return self._told(done.revision, Event("change", grid.sheet_id, self._trouble.unknown_change))
            case Move(dimension, count=count):
                areas = [grid.lines(dimension, done.step.lands_at, count)]
            case Put(cells):
                areas = [_around(grid, cells)] if cells else []
        edits = [_edit_event(area) for area in areas if self._trouble.undo_fires_edit]
        return self._told(done.revision, *edits, Event("change", grid.sheet_id))

    @contextmanager
    def _at(self, where: str) -> Iterator[tuple[Grid, Area]]:
        """The place; nothing changes meanwhile."""
        with self._book.lock:
            area = self._book.now.resolve(where)
            yield self._book.now.grid(area.sheet_id), area

    @contextmanager
    def _on(self, tab: str | int) -> Iterator[Grid]:
        """The tab; nothing changes meanwhile."""
        with self._book.lock:
            found = self._book.tab(tab)
            if found is None:
                raise Invalid(f"There is no tab {tab!r}.")
            yield found.grid

    def _told(self, revision: int, *events: Event) -> int:
        self._tell(*events)
        return revision

    def _tell(self, *events: Event) -> None:
        for event in events:
            for listener in self.on_event:
                listener(replace(event, user=self._email))


def _edit_event(area: Area) -> Event:
    rows, columns = area.bottom - area.top, area.right - area.left
    return Event("edit", area.sheet_id, "EDIT", area.top + 1, area.left + 1, rows, columns)


def _around(grid: Grid, cells: Mapping[Place, Cell]) -> Area:
    """The smallest area around all these cells."""
    rows, columns = [row for row, _ in cells], [column for _, column in cells]
    return Area(grid.sheet_id, min(rows), min(columns), max(rows) + 1, max(columns) + 1)


def _event_text(cell: Cell) -> str | None:
    """``e.value`` and ``e.oldValue`` are texts: numbers and dates bare, checkboxes in capitals; nothing when empty."""
    if cell.value is None or cell.formula is not None:
        return None
    plain = formats.plain(cell)
    return str(plain).upper() if isinstance(plain, bool) else str(plain)
